// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// Many events side by side: a list of ids in front of an engine. The calls, their retries and their decoding
/// are those of a single call.
///
/// Each entry is between `enter` and `leave`.
package final class Queue {
    private static let defaultInFlight: UInt32 = 32
    /// Calls that wait for their next attempt are not in flight; beyond so many times `maxInFlight` of them no new
    /// ones are started, so that they take bounded memory.
    private static let sleepersPerFlight = 16

    private var lease: EngineLease

    private var waiting = WaitingList()
    /// Taken up again after a fork, ahead of those that wait.
    private var interrupted: [(tag: UInt64, id: Text)] = []
    /// Results that no call holds, and how many of those that wait were cancelled.
    private var ready = ResultList()
    private var cancelled = 0
    private var seenCancellations: UInt64
    /// When the rate limit lets the next call start, as far as is known.
    private var gateOpens = Int64.max
    package static func make(_ client: Client, maxInFlight: UInt32) throws(DoraError) -> Queue {
        let limit = Int(min(maxInFlight == 0 ? defaultInFlight : maxInFlight, UInt32(Int32.max)))
        let seenCancellations = client.cancellationCount
        return Queue(try EngineLease(client, maxRunning: limit, for: "queue"), seenCancellations)
    }

    private init(_ lease: consuming EngineLease, _ seenCancellations: UInt64) {
        self.lease = lease
        self.seenCancellations = seenCancellations
    }

    private var client: Client { lease.client }
    private var engine: Engine { lease.engine }

    // MARK: What the C API asks for

    package func add(_ failureID: UnsafePointer<CChar>, tag: UInt64) throws(DoraError) {
        if let error = FailureRequest.error(for: failureID) { throw error }
        try enter()
        defer { leave() }
        // What was added before a cancellation is cancelled, what comes after it is not.
        noticeCancellation()
        waiting.append(tag: tag, id: failureID)
        if lease.isWatched { engine.signal() }
    }

    /// Added and not yet returned.
    package var pending: Int {
        if lease.isLost { return 0 }
        return waiting.count &+ interrupted.count &+ ready.count &+ engine.count &+ engine.finishedCount
    }

    /// The next result; waits for it, milliseconds; below 0 without limit.
    package func next(timeout: Int64) -> QueueResult? {
        guard (try? enter()) != nil else { return nil }
        defer { leave() }
        if let result = takeReady() { return result }
        advance(timeout: timeout)
        return takeReady()
    }

    /// Cancels what has that tag and was not returned. Returns whether there was something.
    package func cancel(tag: UInt64) -> Bool {
        guard (try? enter()) != nil else { return false }
        defer { leave() }
        var isFound = ready.cancel(tag: tag) { cancellation(of: $0.failureID.text) }
        let calls = engine.takeFinished(where: { $0.tag == tag }) + engine.cancel(where: { $0.tag == tag })
        for call in calls {
            ready.append(cancelled(tag, call.failureID))
            engine.recycle(call)
        }
        isFound = isFound || !calls.isEmpty
        for id in removeWaiting(tag: tag) {
            ready.append(cancelled(tag, id))
            isFound = true
        }
        return isFound
    }

    private func removeWaiting(tag: UInt64) -> [Text] {
        var ids: [Text] = []
        var position = 0
        let cancelledBefore = cancelled
        func take(_ id: Text, at place: Int) {
            ids.append(id)
            if place < cancelledBefore { cancelled &-= 1 }
        }
        for next in interrupted {
            if next.tag == tag { take(next.id, at: position) }
            position &+= 1
        }
        interrupted.removeAll { $0.tag == tag }
        for (place, id) in waiting.removeAll(tag: tag) { take(id, at: position &+ place) }
        return ids
    }

    /// A descriptor that polls readable when there is something to do; -1 where there can be none.
    package func watch() -> Int32 {
        guard (try? enter()) != nil else { return -1 }
        defer { leave() }
        return lease.watch()
    }

    // MARK: Entries

    private func enter() throws(DoraError) {
        guard let inherited = try lease.enter() else { return }
        // In a child: goes on with a copy of all that is pending.
        while let call = inherited.takeFinished() { ready.append(result(of: call)) }
        interrupted = inherited.unfinished + interrupted
    }

    private func leave() {
        if lease.isWatched { settle() }
        lease.leave()
    }

    /// Makes the descriptor tell the truth.
    private func settle() {
        if pending == 0 { engine.rest() }
        let isBusy =
            engine.finishedCount > 0 || ready.count > 0 || cancelled > 0 || (canStart && gateOpens == .max)
        engine.settle(deadline: canStart ? gateOpens : .max, isBusy: isBusy) {
            pending > 0 && client.cancellationCount != seenCancellations
        }
    }

    // MARK: Results

    private func takeReady() -> QueueResult? {
        if let call = engine.takeFinished() {
            let result = result(of: call)
            engine.recycle(call)
            return result
        }
        return ready.popFirst()
    }

    private func result(of call: Call) -> QueueResult {
        QueueResult(tag: call.tag, id: call.failureID) { () throws(DoraError) in try call.takeFailure() }
    }

    private func cancelled(_ tag: UInt64, _ id: Text) -> QueueResult {
        let error = cancellation(of: id)
        return QueueResult(tag: tag, id: id) { () throws(DoraError) in throw error }
    }

    private func cancellation(of id: Text) -> DoraError {
        var message = Text("failure_id ")
        message.append(quoted: client.settings.redactor.redact(id))
        message.append(": cancelled")
        return DoraError(.cancelled, message)
    }

    // MARK: Work

    private func advance(timeout: Int64) {
        let start = shim_monotonic_microseconds()
        let limit = timeout < 0 ? Int64.max : start &+ min(timeout, 1 << 40) &* 1000
        var isLate = false
        while true {
            noticeCancellation()
            takeCancelled()
            startWaiting()
            if engine.finishedCount > 0 || ready.count > 0 || pending == 0 || isLate { break }
            engine.turn(limit: min(limit, gateOpens))
            isLate = limit != .max && shim_monotonic_microseconds() >= limit
        }
    }

    private var canStart: Bool {
        engine.hasRoom && engine.sleeping.count < lease.maxRunning &* Queue.sleepersPerFlight
            && (waiting.count > 0 || !interrupted.isEmpty)
    }

    private func startWaiting() {
        gateOpens = .max
        // The cancelled ones are at the head.
        guard cancelled == 0 else { return }
        while canStart {
            if let until = engine.earliestStart(.fetch) {
                gateOpens = until
                return
            }
            guard let next = popWaiting() else { return }
            do throws(DoraError) {
                _ = try next.id.bytes.withUnsafeBufferPointer { id throws(DoraError) in
                    try engine.start(id, tag: next.tag)
                }
            } catch {
                ready.append(QueueResult(tag: next.tag, id: next.id) { () throws(DoraError) in throw error })
            }
        }
    }

    private func popWaiting() -> (tag: UInt64, id: Text)? {
        interrupted.isEmpty ? waiting.popFirst() : interrupted.removeFirst()
    }

    private func noticeCancellation() {
        let count = client.cancellationCount
        guard count != seenCancellations else { return }
        seenCancellations = count
        engine.cancelAll()
        cancelled = waiting.count &+ interrupted.count
    }

    /// Results of cancelled ids are made as they are asked for: there may be a million.
    private func takeCancelled() {
        guard cancelled > 0, ready.count == 0, engine.finishedCount == 0 else { return }
        cancelled &-= 1
        guard let next = popWaiting() else { return }
        ready.append(cancelled(next.tag, next.id))
    }
}
