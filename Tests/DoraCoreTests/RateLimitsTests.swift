// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// Several limits side by side.
@Suite struct RateLimitsTests {
    static let second = SimulatedServer.second

    static func answer(_ limits: inout RateLimits, _ route: Route, name: String?, remaining: Int64, now: Int64) {
        let ticket = limits.started(route, now: now)
        limits.answered(
            ticket, name: name.map { text($0) }, status: 200, RateWindowTests.rate(remaining: remaining, reset: 60),
            wait: nil, now: now)
    }

    @Test func aUsedUpListHoldsNoFetchUp() {
        for names in [nil, ("list", "fetch")] as [(String, String)?] {
            var limits = RateLimits(longestPause: 3600 * RateLimitsTests.second)
            RateLimitsTests.answer(&limits, .list, name: names?.0, remaining: 0, now: 0)
            RateLimitsTests.answer(&limits, .fetch, name: names?.1, remaining: 9, now: 0)
            #expect(limits.nextStart(.list, now: 1) == .at(60 * RateLimitsTests.second))
            #expect(limits.nextStart(.fetch, now: 1) == .now)
        }
    }

    @Test func oneNameIsOneLimit() {
        var limits = RateLimits(longestPause: 3600 * RateLimitsTests.second)
        RateLimitsTests.answer(&limits, .list, name: "dora", remaining: 9, now: 0)
        RateLimitsTests.answer(&limits, .fetch, name: "dora", remaining: 9, now: 0)
        RateLimitsTests.answer(&limits, .fetch, name: "dora", remaining: 0, now: 0)
        #expect(limits.nextStart(.list, now: 1) == .at(60 * RateLimitsTests.second))
    }

    @Test func anotherNameIsAnotherLimit() {
        var limits = RateLimits(longestPause: 3600 * RateLimitsTests.second)
        RateLimitsTests.answer(&limits, .fetch, name: "one", remaining: 0, now: 0)
        let late = limits.started(.fetch, now: 0)
        limits.answered(
            late, name: text("two"), status: 200, RateWindowTests.rate(remaining: 5, reset: 60), wait: nil, now: 0)
        #expect(limits.nextStart(.fetch, now: 1) == .now)
    }

    @Test func aServerThatNamesWithoutEndTakesNoMemory() {
        var limits = RateLimits(longestPause: 3600 * RateLimitsTests.second)
        for number in 0..<1000 {
            RateLimitsTests.answer(&limits, .fetch, name: "limit-\(number)", remaining: 9, now: 0)
        }
        #expect(limits.nextStart(.fetch, now: 1) == .now)
    }
}
