// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// The rate window of a client, shared by the threads that use it. Its lock is held for a few
/// instructions, never across a call.
final class RateGate {
    private let isLocked = Atomic<Bool>(false)
    private var window = RateWindow()

    /// As after a fork: another thread of the parent may have held the lock, and nothing is in flight.
    func reset() {
        window = RateWindow()
        isLocked.store(false, ordering: .releasing)
    }

    /// When a request may start: nil = now; `.max` = after the next answer.
    func refusal(now: Int64) -> Int64? {
        let start = locked { $0.nextStart(now: now) }
        return start == now ? nil : start ?? .max
    }

    /// Counts a request that starts. Its ticket is to be given back when it ends.
    func start(now: Int64) -> RateWindow.Ticket {
        locked { $0.started(now: now) }
    }

    /// A request ended without an answer.
    func ended(_ ticket: RateWindow.Ticket) {
        locked { $0.ended(ticket) }
    }

    func ended(_ ticket: RateWindow.Ticket, _ answer: AttemptOutcome, now: Int64) {
        locked { window in
            if answer.status > 0 {
                window.answered(ticket, status: answer.status, answer.rateLimit, wait: answer.wait, now: now)
            } else {
                window.ended(ticket)
            }
        }
    }

    private func locked<R>(_ body: (inout RateWindow) -> R) -> R {
        while isLocked.exchange(true, ordering: .acquiring) { sched_yield() }
        let result = body(&window)
        isLocked.store(false, ordering: .releasing)
        return result
    }
}
