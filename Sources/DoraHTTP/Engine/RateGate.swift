// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The rate window of a client, shared by the threads that use it. Its lock is held for a few
/// instructions, never across a call.
final class RateGate {
    private let lock = SpinLock()
    private var window = RateWindow()

    /// In a child after fork: nothing is in flight, and another thread of the parent may have been changing it.
    func reset() {
        locked { $0 = RateWindow() }
    }

    /// When a request may start: nil = now; `.max` = after the next outcome.
    func refusal(now: Int64) -> Int64? {
        let start = locked { $0.nextStart(now: now) }
        return start == now ? nil : start ?? .max
    }

    /// Counts a request that starts. Its ticket is to be given back when it ends.
    func start(now: Int64) -> RateWindow.Ticket {
        locked { $0.started(now: now) }
    }

    /// A request ended without an outcome.
    func ended(_ ticket: RateWindow.Ticket) {
        locked { $0.ended(ticket) }
    }

    func ended(_ ticket: RateWindow.Ticket, _ outcome: AttemptOutcome, now: Int64) {
        locked { window in
            if outcome.status > 0 {
                window.answered(ticket, status: outcome.status, outcome.rateLimit, wait: outcome.wait, now: now)
            } else {
                window.ended(ticket)
            }
        }
    }

    private func locked<R>(_ body: (inout RateWindow) -> R) -> R {
        lock.lock()
        defer { lock.unlock() }
        return body(&window)
    }
}
