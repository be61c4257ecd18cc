// SPDX-License-Identifier: Apache-2.0

/// When an attempt is followed by another. Pure: clock and randomness come in as arguments.
package struct RetryPolicy {
    package var maxRetries: UInt32 = 3
    package var backoffBase: UInt32 = 500
    package var backoffMax: UInt32 = 30_000

    package enum Decision: Equatable {
        /// Another attempt, so many milliseconds from now.
        case retry(after: Int64)
        /// The failure does not pass by itself.
        case notRetryable
        case exhausted
        /// The wait would end after the deadline.
        case deadline(wait: Int64)
    }

    package init() {}

    /// - Parameters:
    ///   - attempt: the number of the attempt that failed, from 1.
    ///   - retryable: whether that failure may pass.
    ///   - serverWait: what the server asked to wait, in milliseconds.
    ///   - remaining: milliseconds until the deadline; nil without one.
    ///   - random: uniformly distributed.
    package func decide(
        attempt: UInt32, retryable: Bool, serverWait: Int64?, remaining: Int64?, random: UInt64
    ) -> Decision {
        guard retryable else { return .notRetryable }
        guard attempt <= maxRetries else { return .exhausted }
        // A server that asks for no wait at all gets the backoff: it must not be hammered.
        let asked = serverWait ?? 0
        let wait = asked > 0 ? asked : backoff(retry: attempt, random: random)
        if let remaining, wait >= remaining { return .deadline(wait: wait) }
        return .retry(after: wait)
    }

    /// Exponential backoff with full jitter: uniform in 0...min(max, base * 2^(retry - 1)).
    package func backoff(retry: UInt32, random: UInt64) -> Int64 {
        let doublings = min(max(retry, 1) &- 1, 32)
        let ceiling = min(UInt64(backoffBase) << UInt64(doublings), UInt64(backoffMax))
        return Int64(truncatingIfNeeded: random % (ceiling &+ 1))
    }

    /// 408, 429 and the server errors that pass; 501 does not.
    package static func isRetryable(status: Int) -> Bool {
        switch status {
        case 408, 429, 500, 502, 503, 504: true
        default: false
        }
    }
}
