// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Many events side by side: a list of ids in front of an engine. The calls, their retries and
/// their decoding are those of a single call.
package final class Queue {
    private static let defaultInFlight: UInt32 = 32
    /// Transfers that wait for their next attempt are not in flight; beyond so many times
    /// `maxInFlight` of them no new ones are started, so that they take bounded memory.
    private static let sleepersPerFlight = 16

    private let client: Client
    private let maxInFlight: Int
    private var engine: Engine
    private var process: Int32
    private var waiting = WaitingList()
    /// Taken up again after a fork, ahead of those that wait.
    private var interrupted: [(tag: UInt64, id: Text)] = []
    /// Results that no call holds, and how many of those that wait were cancelled.
    private var ready: [QueueResult] = []
    private var cancelled = 0
    private var seenCancellations: UInt64
    /// When the rate limit lets the next call start, as far as is known.
    private var gateOpens = Int64.max
    private var isWatched = false

    package init(_ client: Client, maxInFlight: UInt32) throws(DoraError) {
        self.client = client
        let limit = Int(min(maxInFlight == 0 ? Queue.defaultInFlight : maxInFlight, UInt32(Int32.max)))
        self.maxInFlight = limit
        process = getpid()
        seenCancellations = client.cancellationCount
        engine = try client.claimEngine(maxRunning: limit)
    }

    deinit {
        // After a fork that the queue did not notice the engine is the parent's.
        if process == getpid() {
            engine.dropAll()
            client.release(engine)
        }
    }

    // MARK: What the C API asks for

    package func add(_ failureID: UnsafePointer<CChar>, tag: UInt64) throws(DoraError) {
        if let problem = FailureRequest.problem(with: failureID) { throw problem }
        // What was added before a cancellation is cancelled, what comes after it is not.
        noticeCancellation()
        waiting.append(tag: tag, id: failureID)
        if isWatched { engine.signal() }
    }

    /// Added and not yet returned.
    package var pending: Int {
        waiting.count &+ interrupted.count &+ ready.count &+ engine.count &+ engine.finishedCount
    }

    /// A result that is complete already. Touches no connection.
    package func takeReady() -> QueueResult? {
        if let call = engine.takeFinished() {
            let result = QueueResult(tag: call.tag, id: call.failureID) { () throws(DoraError) in
                try call.takeResult()
            }
            engine.recycle(call)
            return result
        }
        return ready.isEmpty ? nil : ready.removeFirst()
    }

    /// Moves all calls on until a result is there or the time is up (milliseconds; below 0 without limit).
    package func advance(timeout: Int64) {
        guard takeOverAfterFork() else { return }
        let start = shim_monotonic_microseconds()
        let limit = timeout < 0 ? Int64.max : start &+ min(timeout, 1 << 40) &* 1000
        var isLate = false
        while true {
            noticeCancellation()
            takeCancelled()
            startWaiting()
            if engine.finishedCount > 0 || !ready.isEmpty || pending == 0 || isLate { break }
            engine.turn(limit: min(limit, gateOpens))
            isLate = limit != .max && shim_monotonic_microseconds() >= limit
        }
    }

    /// Makes the descriptor tell the truth. To be called at the end of each visit.
    package func settle() {
        guard isWatched else { return }
        let isBusy =
            engine.finishedCount > 0 || !ready.isEmpty || cancelled > 0 || (canStart && gateOpens == .max)
        engine.settle(deadline: gateOpens, isBusy: isBusy) { client.cancellationCount != seenCancellations }
    }

    package func watch() -> Int32 {
        guard takeOverAfterFork() else { return -1 }
        if !isWatched {
            isWatched = true
            engine.signal()
        }
        return engine.descriptor
    }

    // MARK: Starting

    private var canStart: Bool {
        engine.hasRoom && engine.sleepingCount < maxInFlight &* Queue.sleepersPerFlight
            && (waiting.count > 0 || !interrupted.isEmpty)
    }

    private func startWaiting() {
        gateOpens = .max
        // The cancelled ones are at the head.
        guard cancelled == 0 else { return }
        while canStart {
            if let refusal = engine.refusal() {
                gateOpens = refusal
                return
            }
            guard let next = interrupted.isEmpty ? waiting.popFirst() : interrupted.removeFirst() else { return }
            do throws(DoraError) {
                _ = try next.id.bytes.withUnsafeBufferPointer { id throws(DoraError) in
                    try engine.start(id, tag: next.tag)
                }
            } catch {
                ready.append(QueueResult(tag: next.tag, id: next.id) { () throws(DoraError) in throw error })
            }
        }
    }

    // MARK: Cancelling

    private func noticeCancellation() {
        let count = client.cancellationCount
        guard count != seenCancellations else { return }
        seenCancellations = count
        engine.cancelAll()
        cancelled = waiting.count &+ interrupted.count
    }

    /// Results of cancelled ids are made as they are asked for: there may be a million.
    private func takeCancelled() {
        guard cancelled > 0, ready.isEmpty, engine.finishedCount == 0 else { return }
        cancelled &-= 1
        guard let next = interrupted.isEmpty ? waiting.popFirst() : interrupted.removeFirst() else { return }
        ready.append(
            QueueResult(tag: next.tag, id: next.id) { () throws(DoraError) in
                var message = Text("failure_id ")
                message.append(quoted: next.id)
                message.append(": cancelled by dora_client_cancel before it was asked for")
                throw DoraError(.cancelled, message)
            })
    }

    // MARK: Fork

    /// In a child: goes on with a copy of all that is pending, on connections of its own. Returns false
    /// where it can't have any: the parent's must not be touched.
    private func takeOverAfterFork() -> Bool {
        let current = getpid()
        guard process != current else { return true }
        let inherited = engine
        guard let own = try? client.claimEngine(maxRunning: maxInFlight) else { return false }
        process = current
        engine = own
        while let call = inherited.takeFinished() {
            ready.append(
                QueueResult(tag: call.tag, id: call.failureID) { () throws(DoraError) in
                    try call.takeResult()
                })
        }
        interrupted = inherited.unfinished + interrupted
        if isWatched { engine.signal() }
        return true
    }
}
