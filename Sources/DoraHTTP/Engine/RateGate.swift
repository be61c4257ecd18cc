// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The rate limits of a client, shared by the threads that use it. Its lock is held for a few instructions, never
/// across a call.
final class RateGate {
    private let lock = SpinLock()
    private var limits: RateLimits
    private let longestPause: Int64

    /// - Parameter timeout: of a call, in milliseconds; 0 is no limit.
    init(timeout: UInt32) {
        // Where a server names no period, no wait is longer than a call may take.
        longestPause = timeout == 0 ? 3_600_000_000 : Int64(timeout) &* 1000
        limits = RateLimits(longestPause: longestPause)
    }

    /// In a child after fork: nothing is in flight, and another thread of the parent may have been changing it.
    func reset() {
        locked { $0 = RateLimits(longestPause: longestPause) }
    }

    /// When a request may start.
    func nextStart(_ route: Route, now: Int64) -> Start {
        locked { $0.nextStart(route, now: now) }
    }

    /// Counts a request that starts. Its ticket is to be given back when it ends.
    func start(_ route: Route, now: Int64) -> RateLimits.Ticket {
        locked { $0.started(route, now: now) }
    }

    /// A request ended without an answer.
    func ended(_ ticket: RateLimits.Ticket) {
        locked { $0.ended(ticket) }
    }

    func ended(_ ticket: RateLimits.Ticket, _ outcome: AttemptOutcome, now: Int64) {
        locked { limits in
            if outcome.status > 0 {
                limits.answered(
                    ticket, name: outcome.rateLimitName, status: outcome.status, outcome.rateLimit, wait: outcome.wait,
                    now: now)
            } else {
                limits.ended(ticket)
            }
        }
    }

    private func locked<R>(_ body: (inout RateLimits) -> R) -> R {
        lock.lock()
        defer { lock.unlock() }
        return body(&limits)
    }
}
