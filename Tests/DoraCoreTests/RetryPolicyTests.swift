// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct RetryPolicyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var attempt: UInt32 = 1
        var retryable = true
        var serverWait: Int64?
        var remaining: Int64?
        var random: UInt64 = 0
        let expected: RetryPolicy.Decision

        var testDescription: String {
            "attempt \(attempt), retryable \(retryable), wait \(serverWait ?? -1), remaining \(remaining ?? -1), random \(random)"
        }
    }

    /// With three retries, and a backoff of 500 ms that grows to 30 s.
    @Test(arguments: [
        // Whether at all.
        Case(retryable: false, expected: .notRetryable),
        Case(attempt: 9, retryable: false, expected: .notRetryable),
        Case(retryable: false, serverWait: 1000, remaining: 0, expected: .notRetryable),
        Case(attempt: 1, expected: .retry(after: 0)),
        Case(attempt: 3, expected: .retry(after: 0)),
        Case(attempt: 4, expected: .exhausted),
        Case(attempt: 4, serverWait: 1000, remaining: 0, expected: .exhausted),
        Case(attempt: UInt32.max, expected: .exhausted),
        // What the server asks for is kept to, without jitter.
        Case(serverWait: 1, random: 77, expected: .retry(after: 1)),
        Case(serverWait: 1000, random: UInt64.max, expected: .retry(after: 1000)),
        Case(attempt: 3, serverWait: 60_000, random: 77, expected: .retry(after: 60_000)),
        Case(serverWait: Int64.max, expected: .retry(after: Int64.max)),
        // No wait at all is the backoff's.
        Case(serverWait: 0, random: 77, expected: .retry(after: 77)),
        // Backoff: uniform, both ends included.
        Case(attempt: 1, random: 500, expected: .retry(after: 500)),
        Case(attempt: 1, random: 501, expected: .retry(after: 0)),
        Case(attempt: 2, random: 1000, expected: .retry(after: 1000)),
        Case(attempt: 2, random: 1001, expected: .retry(after: 0)),
        Case(attempt: 3, random: 2000, expected: .retry(after: 2000)),
        Case(attempt: 3, random: 2001, expected: .retry(after: 0)),
        // The deadline: a wait that would reach it is not begun.
        Case(serverWait: 999, remaining: 1000, expected: .retry(after: 999)),
        Case(serverWait: 1000, remaining: 1000, expected: .deadline(wait: 1000)),
        Case(serverWait: 1001, remaining: 1000, expected: .deadline(wait: 1001)),
        Case(serverWait: Int64.max, remaining: 60_000, expected: .deadline(wait: Int64.max)),
        Case(serverWait: Int64.max, remaining: Int64.max, expected: .deadline(wait: Int64.max)),
        Case(remaining: 1, random: 0, expected: .retry(after: 0)),
        Case(remaining: 0, random: 0, expected: .deadline(wait: 0)),
        Case(remaining: 400, random: 400, expected: .deadline(wait: 400)),
        Case(remaining: 401, random: 400, expected: .retry(after: 400)),
    ])
    func decisions(case test: Case) {
        let decision = RetryPolicy().decide(
            attempt: test.attempt, retryable: test.retryable, serverWait: test.serverWait, remaining: test.remaining,
            random: test.random)
        #expect(decision == test.expected)
    }

    @Test func noRetriesIsOneAttempt() {
        var policy = RetryPolicy()
        policy.maxRetries = 0
        #expect(policy.decide(attempt: 1, retryable: true, serverWait: nil, remaining: nil, random: 0) == .exhausted)
    }

    @Test func retriesWithoutEnd() {
        var policy = RetryPolicy()
        policy.maxRetries = .max
        for attempt in [1, 33, 34, 65, 1_000_000, UInt32.max - 1, UInt32.max] {
            let decision = policy.decide(
                attempt: attempt, retryable: true, serverWait: nil, remaining: nil, random: 29_999)
            guard case .retry(let wait) = decision else {
                Issue.record("attempt \(attempt): \(decision)")
                continue
            }
            #expect(wait >= 0 && wait <= 30_000)
        }
    }

    @Test(
        arguments: [
            (1, 500), (2, 1000), (3, 2000), (4, 4000), (6, 16_000), (7, 30_000), (8, 30_000), (33, 30_000),
            (100, 30_000), (UInt32.max, 30_000), (0, 500),
        ] as [(UInt32, UInt64)])
    func theCeilingDoublesUpToTheMaximum(retry: UInt32, ceiling: UInt64) {
        let policy = RetryPolicy()
        #expect(policy.backoff(retry: retry, random: ceiling) == Int64(ceiling))
        #expect(policy.backoff(retry: retry, random: ceiling + 1) == 0)
    }

    @Test(
        arguments: [
            (0, 0, 0), (0, 30_000, 0), (1, 1, 1), (UInt32.max, UInt32.max, Int64(UInt32.max)),
            (1, UInt32.max, Int64(UInt32.max)),
        ] as [(UInt32, UInt32, Int64)])
    func backoffsAtTheEdges(base: UInt32, max: UInt32, ceiling: Int64) {
        var policy = RetryPolicy()
        policy.backoffBase = base
        policy.backoffMax = max
        for random in [0, 1, 12345, UInt64(UInt32.max), UInt64.max / 3, UInt64.max] {
            let wait = policy.backoff(retry: 64, random: random)
            #expect(wait >= 0 && wait <= ceiling)
        }
        #expect(policy.backoff(retry: 64, random: UInt64(ceiling)) == ceiling)
    }

    @Test func jitterIsFull() {
        var generator = SystemRandomNumberGenerator()
        let waits = (0..<4000).map { _ in RetryPolicy().backoff(retry: 2, random: generator.next()) }
        #expect(waits.allSatisfy { $0 >= 0 && $0 <= 1000 })
        for tenth in 0..<10 {
            let count = waits.filter { $0 >= tenth * 100 && $0 < (tenth + 1) * 100 }.count
            // 400 are expected; 200 are more than ten standard deviations off.
            #expect(count > 200, "waits from \(tenth * 100) ms")
        }
    }

    @Test func whichStatusesPass() {
        #expect((100...599).filter { RetryPolicy.isRetryable(status: $0) } == [408, 429, 500, 502, 503, 504])
    }
}
