// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

/// What a server may do besides: nobody asked for it, and yet nothing may be lost.
enum Strangeness: CaseIterable {
    /// Rows that the limit counts are left out of the answer: what the user may not see, what was deleted.
    case hidesRows
    /// Pages are shorter by chance: the server stops early.
    case unevenPages
    case ignoresLimit
    case roundsShownTimes
    /// Bounds are read in another time zone.
    case shiftsBounds
    /// Spans beyond the one that is searched are answered with 400.
    case refusesWideSpans
    case refusesLargeLimits
    /// `sort` is ignored, and the order is another one each time.
    case shuffles
    /// Within a second the order is arbitrary, whatever the bounds tell apart.
    case sortsBySecond
    /// Bounds are compared by the minute, the hour or the day.
    case comparesMinutes
    /// Date-times are compared as texts.
    case comparesTexts
    /// Its copies are not all of one state: some events are in one answer and not in the next.
    case flickers
    /// Pages are cut by their bytes.
    case cutsByBytes
    /// Events without a time are in every answer, before all others or after them.
    case undatedEverywhere
    /// Under load it gives fewer events, or more.
    case changesClamp
    /// A page holds one event fewer than was asked for, or one more.
    case isOffByOne
}

extension SearchWorld {
    init(strange kind: Strangeness, seed: UInt64) {
        self.init(seed: seed)
        server.clamp = pick([10, 20, 50, 1000])
        largestPage = .max
        switch kind {
        case .hidesRows:
            spread()
            server.hidesOneOf = Int(random.next(in: 2...10))
        case .unevenPages:
            spread()
            server.shrinksBy = random.next(in: 1...5)
        case .ignoresLimit: server.ignoresLimit = true
        case .roundsShownTimes: server.roundsTimes = true
        case .shiftsBounds: server.boundShift = pick([1, -1, 60, -60, 3600, -3600, 7200]) * SearchWorld.second
        case .refusesWideSpans:
            spread()
            server.longestSpan = 200_000 * SearchWorld.second
            from = SearchWorld.base
            to = SearchWorld.base + 100_001 * SearchWorld.second
        case .refusesLargeLimits:
            server.largestLimit = pick([10, 50, 500])
            pageSize = min(pageSize, server.largestLimit)
        case .shuffles: server.order = .random
        case .sortsBySecond:
            spread()
            server.sortedUnit = SearchWorld.second
        case .comparesMinutes:
            spread()
            server.comparedUnit = pick([10, 60, 3600, 86_400]) * SearchWorld.second
            server.sortedUnit = pick([1, server.comparedUnit])
        case .comparesTexts:
            server.comparesTexts = true
            server.order = .asAsked
        case .flickers:
            for index in events.indices where chance(20) { events[index].flickers = true }
        case .cutsByBytes:
            spread()
            for index in events.indices { events[index].bytes = chance(80) ? 1 : random.next(in: 1...20) }
            server.mostBytes = random.next(in: 20...60)
        case .undatedEverywhere:
            spread()
            server.undated = pick(ListServer.Undated.allCases)
            for index in events.indices where chance(10) { events[index].form = .withoutTime }
        case .isOffByOne:
            spread()
            server.excess = pick([-1, 1])
        case .changesClamp:
            spread()
            server.laterClamp = pick([3, 5, 10, 20, 50, 1000])
            server.clampChange = Int(random.next(in: 1...10))
        }
    }

    /// A server that sorts as asked, and events far from each other: no second fills a page.
    private mutating func spread() {
        server.order = .asAsked
        server.refusesReverse = false
        server.keepsFrom = true
        server.keepsTo = true
        for index in events.indices {
            events[index].time = SearchWorld.base + random.next(in: 0...100_000) * SearchWorld.second
            events[index].change = .max
        }
        from = .min
        to = .max
    }
}
