// SPDX-License-Identifier: Apache-2.0

/// What is known of the API's rate limit: when the next request may start without running into a 429.
/// Pure: times are microseconds of a monotonic clock that the caller reads.
///
/// Requests belong to the window that they started in. Of those that are not answered each may use up
/// one more of what remains. Of a new window nothing is known: one request asks, the others wait for
/// its answer.
package struct RateWindow {
    private static let second: Int64 = 1_000_000
    /// No pause is longer: what a server asks for beyond it is asked again.
    private static let longestPause: Int64 = 3600 * second

    /// The number of the window; the first one is not limited before its first answer.
    private var number: UInt32 = 0
    /// Requests of this window that were started and not answered.
    private var inFlight: Int64 = 0
    /// The smallest X-RateLimit-Remaining of this window; nil before its first answer.
    private var remaining: Int64?
    /// When the window ends, as far as its answers tell; nil while nothing is known.
    private var end: Int64?
    private var firstAnswer: Int64 = 0
    /// When a new window was asked for; nil once it has answered.
    private var probeStart: Int64?
    /// Whole seconds until the reset can be rounded up, or down: then the window ends up to a second later.
    private var roundsDown = false

    package init() {}

    /// When a request may start: `now`, later, or nil: not before the next answer.
    package func nextStart(now: Int64) -> Int64? {
        guard let end else { return now }
        if let probeStart {
            // An answer that takes so long says nothing: another one asks.
            return now >= probeStart &+ RateWindow.second ? now : nil
        }
        if now >= end { return now }
        guard let remaining, remaining <= inFlight else { return now }
        return remaining > 0 ? nil : end
    }

    /// Returns the window that the request belongs to.
    @discardableResult
    package mutating func started(now: Int64) -> UInt32 {
        if let end, now >= probeStart.map({ $0 &+ RateWindow.second }) ?? end {
            number &+= 1
            inFlight = 0
            remaining = nil
            probeStart = now
        }
        inFlight &+= 1
        return number
    }

    /// An attempt ended without an answer that tells of the limit.
    package mutating func ended(_ window: UInt32) {
        guard window == number else { return }
        inFlight = max(0, inFlight &- 1)
        // Another one may ask at once.
        if let probeStart { self.probeStart = probeStart &- RateWindow.second }
    }

    /// - Parameter wait: what a 429 asked to wait, in milliseconds.
    package mutating func answered(_ window: UInt32, status: Int, _ rate: RateLimit, wait: Int64?, now: Int64) {
        if status == 429, let wait {
            // Refused although the window should have ended, with less than a second to go: rounded down.
            if window == number, probeStart != nil, wait == 0 { roundsDown = true }
            refused(wait: wait, now: now)
        }
        guard window == number else { return }
        inFlight = max(0, inFlight &- 1)
        if status != 429, rate.remaining >= 0, rate.resetSeconds >= 0 {
            counted(rate, now: now)
        } else if status != 429 {
            // The limit is not told any more.
            if probeStart != nil { end = nil }
        }
        probeStart = nil
    }

    private mutating func refused(wait: Int64, now: Int64) {
        let until = now &+ pause(seconds: min(wait, 1 << 40) / 1000, milliseconds: wait % 1000)
        if remaining == 0, let end, now < end {
            self.end = min(end, until)
        } else {
            end = until
        }
        remaining = 0
    }

    private mutating func counted(_ rate: RateLimit, now: Int64) {
        if rate.resetSeconds == 0 { roundsDown = true }
        if remaining == nil {
            end = nil
            firstAnswer = now
        }
        var until = now &+ pause(seconds: rate.resetSeconds, milliseconds: 0)
        if rate.periodSeconds > 0 {
            until = min(until, firstAnswer &+ min(rate.periodSeconds, 1 << 40) &* RateWindow.second)
        }
        end = min(end ?? until, until)
        remaining = min(remaining ?? rate.remaining, rate.remaining)
    }

    private func pause(seconds: Int64, milliseconds: Int64) -> Int64 {
        let rounded = min(seconds, 1 << 40) &+ (roundsDown ? 1 : 0)
        return min(rounded &* RateWindow.second &+ milliseconds &* 1000, RateWindow.longestPause)
    }
}
