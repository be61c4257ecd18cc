// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

/// A server, its events, and a search over them.
struct SearchWorld {
    var server = ListServer()
    var events: [ListedEvent] = []
    var from = Int64.min
    var to = Int64.max
    var order = SearchOrder.newestFirst
    var pageSize = 1000
    /// One page in so many ends in an error, and is asked for again; 0 = none.
    var faultyEvery: Int64 = 0
    /// Pages of more events are too large.
    var largestPage = Int.max
    var random = SplitMix()

    static let second: Int64 = 1_000_000_000
    /// 2026-01-01T00:00:00Z.
    static let base: Int64 = 1_767_225_600 * second
    static let units: [Int64] = [1, 1_000_000, second]

    init() {}

    /// One of the worlds that a search must get right; the same for the same seed.
    init(seed: UInt64) {
        // Seeds that follow each other must not give numbers that do.
        random.state = seed &* 0xD134_2543_DE82_EF95 ^ 0x5851_F42D_4C95_7F2D
        makeServer()
        makeEvents()
        makeSearch()
    }

    // MARK: Chance

    mutating func chance(_ percent: Int64) -> Bool { random.next(in: 1...100) <= percent }

    mutating func pick<T>(_ values: [T]) -> T { values[Int(random.next(in: 0...Int64(values.count - 1)))] }

    // MARK: The server

    private mutating func makeServer() {
        server.comparedUnit = pick(SearchWorld.units)
        server.sortedUnit = chance(80) ? server.comparedUnit : 1
        server.boundUnit = pick([1, 1, server.comparedUnit, 1_000_000, SearchWorld.second])
        server.roundsBounds = chance(30)
        server.includesTo = chance(50)
        server.includesFrom = chance(50)
        server.finestBound = pick([1, 1, 1, 1_000_000, SearchWorld.second])
        server.shownUnit = chance(50) ? server.comparedUnit : pick(SearchWorld.units)
        server.ties = pick(ListServer.Ties.allCases)
        if chance(70) { server.clamp = pick([2, 3, 4, 5, 8, 10, 11, 20, 50, 100]) }
        if chance(15) { server.order = pick([.newestFirst, .newestFirst, .oldestFirst, .fixed]) }
        if chance(10) {
            server.keepsFrom = chance(50)
            server.keepsTo = chance(50)
        }
        server.copiesAfterLimit = chance(50)
    }

    // MARK: Its events

    private mutating func makeEvents() {
        let count = pick([0, 1, 2, 3, 5, 8, 12, 20, 40, 80, 150])
        let seconds: Int64 = pick([0, 1, 2, 5, 20, 100, 1000, 100_000])
        let unit: Int64 = pick([1, 1, 1_000_000, SearchWorld.second, 250_000_000])
        let hasChurn = chance(25)
        let hasOdd = chance(15)
        let hasCopies = chance(10)
        for number in 0..<count {
            var event = ListedEvent(number: number, time: moment(within: seconds, unit))
            if number > 0, chance(15) { event.time = events[Int(random.next(in: 0...Int64(number - 1)))].time }
            event.rank = random.next(in: 0...1_000_000)
            if hasChurn, chance(20) { addChurn(&event, seconds, unit) }
            if hasOdd, chance(10) {
                event.form = pick([.dated, .withoutTime, .inSeconds, .inMilliseconds, .misdated])
                event.hasID = chance(50)
            }
            if hasCopies, chance(20) { event.copies = pick([2, 2, 3]) }
            events.append(event)
        }
    }

    private mutating func moment(within seconds: Int64, _ unit: Int64) -> Int64 {
        // Crowds: half of the events are in a tenth of the time.
        let width = max(seconds * SearchWorld.second / (chance(50) ? 10 : 1), unit)
        return SearchWorld.base + random.next(in: 0...width) / unit * unit
    }

    private mutating func addChurn(_ event: inout ListedEvent, _ seconds: Int64, _ unit: Int64) {
        switch random.next(in: 0...2) {
        case 0: event.arrival = Int(random.next(in: 1...12))
        case 1: event.departure = Int(random.next(in: 1...12))
        default:
            event.change = Int(random.next(in: 1...12))
            event.changedTime = moment(within: seconds, unit)
            // A change that an answer does not show makes another event of it.
            if event.changedTime / server.shownUnit == event.time / server.shownUnit { event.change = .max }
        }
    }

    // MARK: The search

    private mutating func makeSearch() {
        order = chance(75) ? .newestFirst : .oldestFirst
        if case .newestFirst = order, chance(3) { server.refusesReverse = true }
        pageSize = pick([1, 7, 10, 40, 1000])
        if chance(10) { faultyEvery = random.next(in: 2...5) }
        if chance(10) { largestPage = pick([1, 2, 5, 30]) }
        guard let first = events.map(\.time).min(), let last = events.map(\.time).max() else { return }
        let width = last - first
        if chance(60) { from = first + (chance(50) ? 0 : random.next(in: 0...(width + 1))) }
        if chance(60) { to = last + 1 - (chance(50) ? 0 : random.next(in: 0...(width + 1))) }
        if from >= to { to = .max }
    }
}
