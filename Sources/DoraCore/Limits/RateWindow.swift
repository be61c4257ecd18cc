// SPDX-License-Identifier: Apache-2.0

/// What is known of the API's rate limit: when the next request may start without running into a 429.
/// Pure: times are microseconds of a monotonic clock that the caller reads.
///
/// Requests belong to the window that they started in. Of those that are not answered each may use up
/// one more of what remains. Of a new window nothing is known: one request asks, the others wait for
/// its answer. Who started when so many remained and hears that as many remain is in a window that began
/// since, earlier than its predecessor's end was known to be: seconds are coarse.
package struct RateWindow {
    /// What a request knows from its start to its answer.
    package struct Ticket {
        let window: UInt32
        /// The answer of the same window tells of fewer that remain; `.max` where nothing was known.
        let known: Int64
        /// How many requests had been answered.
        let answered: UInt64
        /// `unclear` when it started: its answer takes all of these into account.
        let unclear: Int64

        /// That of no request: belongs to no window.
        package static var none: Ticket { Ticket(window: .max, known: .max, answered: 0, unclear: 0) }
    }

    private static let second: Int64 = 1_000_000
    /// Of requests that started side by side the answers come within that time.
    private static let burst: Int64 = 250_000
    /// No pause is longer: what a server asks for beyond it is asked again.
    private static let longestPause: Int64 = 3600 * second

    /// The number of the window; the first one is not limited before its first answer.
    private var number: UInt32 = 0
    /// Requests of all windows that were answered.
    private var answered: UInt64 = 0
    /// Requests of this window that were started and not answered.
    private var inFlight: Int64 = 0
    /// Requests of windows from `oldest` on that were not answered when a later one was found to have begun.
    private var ambiguous: Int64 = 0
    private var oldest: UInt32 = 0
    /// How many of those were answered since: each may have taken one of what remains.
    private var unclear: Int64 = 0
    /// The smallest X-RateLimit-Remaining of this window; nil before its first answer.
    private var told: Int64?
    /// What remains besides `unclear`, `ambiguous` and `inFlight`.
    private var bound: Int64 = 0
    /// Whether both are from an answer to a request that may have started in the window before.
    private var isEstimate = false
    /// When the window ends, as far as its answers tell; nil while nothing is known.
    private var end: Int64?
    /// When the answer came that the window's period counts from.
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
        guard told != nil else { return now }
        let remaining = bound &- unclear &- ambiguous
        guard remaining <= inFlight else { return now }
        return inFlight &+ ambiguous > 0 && told != 0 ? nil : end
    }

    package mutating func started(now: Int64) -> Ticket {
        if let end, now >= probeStart.map({ $0 &+ RateWindow.second }) ?? end {
            begin(ambiguous: 0)
            probeStart = now
        }
        inFlight &+= 1
        return Ticket(
            window: number, known: isEstimate ? .max : told ?? .max, answered: answered, unclear: unclear)
    }

    private mutating func begin(ambiguous: Int64) {
        number &+= 1
        if ambiguous == 0 { oldest = number }
        self.ambiguous = ambiguous
        unclear = 0
        inFlight = 0
        told = nil
        isEstimate = false
    }

    /// An attempt ended without an answer that tells of the limit.
    package mutating func ended(_ ticket: Ticket) {
        guard leave(ticket) else { return }
        // Another one may ask at once.
        if let probeStart { self.probeStart = probeStart &- RateWindow.second }
    }

    /// - Parameter wait: what a 429 asked to wait, in milliseconds.
    package mutating func answered(_ ticket: Ticket, status: Int, _ rate: RateLimit, wait: Int64?, now: Int64) {
        defer { answered &+= 1 }
        if status == 429, let wait {
            // Refused although the window should have ended, with less than a second to go: rounded down.
            if ticket.window == number, probeStart != nil, wait == 0 { roundsDown = true }
            refused(wait: wait, now: now)
        }
        guard leave(ticket) else { return }
        if status != 429, rate.remaining >= 0, rate.resetSeconds >= 0 {
            let surplus = surplus(ticket, rate)
            if surplus != nil { begin(ambiguous: inFlight &+ ambiguous) }
            counted(ticket, rate, now: now)
            if let surplus {
                bound = surplus
                isEstimate = true
            }
        } else if status != 429 {
            // The limit is not told any more.
            if probeStart != nil { end = nil }
        }
        probeStart = nil
    }

    /// What remains at least of a window that began unnoticed, in-flight requests aside; nil if none did.
    private func surplus(_ ticket: Ticket, _ rate: RateLimit) -> Int64? {
        guard rate.remaining >= ticket.known else { return nil }
        // What was answered since its start may have been counted after it.
        let surplus = rate.remaining &- Int64(truncatingIfNeeded: answered &- ticket.answered)
        return told != nil && surplus > bound &- unclear ? surplus : nil
    }

    /// A request is not in flight any more. Returns whether it tells of this window.
    private mutating func leave(_ ticket: Ticket) -> Bool {
        if ticket.window == number {
            inFlight = max(0, inFlight &- 1)
            return true
        }
        if ticket.window >= oldest, ticket.window < number, ambiguous > 0 {
            ambiguous &-= 1
            unclear &+= 1
        }
        return false
    }

    private mutating func refused(wait: Int64, now: Int64) {
        let until = now &+ pause(seconds: min(wait, 1 << 40) / 1000, milliseconds: wait % 1000)
        if told == 0, let end, now < end {
            self.end = min(end, until)
        } else {
            end = until
        }
        told = 0
        bound = 0
    }

    private mutating func counted(_ ticket: Ticket, _ rate: RateLimit, now: Int64) {
        if rate.resetSeconds == 0 { roundsDown = true }
        let isFirst = told == nil
        // Amid the first requests, which start without knowing anything, a window may end: the last counts.
        let isOfFirstBurst = isFirst || (ticket.known == .max && now &- firstAnswer < RateWindow.burst)
        if isOfFirstBurst { firstAnswer = now }
        var until = now &+ pause(seconds: rate.resetSeconds, milliseconds: 0)
        if rate.periodSeconds > 0 {
            until = min(until, firstAnswer &+ min(rate.periodSeconds, 1 << 40) &* RateWindow.second)
        }
        if let end, !isFirst {
            self.end = isOfFirstBurst ? max(end, until) : min(end, until)
        } else {
            end = until
        }
        // What was answered since the request started may not be in what its answer tells.
        let own = rate.remaining &+ ticket.unclear
        bound = isFirst || isEstimate ? own : min(bound, own)
        told = isFirst || isEstimate ? rate.remaining : min(told ?? .max, rate.remaining)
        isEstimate = false
    }

    private func pause(seconds: Int64, milliseconds: Int64) -> Int64 {
        let rounded = min(seconds, 1 << 40) &+ (roundsDown ? 1 : 0)
        return min(rounded &* RateWindow.second &+ milliseconds &* 1000, RateWindow.longestPause)
    }
}
