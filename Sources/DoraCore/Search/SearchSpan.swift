// SPDX-License-Identifier: Apache-2.0

/// The span of time that a search covers: `from <= started_at < to`, exactly, and the two bounds that its
/// requests carry.
///
/// How the server compares a bound is not known: exclusively or not, to the nanosecond or to the second. So
/// requests ask for whole seconds, a little more than is wanted, and the walk leaves out the rest.
package struct SearchSpan {
    package static let second: Int64 = 1_000_000_000
    /// Nanoseconds since 1970 that are fewer are no time of an incident: they are a number of another unit.
    package static let earliest: Int64 = 100_000_000_000_000_000

    /// 2100-01-01T00:00:00Z: the bound that stands for none. No clock is read, so none can be wrong, and all
    /// pages of all searches agree on it. A 64-bit count of nanoseconds holds it, and so does an unsigned
    /// 32-bit count of seconds.
    private static let endOfTime: Int64 = 4_102_444_800
    /// The last whole second that 64-bit nanoseconds hold.
    private static let lastSecond = Int64.max / second
    private static let year: Int64 = 366 * 86_400

    private let from: Int64
    private let to: Int64
    /// The bounds to send, in whole seconds since 1970.
    let sentFrom: Int64
    let sentTo: Int64
    /// The seconds of the first and the last time in the span.
    let firstSecond: Int64
    let finalSecond: Int64

    /// - Parameters:
    ///   - from: nanoseconds since 1970; `Int64.min` = no bound.
    ///   - to: nanoseconds since 1970; `Int64.max` = no bound.
    package init(from: Int64, to: Int64) throws(DoraError) {
        if from >= to { throw SearchSpan.invalid("from", from, " is not before to; give a from that is earlier") }
        if to < SearchSpan.earliest {
            throw SearchSpan.invalid("to", to, " is before 1973: nanoseconds since 1970 are expected")
        }
        self.from = from
        self.to = to
        // Exclusive to the second, a bound leaves out its whole second. Before 1970 there is nothing to find.
        firstSecond = max(floorDivide(from, SearchSpan.second), 0)
        sentFrom = max(firstSecond &- 1, 0)
        if to == .max {
            sentTo = max(SearchSpan.endOfTime, min(firstSecond &+ SearchSpan.year, SearchSpan.lastSecond))
            finalSecond = sentTo
        } else {
            finalSecond = floorDivide(to &- 1, SearchSpan.second)
            sentTo = min(finalSecond &+ 1, SearchSpan.lastSecond)
        }
    }

    /// Whether an event that started then is asked for.
    func contains(_ time: Int64) -> Bool {
        time >= from && (time < to || to == .max)
    }

    /// Whether the server may show an event that started then, where it keeps the bounds: generous by a second
    /// beyond what a whole second explains.
    func mayHold(_ time: Int64) -> Bool {
        let second = floorDivide(time, SearchSpan.second)
        return second >= sentFrom &- 2 && second <= sentTo &+ 2
    }

    /// The widest bounds.
    static let widest: (from: Int64, to: Int64) = (0, endOfTime)

    private static func invalid(_ name: StaticString, _ value: Int64, _ problem: StaticString) -> DoraError {
        var message = Text(name)
        message.append(": ")
        message.append(value)
        message.append(problem)
        return DoraError(.invalidArgument, message)
    }
}
