// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

extension SearchWorld {
    /// Events at these times, nanoseconds after `base`, and a server that does what is documented.
    init(times: [Int64]) {
        self.init()
        for (number, time) in times.enumerated() {
            events.append(ListedEvent(number: number, time: SearchWorld.base + time, rank: Int64(number * 7919 % 1009)))
        }
    }

    /// Events that many nanoseconds from each other.
    init(count: Int, every interval: Int64) {
        self.init(times: (0..<count).map { Int64($0) * interval })
    }
}

extension SearchRun {
    var isComplete: Bool { if case .complete = end { true } else { false } }

    var shortfall: SearchShortfall? { if case .incomplete(let shortfall) = end { shortfall } else { nil } }
}

/// Searches whose events, page sizes and servers are named one by one.
@Suite struct SearchWalkTests {
    static let second: Int64 = 1_000_000_000

    /// Everything came, once and in order.
    static func expectAll(_ world: SearchWorld, _ name: String) {
        let run = SearchRun(world)
        #expect(run.problems.isEmpty && run.isComplete, "\(name): \(run.problems) \(run.end)")
        #expect(run.handedOut.count == world.events.count, "\(name)")
    }

    // MARK: How many events

    @Test(arguments: [0, 1, 2, 9, 10, 11, 999, 1000, 1001, 2500], [1, 7, 40, 1000])
    func counts(count: Int, pageSize: Int) {
        var world = SearchWorld(count: count, every: SearchWalkTests.second * 3 / 2)
        world.pageSize = pageSize
        SearchWalkTests.expectAll(world, "newest first")
        world.order = .oldestFirst
        if count < 2500 { SearchWalkTests.expectAll(world, "oldest first") }
    }

    @Test(arguments: [(0, 1), (2, 2), (10, 2), (999, 2), (1000, 3), (1001, 3), (2500, 4), (5000, 7)])
    func howManyRequests(count: Int, atMost: Int) {
        let run = SearchRun(SearchWorld(count: count, every: SearchWalkTests.second * 3 / 2))
        #expect(run.isComplete && run.requests <= atMost, "\(run.requests)")
    }

    /// Events of one second show neither order nor how many a page can hold: that takes more requests, and most where
    /// the server has no others.
    @Test(arguments: [(1, 0, 11), (1, 20, 4), (5, 0, 11), (5, 20, 4)])
    func howManyRequestsForOneSecond(count: Int, others: Int, atMost: Int) {
        let times = (0..<count).map { Int64($0) } + (0..<others).map { Int64($0 + 1) * 3600 * SearchWalkTests.second }
        var world = SearchWorld(times: times)
        world.from = SearchWorld.base - 60 * SearchWalkTests.second
        world.to = SearchWorld.base + 60 * SearchWalkTests.second
        let run = SearchRun(world)
        #expect(run.problems.isEmpty && run.isComplete && run.requests <= atMost, "\(run.requests)")
    }

    // MARK: Many at one time

    /// A page less one at each of five instants, as far apart as the server tells.
    @Test(arguments: [10, 100], SearchWorld.units)
    func crowds(clamp: Int, unit: Int64) {
        for includesTo in [false, true] {
            for ties in ListServer.Ties.allCases {
                var world = SearchWorld(times: (0..<(clamp - 1) * 5).map { Int64($0 / (clamp - 1)) * unit })
                world.server.clamp = clamp
                world.server.comparedUnit = unit
                world.server.sortedUnit = unit
                world.server.includesTo = includesTo
                world.server.includesFrom = !includesTo
                world.server.ties = ties
                SearchWalkTests.expectAll(world, "\(unit) ns, \(ties)")
                world.order = .oldestFirst
                SearchWalkTests.expectAll(world, "\(unit) ns, \(ties), oldest first")
            }
        }
    }

    @Test func nearlyAThousandAtOnce() {
        var world = SearchWorld(times: Array(repeating: 0, count: 999) + [SearchWalkTests.second, -1])
        SearchWalkTests.expectAll(world, "999 of 1,001")
        world = SearchWorld(times: Array(repeating: 0, count: 999))
        SearchWalkTests.expectAll(world, "999")
    }

    @Test(arguments: [(10, 11), (10, 25), (1000, 1001), (1000, 2000)])
    func moreThanAPageAtOnce(clamp: Int, count: Int) throws {
        let crowd = Array(repeating: 500_000_000, count: count) as [Int64]
        var world = SearchWorld(times: crowd + [0, 5 * SearchWalkTests.second])
        world.server.clamp = clamp
        let run = SearchRun(world)
        let shortfall = try #require(run.shortfall, "\(run.end)")
        #expect(run.problems.isEmpty)
        #expect(shortfall.instant == SearchWorld.base + 500_000_000)
        #expect(shortfall.pageSize == clamp)
        #expect(
            string(shortfall.message)
                == "search: incomplete at 2026-01-01T00:00:00.500Z: there may be more events at this instant than a "
                + "page holds (\(clamp) events a page); search by a narrower query")
    }

    // MARK: How the server reads a request

    /// A quarter of a second from each other, four and more at some times: each reading of bounds.
    @Test(arguments: SearchWorld.units, [3, 100, 1000])
    func readings(unit: Int64, clamp: Int) {
        for reading in 0..<16 {
            var world = SearchWorld(times: (0..<250).map { Int64($0 / 2) * 1_250_000_000 })
            world.server.comparedUnit = unit
            world.server.sortedUnit = unit
            world.server.clamp = clamp
            world.server.includesTo = reading & 1 == 0
            world.server.includesFrom = reading & 2 == 0
            world.server.boundUnit = reading & 4 == 0 ? 1 : unit
            world.server.finestBound = reading & 8 == 0 ? 1 : SearchWalkTests.second
            SearchWalkTests.expectAll(world, "reading \(reading)")
        }
    }

    @Test(arguments: [ListServer.Order.oldestFirst, .newestFirst, .fixed, .random])
    func aServerThatIgnoresSort(order: ListServer.Order) {
        var world = SearchWorld(count: 300, every: SearchWalkTests.second)
        for index in world.events.indices { world.events[index].rank = Int64(index * 7919 % 1009) }
        world.server.order = order
        world.server.clamp = 100
        world.order = if case .oldestFirst = order { .newestFirst } else { .oldestFirst }
        let run = SearchRun(world)
        #expect(run.problems.isEmpty)
        if case .order = run.shortfall?.reason {} else { Issue.record("\(run.end)") }
    }

    /// By when they were reported, say: one is late. That shows unless it ends a page, as the 13th would.
    @Test(arguments: [1, 2, 3, 5, 8, 21, 34, 55])
    func aServerThatSortsByAnotherTime(late: Int) {
        for order in [SearchOrder.newestFirst, .oldestFirst] {
            var world = SearchWorld(count: 60, every: 1000 * SearchWalkTests.second)
            world.events[late].delay = 10_500 * SearchWalkTests.second
            world.server.clamp = 20
            world.order = order
            let run = SearchRun(world)
            #expect(run.shortfall != nil || run.handedOut.count == 60, "\(order): \(run.handedOut.count) events")
        }
    }

    @Test func aServerThatIgnoresBounds() {
        var world = SearchWorld(count: 300, every: SearchWalkTests.second)
        world.server.keepsFrom = false
        world.server.keepsTo = false
        world.to = SearchWorld.base + 100 * SearchWalkTests.second
        world.server.clamp = 100
        let run = SearchRun(world)
        #expect(run.problems.isEmpty)
        if case .bounds = run.shortfall?.reason {} else { Issue.record("\(run.end)") }
        #expect(run.handedOut.isEmpty)
    }

    // MARK: What a page holds

    @Test func oddItemsCostThemselvesAlone() {
        let forms: [ListedEvent.Form] = [.withoutTime, .inSeconds, .inMilliseconds, .misdated, .dated]
        var world = SearchWorld(count: 60, every: SearchWalkTests.second)
        world.server.clamp = 20
        for (index, form) in forms.enumerated() {
            world.events[index * 11].form = form
            world.events[index * 11].hasID = false
        }
        SearchWalkTests.expectAll(world, "odd items")
    }

    /// Events without a time are in every page, before all others or after them, whatever the order.
    @Test(arguments: ListServer.Undated.allCases, 11...17)
    func undatedEverywhere(place: ListServer.Undated, dated: Int) {
        var world = SearchWorld(count: dated + 3, every: 60 * SearchWalkTests.second)
        for index in 0..<3 { world.events[index].form = .withoutTime }
        world.server.undated = place
        world.server.clamp = 10
        SearchWalkTests.expectAll(world, "\(place)")
    }

    @Test func doublesComeOnce() {
        for copiesAfterLimit in [false, true] {
            var world = SearchWorld(count: 120, every: SearchWalkTests.second / 2)
            for index in stride(from: 0, to: 120, by: 3) { world.events[index].copies = 2 }
            world.server.copiesAfterLimit = copiesAfterLimit
            world.server.clamp = 15
            SearchWalkTests.expectAll(world, "doubles")
        }
    }

    // MARK: The span

    @Test func adjacentSpansTileExactly() {
        let edges: [Int64] = [0, 1, 2, 999_999_999, 1_000_000_000, 1_000_000_001, 4_500_000_000, 9_000_000_000]
        let times = edges.flatMap { [$0 - 1, $0, $0 + 1] }.filter { $0 >= 0 && $0 < 9_000_000_000 }
        for unit in SearchWorld.units {
            for includesBoth in [false, true] {
                var world = SearchWorld(times: times)
                world.server.comparedUnit = unit
                world.server.sortedUnit = unit
                world.server.includesTo = includesBoth
                world.server.includesFrom = includesBoth
                var numbers: [Int] = []
                for (from, to) in zip(edges, edges.dropFirst()) {
                    world.from = SearchWorld.base + from
                    world.to = SearchWorld.base + to
                    let run = SearchRun(world)
                    #expect(run.problems.isEmpty && run.isComplete, "\(from) to \(to)")
                    numbers += run.handedOut.map(\.number)
                }
                #expect(numbers.sorted() == Array(times.indices))
            }
        }
    }
}
