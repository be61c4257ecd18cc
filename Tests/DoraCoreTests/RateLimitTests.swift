// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct RateLimitTests {
    static let now: Int64 = 1_693_491_974

    static func rateLimit(_ lines: [String]) -> RateLimit {
        RateLimit(headers(lines), unixTime: now)
    }

    static func wait(_ status: Int, _ lines: [String]) -> Int64? {
        serverWait(status: status, headers: headers(lines), rateLimit: rateLimit(lines), unixTime: now)
    }

    @Test func whatTheAPISends() {
        let rate = RateLimitTests.rateLimit([
            "X-RateLimit-Limit: 100", "X-RateLimit-Period: 60", "X-RateLimit-Remaining: 99", "X-RateLimit-Reset: 42",
            "X-RateLimit-Name: dora",
        ])
        #expect([rate.limit, rate.periodSeconds, rate.remaining, rate.resetSeconds] == [100, 60, 99, 42])
    }

    @Test func whatIsNotSentIsMinusOne() {
        let rate = RateLimitTests.rateLimit(["Server: x"])
        #expect([rate.limit, rate.periodSeconds, rate.remaining, rate.resetSeconds] == [-1, -1, -1, -1])
        let one = RateLimitTests.rateLimit(["X-RateLimit-Remaining: 0"])
        #expect([one.limit, one.periodSeconds, one.remaining, one.resetSeconds] == [-1, -1, 0, -1])
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 1), ("007", 7), ("1, 1", 1), ("1,1", 1), ("1 , 1", 1), ("12, 5", 12),
            ("999999999999999999", 999_999_999_999_999_999),
            ("00000000000000000000000000000001", 1), ("1\t", 1),
        ] as [(String, Int64)])
    func counts(value: String, expected: Int64) {
        #expect(parseCount(value) == expected)
    }

    @Test(arguments: [
        "", " ", "junk", "-1", "+1", "1.5", "1e3", "0x10", "1 2", "1;1", ",1", "1s", "NaN", "9999999999999999999",
        "99999999999999999999999999",
        "18446744073709551617", "１",
    ])
    func whatIsNoCount(value: String) {
        #expect(parseCount(value) == -1)
    }

    @Test(
        arguments: [
            ("1", 1), ("999999999", 999_999_999), ("1693491984", 10), ("1693491974", 0), ("1693491900", 0),
            ("1000000000", 0),
            ("1693491984, 1693491984", 10),
        ] as [(String, Int64)])
    func aResetIsSecondsOrAUnixTime(value: String, expected: Int64) {
        #expect(RateLimitTests.rateLimit(["X-RateLimit-Reset: \(value)"]).resetSeconds == expected)
    }

    @Test(
        arguments: [
            (503, ["Retry-After: 7"], 7000), (429, ["Retry-After: 7"], 7000), (408, ["Retry-After: 7"], 7000),
            (429, ["Retry-After: 0"], 0), (429, ["Retry-After: 7, 7"], 7000),
            (503, ["Retry-After: Thu, 31 Aug 2023 14:26:24 GMT"], 10_000),
            (503, ["Retry-After: Thursday, 31-Aug-23 14:26:24 GMT"], 10_000),
            (503, ["Retry-After: Thu Aug 31 14:26:24 2023"], 10_000),
            (503, ["Retry-After: Thu, 31 Aug 2023 14:26:04 GMT"], 0),
            (429, ["X-RateLimit-Reset: 7"], 7000), (429, ["X-RateLimit-Reset: 1, 1"], 1000),
            (429, ["X-RateLimit-Reset: 1693491984"], 10_000), (429, ["X-RateLimit-Reset: 0"], 0),
            (429, ["Retry-After: 3", "X-RateLimit-Reset: 7"], 3000),
            (429, ["X-RateLimit-Reset: 7", "Retry-After: 3"], 3000),
            (429, ["Retry-After: soon", "X-RateLimit-Reset: 7"], 7000),
            (503, ["Retry-After: 999999999999999999"], Int64.max),
        ] as [(Int, [String], Int64)])
    func whatTheServerAsksToWait(status: Int, lines: [String], milliseconds: Int64) {
        #expect(RateLimitTests.wait(status, lines) == milliseconds)
    }

    /// What counts is the server's clock: this machine's may be off.
    @Test(
        arguments: [
            (429, ["Date: Thu, 31 Aug 2023 15:26:14 GMT", "Retry-After: Thu, 31 Aug 2023 15:26:15 GMT"], 1000),
            (429, ["Date: Thu, 31 Aug 2023 13:26:14 GMT", "X-RateLimit-Reset: 1693488375"], 1000),
            (429, ["Date: yesterday", "X-RateLimit-Reset: 1693491975"], 1000),
        ] as [(Int, [String], Int64)])
    func waitsAreCountedFromTheResponse(status: Int, lines: [String], milliseconds: Int64) {
        #expect(RateLimitTests.wait(status, lines) == milliseconds)
    }

    @Test(
        arguments: [
            (429, []), (503, []), (503, ["X-RateLimit-Reset: 7"]), (429, ["Retry-After: soon"]),
            (429, ["Retry-After: -1"]),
            (429, ["Retry-After: 1.5"]), (429, ["Retry-After:"]), (503, ["Retry-After: Thu, 99 Foo 2023 25:61:61 GMT"]),
            (429, ["X-RateLimit-Reset: junk"]), (429, ["X-RateLimit-Reset: 99999999999999999999999999"]),
        ] as [(Int, [String])])
    func theServerDoesNotSay(status: Int, lines: [String]) {
        #expect(RateLimitTests.wait(status, lines) == nil)
    }
}
