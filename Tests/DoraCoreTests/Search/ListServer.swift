// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

/// A server of the list endpoint, with a reading of its own for all that is not documented.
struct ListServer {
    enum Order: CaseIterable {
        case asAsked
        case newestFirst
        case oldestFirst
        /// The same for every request, and unrelated to times.
        case fixed
        /// Another one for every request.
        case random
    }

    enum Ties: CaseIterable {
        /// Events of one instant come in the same order, whichever is asked for.
        case stable
        case reversed
        case random
    }

    /// How finely events are compared with bounds, and how finely they are sorted.
    var comparedUnit: Int64 = 1
    var sortedUnit: Int64 = 1
    /// The unit that bounds are cut to, or rounded.
    var boundUnit: Int64 = 1
    var roundsBounds = false
    var includesTo = true
    var includesFrom = true
    /// Bounds that are finer are answered with 400.
    var finestBound: Int64 = 1
    var shownUnit: Int64 = 1
    var clamp = 1000
    var order = Order.asAsked
    var refusesReverse = false
    var ties = Ties.stable
    var keepsFrom = true
    var keepsTo = true
    /// Copies are made of what a page holds, or count against its limit.
    var copiesAfterLimit = false
    /// Of so many rows one counts against the limit, and is left out of the answer; 0 = none.
    var hidesOneOf = 0
    /// A page holds up to so many fewer events than it could.
    var shrinksBy: Int64 = 0
    /// How many more events than `limit` a page holds.
    var excess = 0
    /// Whether `limit` is ignored.
    var ignoresLimit = false
    /// Times are shown rounded, not cut.
    var roundsTimes = false
    /// Bounds are taken as so much later than they are: another time zone.
    var boundShift: Int64 = 0
    /// Longer spans, and larger limits, are answered with 400.
    var longestSpan = Int64.max
    var largestLimit = 1000
    /// From that request on it has another clamp.
    var clampChange = Int.max
    var laterClamp = 1000
    /// A page is cut before it would have more bytes.
    var mostBytes = Int64.max
    /// Whether events without a time are in every answer, whatever its bounds, and come before all others, or after them.
    var undated: Undated?
    /// Times are sorted and compared as texts: 14.5Z is before 14Z.
    var comparesTexts = false

    enum Undated: CaseIterable {
        case first
        case last
    }

    enum Answer {
        case page([Int])
        case refused
    }

    /// - Parameter moment: the number of the request.
    func answer(
        _ request: PageRequest, _ events: [ListedEvent], moment: Int, _ random: inout SplitMix
    ) -> Answer {
        if request.from % finestBound != 0 || request.to % finestBound != 0 { return .refused }
        if request.to - request.from > longestSpan || request.limit > largestLimit { return .refused }
        if refusesReverse, !isNewestFirst(request.order) { return .refused }
        var rows: [(key: Int64, tie: Int64, index: Int)] = []
        for (index, event) in events.enumerated() where event.isThere(at: moment) {
            if event.flickers, random.next(in: 1...3) == 1 { continue }
            if let undated, event.isUndated {
                let key = if case .first = undated { Int64.min } else { Int64.max }
                rows.append((key, event.rank, index))
                continue
            }
            let time = event.time(at: moment)
            guard holds(time, request) else { continue }
            rows.append(row(index, event, time + event.delay, request.order, &random))
        }
        rows.sort { ($0.key, $0.tie, $0.index) < ($1.key, $1.tie, $1.index) }
        cut(&rows, events)
        var limit = ignoresLimit ? Int.max : min(request.limit + excess, moment < clampChange ? clamp : laterClamp)
        if shrinksBy > 0, limit > 1 { limit -= Int(random.next(in: 0...min(shrinksBy, Int64(limit - 1)))) }
        var page: [Int] = []
        for (position, row) in rows.enumerated() {
            if copiesAfterLimit ? position >= limit : page.count >= limit { break }
            if hidesOneOf > 0, row.index % hidesOneOf == 0 {
                if !copiesAfterLimit { page.append(-1) }
                continue
            }
            page += Array(repeating: row.index, count: events[row.index].copies)
        }
        if !copiesAfterLimit { page = Array(page.prefix(limit)) }
        return .page(page.filter { $0 >= 0 })
    }

    private func cut(_ rows: inout [(key: Int64, tie: Int64, index: Int)], _ events: [ListedEvent]) {
        var bytes: Int64 = 0
        guard mostBytes < .max else { return }
        for (position, row) in rows.enumerated() {
            bytes += events[row.index].bytes
            if bytes > mostBytes {
                rows.removeSubrange(max(position, 1)...)
                return
            }
        }
    }

    /// What an answer shows as started_at; nil where it shows none.
    func shownTime(_ event: ListedEvent, moment: Int) -> Int64? {
        let time = event.time(at: moment)
        return switch event.form {
        case .dated: (roundsTimes ? time + shownUnit / 2 : time) / shownUnit * shownUnit
        case .withoutTime: nil
        case .inSeconds: time / 1_000_000_000
        case .inMilliseconds: time / 1_000_000
        case .misdated: time / shownUnit * shownUnit + 80 * 365 * 86_400 * 1_000_000_000
        }
    }

    private func holds(_ time: Int64, _ request: PageRequest) -> Bool {
        if comparesTexts {
            let (from, to, time) = (text(request.from), text(request.to), text(time))
            return (includesTo ? time <= to : time < to) && (includesFrom ? time >= from : time > from)
        }
        let key = time / comparedUnit * comparedUnit
        let to = read(request.to + boundShift)
        let from = read(request.from + boundShift)
        let isBeforeEnd = !keepsTo || (includesTo ? key <= to : key < to)
        let isAfterStart = !keepsFrom || (includesFrom ? key >= from : key > from)
        return isBeforeEnd && isAfterStart
    }

    /// A number for a date-time that sorts as its text does, where a fraction is written only if there is one.
    private func text(_ time: Int64) -> Int64 {
        let fraction = time % 1_000_000_000
        return (time / 1_000_000_000 - 1_700_000_000) * 2_000_000_000 + (fraction == 0 ? 1_999_999_999 : fraction)
    }

    private func read(_ bound: Int64) -> Int64 {
        (roundsBounds ? bound + boundUnit / 2 : bound) / boundUnit * boundUnit
    }

    private func row(
        _ index: Int, _ event: ListedEvent, _ time: Int64, _ asked: SearchOrder, _ random: inout SplitMix
    ) -> (key: Int64, tie: Int64, index: Int) {
        let key = comparesTexts ? text(time) : time / sortedUnit * sortedUnit
        let sign: Int64
        switch order {
        case .asAsked: sign = isNewestFirst(asked) ? -1 : 1
        case .newestFirst: sign = -1
        case .oldestFirst: sign = 1
        case .fixed: return (event.rank, 0, index)
        case .random: return (random.next(in: 0...1_000_000_000), 0, index)
        }
        let tie: Int64 =
            switch ties {
            case .stable: event.rank
            case .reversed: event.rank * sign
            case .random: random.next(in: 0...1_000_000_000)
            }
        return (key * sign, tie, index)
    }

    /// The finest cell that a bound of this server can cut between: events of one cell are at one instant to it.
    func cell(_ time: Int64, _ order: SearchOrder) -> Int64 {
        let key = time / comparedUnit * comparedUnit
        let unit = max(boundUnit, finestBound)
        return if isNewestFirst(order) ? includesTo : !includesFrom {
            // The lowest bound that includes it, or the highest that leaves it out.
            (key + unit - 1) / unit
        } else {
            key / unit
        }
    }

    private func isNewestFirst(_ order: SearchOrder) -> Bool {
        switch order {
        case .newestFirst: true
        case .oldestFirst: false
        }
    }
}
