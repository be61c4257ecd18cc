// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

extension Engine {
    /// Microseconds. Thirty TLS handshakes at once would keep an event loop from all else for ten times that.
    private static let longestTurn: Int64 = 2_000

    /// Moves all calls on; waits for something to do until `limit` (monotonic microseconds) at most.
    func turn(limit: Int64) {
        var now = shim_monotonic_microseconds()
        hasTidied = false
        runTimers(now)
        if finishedCount > 0 { return }
        let hasActed = wait(until: min(limit, nextTimer), now)
        now = shim_monotonic_microseconds()
        if hasActed, !gate.isSeparate { nudgeAt = now &+ Engine.nudgeDelay }
        runTimers(now)
    }

    /// Microseconds.
    private static let nudgeDelay: Int64 = 20_000

    /// When there is something to do, whatever the sockets do.
    var nextTimer: Int64 {
        guard count > 0 else { return .max }
        var next = min(nextWake, nextExpiry, running.isEmpty ? .max : nudgeAt)
        if !held.isEmpty { next = min(next, gate.opens(count: current?.count ?? 0)) }
        return min(next, libcurlTimer)
    }

    /// When libcurl wants to be called.
    private var libcurlTimer: Int64 {
        var next = current?.timerDeadline ?? .max
        for connections in retired { next = min(next, connections.timerDeadline) }
        return next
    }

    /// Returns whether something happened to a socket.
    @discardableResult
    private func wait(until limit: Int64, _ now: Int64) -> Bool {
        // Rounded up: a timer that is asked for too early has nothing to do yet.
        let milliseconds = limit == .max ? -1 : max(0, min((limit &- now &+ 999) / 1000, 60_000))
        let count = events.wait(milliseconds: Int32(milliseconds))
        guard count >= 0 else {
            failAll(refused: events.epoll >= 0 ? "epoll_wait" : "poll", shim_errno())
            return false
        }
        let end = count > 1 ? shim_monotonic_microseconds() &+ Engine.longestTurn : .max
        var hasEnded = false
        var hasActed = false
        for index in 0..<count {
            if let (what, owner) = events.event(index) {
                hasActed = true
                if owner.use({ $0.act(on: what) }) { hasEnded = true }
            }
            // The others are still ready when the program's own event loop comes back.
            if end < .max, shim_monotonic_microseconds() >= end { break }
        }
        noteVersion()
        if hasEnded { collect() }
        return hasActed
    }

    private func runTimers(_ now: Int64) {
        if now >= nudgeAt { nudge() }
        expire(now)
        wakeSleepers(now)
        releaseHeld(now)
        // An action may set a timer that is due at once: what it starts should not wait for the next turn.
        for _ in 0..<4 where libcurlTimer <= now {
            var hasEnded = false
            forEachConnections { if $0.timerDeadline <= now, $0.runTimer() { hasEnded = true } }
            if hasEnded { collect() }
        }
    }

    /// Has libcurl look once more at connections that fell quiet. Over HTTP/2 it may have taken in more than it acted
    /// upon, and wait for an event that does not come: when a server ends TLS, not the connection (seen with 7.88), or
    /// sends what is no frame (8.14).
    private func nudge() {
        nudgeAt = .max
        var hasEnded = false
        for (socket, owner) in events.sockets.readers {
            let event = shim_ready(descriptor: socket, events: EPOLLIN.rawValue)
            if owner.use({ $0.act(on: event) }) { hasEnded = true }
        }
        guard hasEnded else { return }
        collect()
        // Those that share the connection see its end one by one.
        nudgeAt = 0
    }

    /// Ends the attempts that are over a limit of time, whatever libcurl says of them.
    private func expire(_ now: Int64) {
        guard now >= nextExpiry else { return }
        nextExpiry = .max
        for call in running {
            if let expiry = call.expiry(now: now) {
                end(call, .expired(expiry))
            } else {
                nextExpiry = min(nextExpiry, call.connectDeadline, call.attemptDeadline)
            }
        }
    }

    /// Takes the attempts that ended from libcurl.
    private func collect() {
        while let (call, code) = nextEnded() { end(call, call.end(code)) }
    }

    /// The version of HTTP shows before the response is whole.
    private func noteVersion() {
        guard !held.isEmpty, let call = running.first(where: { $0.isMultiplexed != nil }) else { return }
        gate.answered(isMultiplexed: call.isMultiplexed ?? false)
    }

    private func nextEnded() -> (Call, CURLcode)? {
        if let ended = current?.nextEnded() { return ended }
        for connections in retired {
            if let ended = connections.nextEnded() { return ended }
        }
        return nil
    }

    // MARK: The descriptor, for a program's own event loop

    /// Readable whenever `turn` has something to do; only while the engine serves a queue. -1 where it can't keep
    /// time.
    var descriptor: Int32 { events.keepsTime ? events.epoll : -1 }

    /// Makes the descriptor readable until the next `turn`.
    func signal() {
        events.signal()
    }

    /// Makes the descriptor readable now if there is something to do, else when a socket or a timer needs
    /// it, at `deadline` at the latest.
    ///
    /// - Parameter wasCancelled: asked so late that no cancellation is lost.
    func settle(deadline: Int64, isBusy: Bool, wasCancelled: () -> Bool) {
        events.settle(next: min(deadline, nextTimer), isBusy: isBusy, wasCancelled: wasCancelled)
    }

    /// The descriptor tells of nothing, neither of calls nor of a cancellation, until `listen`.
    func hush() {
        isHushed.store(true, ordering: .sequentiallyConsistent)
        events.hush()
    }

    func listen() {
        guard isHushed.load(ordering: .relaxed) else { return }
        isHushed.store(false, ordering: .sequentiallyConsistent)
        events.sockets.registerAll()
    }

    /// While no call is under way: takes note of what happened, so that the descriptor does not tell of it
    /// again.
    func rest() {
        wait(until: 0, 0)
    }
}
