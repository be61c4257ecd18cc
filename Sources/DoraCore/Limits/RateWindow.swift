// SPDX-License-Identifier: Apache-2.0

/// When a request may start.
package enum Start: Equatable {
    case now
    /// Monotonic microseconds.
    case at(Int64)
    /// When a request that is in flight has been answered.
    case afterAnswer
}

/// What is known of one rate limit of the API: when the next request may start without running into a 429.
/// Pure: times are microseconds of a monotonic clock that the caller reads.
///
/// The API allows so many requests in a window of time, and says with each answer how many remain in this window and
/// in how many seconds the next one begins. A window is in one of four states:
///
///     unlimited  No answer told of a limit. Requests start freely.
///                An answer that tells of one leads to `open`, a refusal to `closed`.
///     open       So many remain, at the least. Requests start as long as those in flight do not use them up.
///                Leads to `closed` when none remains, to `asking` at its end. Whole seconds are coarse: an answer
///                that tells of as many as were told before its request started is of a new window, `open` anew.
///     closed     None remains before the end. Leads to `asking` then.
///     asking     The window is over: one request asks what the next one allows, the others wait for its answer,
///                which leads to `open`, `closed` or `unlimited`. After a second without an answer another one asks.
///
/// A request belongs to the window that it started in: what a late answer tells of an earlier one is not looked at,
/// but for a refusal.
package struct RateWindow {
    /// Given to a request that starts, to be given back with its answer.
    package struct Ticket {
        fileprivate let window: UInt32
        /// What remained by then, as far as was told.
        fileprivate let remaining: Int64
    }

    private enum State {
        case unlimited
        case open(remaining: Int64, end: Int64)
        case closed(end: Int64)
        case asking(since: Int64)
    }

    private static let second: Int64 = 1_000_000

    private var state = State.unlimited
    private var number: UInt32 = 0
    /// Requests of this window that were not answered.
    private var inFlight: Int64 = 0
    /// When this window's first answer came: a period later it is over.
    private var firstAnswer: Int64 = 0
    /// Whether whole seconds until the end are rounded down: then it comes up to a second later.
    private var roundsDown = false
    /// No pause is longer unless the server names a longer period. Microseconds.
    private let longestPause: Int64

    package init(longestPause: Int64) {
        self.longestPause = longestPause
    }

    package func nextStart(now: Int64) -> Start {
        switch state {
        case .unlimited:
            return .now
        case .open(let remaining, let end):
            return now >= end || remaining > inFlight ? .now : .afterAnswer
        case .closed(let end):
            return now >= end ? .now : .at(end)
        case .asking(let since):
            return now >= since &+ RateWindow.second ? .now : .afterAnswer
        }
    }

    /// A request starts.
    package mutating func started(now: Int64) -> Ticket {
        let isOver =
            switch state {
            case .unlimited: false
            case .open(_, let end), .closed(let end): now >= end
            case .asking(let since): now >= since &+ RateWindow.second
            }
        if isOver {
            state = .asking(since: now)
            number &+= 1
            inFlight = 0
        }
        inFlight &+= 1
        if case .open(let remaining, _) = state { return Ticket(window: number, remaining: remaining) }
        return Ticket(window: number, remaining: .max)
    }

    /// A request ended without an answer.
    package mutating func ended(_ ticket: Ticket) {
        guard leave(ticket) else { return }
        // Another one may ask at once.
        if case .asking(let since) = state { state = .asking(since: since &- RateWindow.second) }
    }

    /// - Parameter wait: what a 429 asked to wait, in milliseconds.
    package mutating func answered(_ ticket: Ticket, status: Int, _ rate: RateLimit, wait: Int64?, now: Int64) {
        let isOfThisWindow = leave(ticket)
        if status == 429 {
            if let wait { refused(wait: wait, rate, now: now) } else if isOfThisWindow { ended() }
        } else if isOfThisWindow {
            if rate.remaining >= 0, rate.resetSeconds >= 0 { told(ticket, rate, now: now) } else { ended() }
        }
    }

    /// A request that was held against another limit tells of this one.
    package mutating func answeredElsewhere(status: Int, _ rate: RateLimit, wait: Int64?, now: Int64) {
        inFlight &+= 1
        answered(Ticket(window: number, remaining: .max), status: status, rate, wait: wait, now: now)
    }

    /// Returns whether the request is of this window.
    private mutating func leave(_ ticket: Ticket) -> Bool {
        guard ticket.window == number else { return false }
        inFlight = max(0, inFlight &- 1)
        return true
    }

    /// The limit is not told any more.
    private mutating func ended() {
        if case .asking = state { state = .unlimited }
    }

    private mutating func refused(wait: Int64, _ rate: RateLimit, now: Int64) {
        // Less than a second was to go, or it would not have been refused.
        if wait == 0 { roundsDown = true }
        let milliseconds = wait == 0 ? 1000 : min(wait, 1 << 40)
        let end = now &+ min(milliseconds &* 1000, longest(rate))
        if case .closed(let known) = state, known > now {
            state = .closed(end: min(known, end))
        } else {
            state = .closed(end: end)
        }
    }

    private mutating func told(_ ticket: Ticket, _ rate: RateLimit, now: Int64) {
        // Something of the window was left when it answered.
        if rate.resetSeconds == 0 { roundsDown = true }
        switch state {
        case .unlimited, .asking:
            firstAnswer = now
            set(remaining: rate.remaining, end: end(rate, now: now))
        case .open where isOfNewWindow(ticket, rate):
            firstAnswer = now
            set(remaining: rate.remaining, end: end(rate, now: now))
        case .open(let remaining, let known):
            set(remaining: min(remaining, rate.remaining), end: min(known, end(rate, now: now)))
        case .closed:
            break
        }
    }

    /// A tenth of the limit more: what is given back one by one makes no new window.
    private func isOfNewWindow(_ ticket: Ticket, _ rate: RateLimit) -> Bool {
        ticket.remaining < .max && rate.remaining > ticket.remaining &+ max(rate.limit, 0) / 10
    }

    private mutating func set(remaining: Int64, end: Int64) {
        state = remaining > 0 ? .open(remaining: remaining, end: end) : .closed(end: end)
    }

    private func end(_ rate: RateLimit, now: Int64) -> Int64 {
        let seconds = min(rate.resetSeconds, 1 << 40) &+ (roundsDown ? 1 : 0)
        let end = now &+ min(seconds &* RateWindow.second, longest(rate))
        guard let period = RateWindow.period(rate) else { return end }
        return min(end, firstAnswer &+ period)
    }

    /// No pause is longer: servers have been seen to send nonsense.
    private func longest(_ rate: RateLimit) -> Int64 {
        RateWindow.period(rate).map { min($0, RateWindow.longestPeriod) } ?? longestPause
    }

    private static let longestPeriod: Int64 = 24 * 3600 * second

    private static func period(_ rate: RateLimit) -> Int64? {
        rate.periodSeconds > 0 ? min(rate.periodSeconds, 1 << 40) &* second : nil
    }
}
