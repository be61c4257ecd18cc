// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// What the caller of a walk relies on, step by step.
@Suite struct SearchStepTests {
    static func walk(pageSize: Int = 1000) throws -> SearchWalk {
        SearchWalk(try SearchSpan(from: .min, to: .max), pageSize: pageSize)
    }

    /// Whether a walk goes on after a page that is too large, or one that is refused.
    static func halve(_ walk: inout SearchWalk) -> Bool { walk.halve() }
    static func refuse(_ walk: inout SearchWalk) -> Bool { walk.refuse() }

    static func limit(_ walk: SearchWalk) -> Int? {
        if case .request(let request) = walk.next { request.limit } else { nil }
    }

    /// Gives the walk the page of some events, the time in seconds after 2026 began.
    static func take(_ times: [Int64?], _ walk: inout SearchWalk) -> [Int] {
        let events = times.enumerated().map { ListedEvent(number: $0, time: $1 ?? 0) }
        let texts = EventTexts(events)
        return walk.take(times.count) { index in
            texts.item(events[index], startedAt: times[index].map { SearchWorld.base + $0 * SearchWorld.second })
        }
    }

    @Test func askingAgainChangesNothing() throws {
        let walk = try SearchStepTests.walk()
        for _ in 0..<3 { #expect(SearchStepTests.limit(walk) == 1000) }
    }

    @Test func theNextRequestIsKnownAsSoonAsThePageIs() throws {
        var walk = try SearchStepTests.walk(pageSize: 10)
        let times = (0..<10).map { Int64(100 - $0) }
        #expect(SearchStepTests.take(times, &walk) == Array(0..<10))
        guard case .request(let request) = walk.next else { throw SearchRequestTests.NoRequest() }
        #expect(request.to == SearchWorld.base + 92 * SearchWorld.second, "strictly above the last event")
        #expect(request.from == 0)
    }

    @Test func theEndIsFinal() throws {
        var walk = try SearchStepTests.walk()
        #expect(SearchStepTests.take([], &walk) == [])
        for _ in 0..<2 {
            if case .end = walk.next {} else { Issue.record("\(walk.next)") }
            #expect(SearchStepTests.take([1], &walk) == [])
            #expect(!SearchStepTests.halve(&walk))
            #expect(!SearchStepTests.refuse(&walk))
        }
    }

    @Test func incompleteIsFinal() throws {
        var walk = try SearchStepTests.walk()
        #expect(SearchStepTests.take([1, 9, 5], &walk) == [])
        for _ in 0..<2 {
            guard case .incomplete(let shortfall) = walk.next else {
                Issue.record("\(walk.next)")
                return
            }
            #expect(
                string(shortfall.message)
                    == "search: incomplete: the server does not keep the order that was asked for (1000 events a page); "
                    + "search by a narrower query")
            #expect(SearchStepTests.take([1], &walk) == [])
        }
    }

    @Test func pagesThatAreTooLargeAreHalved() throws {
        var walk = try SearchStepTests.walk()
        var limits: [Int?] = []
        while walk.halve() { limits.append(SearchStepTests.limit(walk)) }
        #expect(limits == [500, 250, 125, 63, 32, 16, 8, 4, 2])
        #expect(SearchStepTests.limit(walk) == 2, "and it may be asked for again")
    }

    @Test func aRefusedLimitBecomesTheOneThatWasWanted() throws {
        var walk = try SearchStepTests.walk(pageSize: 10)
        _ = SearchStepTests.take(Array(repeating: 7, count: 10), &walk)
        while SearchStepTests.limit(walk) == 10 { _ = SearchStepTests.take(Array(repeating: 7, count: 10), &walk) }
        #expect(SearchStepTests.limit(walk) == 1000, "a second that fills a page")
        #expect(SearchStepTests.refuse(&walk))
        #expect(SearchStepTests.limit(walk) == 10)
    }

    @Test func theFirstRequestMayNotBeRefused() throws {
        var walk = try SearchStepTests.walk()
        #expect(!SearchStepTests.refuse(&walk))
    }
}
