// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Waits between attempts.
extension Engine {
    /// Microseconds.
    private static let pollInterval: Int64 = 5_000

    var nextWake: Int64 {
        // Without room a call must end before another can start.
        guard hasRoom else { return .max }
        var next = Int64.max
        for call in sleeping {
            next = min(next, call.wakeAt > lastWake ? call.wakeAt : heldUntil)
        }
        return next
    }

    /// Starts the attempts that are due, as far as the rate limit lets them; those that it holds back ask
    /// again at every turn.
    func wakeSleepers(_ now: Int64) {
        lastWake = now
        // Those that find no room are due as soon as there is some.
        heldUntil = 0
        var index = 0
        while index < sleeping.count, hasRoom {
            let call = sleeping[index]
            guard call.wakeAt <= now else {
                index &+= 1
                continue
            }
            if let until = earliestStart(call.route) {
                heldUntil = until
                guard until >= call.deadline else {
                    index &+= 1
                    continue
                }
                call.giveUp(wait: (until &- now) / 1000)
                finished.append(sleeping.remove(at: index))
            } else {
                startAttempt(sleeping.remove(at: index), now: shim_monotonic_microseconds())
            }
        }
    }

    /// When the rate limit lets an attempt start; nil = now.
    func earliestStart(_ route: Route) -> Int64? {
        guard obeysRateLimit else { return nil }
        let now = shim_monotonic_microseconds()
        switch rate.use({ $0.nextStart(route, now: now) }) {
        case .now:
            return nil
        case .at(let time):
            logWait(until: time, now: now)
            return time
        case .afterAnswer:
            // The answer that it waits for may be another thread's: look again soon.
            return now &+ Engine.pollInterval
        }
    }

    /// Once a wait.
    private func logWait(until time: Int64, now: Int64) {
        guard client.logger.isOn, time != loggedWait else { return }
        loggedWait = time
        var line = Text("waiting ")
        line.append((time &- now &+ 999) / 1000)
        line.append(" ms for the rate limit")
        client.log(time &- now > Engine.longWait ? .warning : .debug, line)
    }

    /// Microseconds.
    private static let longWait: Int64 = 10_000_000
}
