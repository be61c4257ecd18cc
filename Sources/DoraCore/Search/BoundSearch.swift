// SPDX-License-Identifier: Apache-2.0

/// Looks for a bound whose page connects to what was handed out before and brings something new.
///
/// All servers agree that a lower bound shows less of what is known and more of what is not; where exactly a bound
/// cuts, each decides for itself. So a bound is tried: `tooLow` if its page does not connect, `tooHigh` if it brings
/// nothing new, and the right one lies between. First come the bounds that are right with the servers thought of,
/// then halves.
struct BoundSearch {
    /// How finely the server takes bounds, as far as is known.
    enum Precision: Int64 {
        case nanosecond = 1
        case millisecond = 1_000_000
        case second = 1_000_000_000

        func coarsest(_ other: Precision) -> Precision { rawValue > other.rawValue ? self : other }
    }

    /// The highest bound that was too low. Whole seconds below the edge need no trial: they leave all of it out.
    private(set) var tooLow: Int64
    /// The lowest bound that was too high; nil while none was.
    private(set) var tooHigh: Int64?
    private let edge: Int64
    private let top: Int64
    /// - Parameters:
    ///   - edge: the place of the second that the walk has come to.
    ///   - top: the highest bound.
    init(edge: Int64, top: Int64) {
        self.edge = edge
        self.top = top
        tooLow = edge &- SearchSpan.second
    }

    mutating func wasTooLow(_ bound: Int64) {
        tooLow = max(tooLow, bound)
    }

    mutating func wasTooHigh(_ bound: Int64) {
        tooHigh = min(tooHigh ?? bound, bound)
    }

    /// The bound to try next; nil if there is none left.
    ///
    /// - Parameters:
    ///   - last: the place of the last event that was handed out.
    ///   - millisecond: the place of the millisecond that it is in.
    func next(after last: Int64, _ millisecond: Int64, _ precision: Precision) -> Int64? {
        guard let tooHigh else { return raised() }
        return promising(last, millisecond, tooHigh, precision) ?? halfway(tooHigh, precision)
    }

    /// Twice as far above the edge each time: a server may well compare minutes.
    private func raised() -> Int64? {
        let start = min(edge &+ SearchSpan.second, top)
        if tooLow < start { return start }
        if tooLow >= top { return nil }
        return min(edge &+ (tooLow &- edge) &* 2, top)
    }

    private func promising(
        _ last: Int64, _ millisecond: Int64, _ tooHigh: Int64, _ precision: Precision
    ) -> Int64? {
        let isWhole = last == floorDivide(last, SearchSpan.second) &* SearchSpan.second
        if isWhole, fits(edge, tooHigh, precision) { return edge }
        // Just above it, for a bound that is exclusive; at it, for one that is inclusive.
        let above = millisecond &+ Precision.millisecond.rawValue
        if fits(above, tooHigh, precision) { return above }
        if fits(millisecond, tooHigh, precision) { return millisecond }
        if fits(last, tooHigh, precision) { return last }
        if fits(last &+ 1, tooHigh, precision) { return last &+ 1 }
        return fits(edge, tooHigh, precision) ? edge : nil
    }

    private func halfway(_ tooHigh: Int64, _ precision: Precision) -> Int64? {
        let middle = tooLow &+ (tooHigh &- tooLow) / 2
        var unit = Precision.second
        while true {
            var bound = floorDivide(middle, unit.rawValue) &* unit.rawValue
            if bound <= tooLow { bound &+= unit.rawValue }
            if bound < tooHigh { return bound }
            if unit.rawValue <= precision.rawValue { return nil }
            unit = unit.finer
        }
    }

    private func fits(_ bound: Int64, _ tooHigh: Int64, _ precision: Precision) -> Bool {
        bound > tooLow && bound < tooHigh && bound % precision.rawValue == 0
    }
}

extension BoundSearch.Precision {
    fileprivate var finer: BoundSearch.Precision {
        switch self {
        case .second: .millisecond
        case .millisecond, .nanosecond: .nanosecond
        }
    }
}
