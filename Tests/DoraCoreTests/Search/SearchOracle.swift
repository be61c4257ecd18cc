// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

extension SearchWorld {
    /// Whether the server does not have the event, as it reads the request.
    func isBlind(to event: ListedEvent) -> Bool {
        if server.hidesOneOf > 0, event.number % server.hidesOneOf == 0 { return true }
        // The others may fill the last page exactly, in either order.
        if case .last = server.undated, event.isUndated, server.clamp <= events.count { return true }
        let slack = max(abs(server.boundShift), server.comparedUnit > 1_000_000_000 ? server.comparedUnit * 2 : 0)
        if slack == 0 { return false }
        return (from != .min && event.time < from + slack) || (to != .max && event.time >= to - slack)
    }

    /// Whether nothing that the server shows could tell that there is more: it gives fewer events than it is asked for,
    /// and all that it has are at one instant to it; or it sorts as it likes, and all of the span are within two seconds,
    /// or have no times, or come two at a time, which are in order by chance.
    var isHopeless: Bool {
        let page = min(server.clamp, largestPage)
        if page >= 1000 { return false }
        let isSorted = if case .asAsked = server.order { true } else { false }
        if !isSorted, page < 3 { return true }
        if server.undated != nil, events.reduce(0, { $0 + ($1.isUndated ? $1.copies : 0) }) >= page { return true }
        let steady = events.filter { $0.isSteady }
        let dated = steady.filter { if case .dated = $0.form { true } else { false } }
        guard steady.reduce(0, { $0 + $1.copies }) - dated.reduce(0, { $0 + $1.copies }) < page else { return true }
        if isSorted {
            return Set(dated.map { server.cell($0.time, .newestFirst) }).count <= 1
                && Set(dated.map { server.cell($0.time, .oldestFirst) }).count <= 1
                && Set(dated.map { $0.time / server.sortedUnit }).count <= 1
        }
        let times = dated.map(\.time).filter { $0 >= max(from, 0) - 1_000_000_000 && ($0 <= to || to == .max) }
        return (times.max() ?? 0) - (times.min() ?? 0) <= 2_000_000_000
    }

    /// Where times are shown more coarsely than they are compared, what comes meanwhile can't be told from what was hidden,
    /// and the order is only shown by different times.
    private var showsEnough: Bool {
        events.allSatisfy { $0.arrival == 0 }
            && Set(events.map { server.shownTime($0, moment: 0) ?? 0 }).count > 1
    }

    /// Whether the server does all that a search needs: then it may not be incomplete.
    var mustBeComplete: Bool {
        guard server.isPlain, !events.contains(where: { $0.flickers }), largestPage >= 1000,
            server.shownUnit <= server.comparedUnit || showsEnough,
            events.isEmpty || events.contains(where: { $0.isSteady }), events.allSatisfy({ $0.change == .max }),
            server.clamp == 1000 || events.allSatisfy({ $0.copies == 1 })
        else { return false }
        var crowds: [Int64: Int] = [:]
        var shownCrowds: [Int64: Int] = [:]
        var oddCount = 0
        for event in events {
            switch event.form {
            case .misdated: return false
            case .withoutTime, .inSeconds, .inMilliseconds: oddCount += event.copies
            case .dated: break
            }
            crowds[server.cell(event.time, order), default: 0] += event.copies
            shownCrowds[event.time / server.shownUnit, default: 0] += event.copies
        }
        // What shows no time takes room beside any instant.
        let page = server.largestLimit < 1000 ? max(pageSize, 10) : 1000
        // Where all of a page shows the same time, a small one may show the end of an instant by accident, and one whose
        // order changes from request to request shows no end.
        let isSteady = if case .random = server.ties { false } else { true }
        if server.clamp < 10 || !isSteady, (shownCrowds.values.max() ?? 0) >= server.clamp { return false }
        return (crowds.values.max() ?? 0) + oddCount < min(server.clamp, page)
    }
}

extension ListServer {
    /// Whether it keeps order and bounds, and leaves out nothing.
    fileprivate var isPlain: Bool {
        let keepsOrder = if case .asAsked = order { sortedUnit <= comparedUnit && !refusesReverse } else { false }
        let keepsBounds = keepsFrom && keepsTo && boundShift == 0 && comparedUnit <= 1_000_000_000
        let isWhole = hidesOneOf == 0 && shrinksBy == 0 && mostBytes == .max && clampChange == .max
        return keepsOrder && keepsBounds && isWhole && !roundsTimes && !comparesTexts && undated == nil
    }
}
