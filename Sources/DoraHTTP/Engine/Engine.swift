// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// Moves calls on: their attempts over libcurl, the waits between them, their limits of time. A single call
/// drives an engine with one call, a queue one with many. One thread uses it at a time; only `claim` and `wake`
/// are for any thread.
///
/// A call is in one of four places:
///
///     running    an attempt is under way: libcurl has it, or it is `held` until the gate lets it go
///     sleeping   it waits for its next attempt
///     finished   it has a result, which waits to be taken
///     idle       it is over; its handle serves the next call
final class Engine {
    /// The client owns its engines, and frees them at its end.
    unowned(unsafe) let client: Client
    /// The client's. Not counted: threads that count references to what they share wait for each other.
    let rate: Unmanaged<RateGate>
    /// The engine made before this one: the client's list. Never changes once the engine is listed.
    var next: UnsafeMutableRawPointer?

    private let isClaimed = Atomic<Bool>(true)
    /// Whether a thread is inside, where a fork finds things half changed.
    let isAtWork = Atomic<Bool>(true)
    /// Whether the descriptor is to tell of nothing.
    let isHushed = Atomic<Bool>(false)

    var events: EventWait
    /// That of `events`: the only part of it for any thread.
    private let wakeEvent: Int32
    /// For new attempts; made when there is one.
    var current: Connections?
    /// Which new attempts do not use any more.
    var retired: [Connections] = []
    var gate: ConnectionGate
    /// Why libcurl got no socket.
    var socketErrno: Int32 = 0
    var isAbandoned = false

    /// Whether new attempts wait for the rate limit, as those of a queue do.
    private(set) var obeysRateLimit = false
    /// How many calls may run or wait, finished, to be taken.
    private(set) var maxRunning = 1

    private(set) var running: [Call] = []
    var held: [Call] = []
    var sleeping: [Call] = []
    var finished: [Call] = []
    private var idle: [Call] = []

    /// No limit of a running call passes before; it may be that none does then.
    var nextExpiry = Int64.max
    /// When quiet connections are to be looked at once more.
    var nudgeAt = Int64.max
    /// When sleepers were last looked at, and when the rate limit lets those start that were due then.
    var lastWake: Int64 = 0
    var heldUntil = Int64.max
    /// Whether connections were looked after since the last turn.
    var hasTidied = false
    /// The last wait for the rate limit that was logged.
    var loggedWait: Int64 = 0
    private var randomState: UInt64

    /// From 7.80 on libcurl tells when a connection is ready (CURLOPT_PREREQFUNCTION).
    private static let tellingVersion: UInt32 = 0x07_50_00

    static func make(_ client: Client) throws(DoraError) -> Engine {
        let events = EventWait()
        guard events.isOpen else {
            events.freeMemory()
            throw DoraError(refused: "eventfd", shim_errno())
        }
        return Engine(client, events)
    }

    private init(_ client: Client, _ events: EventWait) {
        self.client = client
        self.events = events
        rate = Unmanaged.passUnretained(client.rate)
        wakeEvent = events.wakeEvent
        gate = ConnectionGate(
            isPlainHTTP: client.settings.isPlainHTTP, isTold: shim_curl_version() >= Engine.tellingVersion)
        randomState = UInt64(bitPattern: shim_monotonic_microseconds()) ^ UInt64(UInt32(bitPattern: wakeEvent))
        randomState ^= UInt64(UInt(bitPattern: Unmanaged.passUnretained(self).toOpaque()))
    }

    deinit {
        if !isAbandoned {
            dropAll()
            idle.removeAll()
            closeConnections()
            events.close()
        }
        events.freeMemory()
    }

    // MARK: Two kinds of use

    /// For many calls at the pace of the rate limit. To be called while no call runs.
    func serveQueue(maxRunning: Int) throws(DoraError) {
        if let refused = events.useEpoll() {
            let errorNumber = shim_errno()
            events.usePoll()
            throw DoraError(refused: refused, errorNumber)
        }
        obeysRateLimit = true
        self.maxRunning = maxRunning
    }

    /// For one call at a time. To be called while no call runs.
    func serveCalls() {
        listen()
        events.usePoll()
        obeysRateLimit = false
        maxRunning = 1
        if events.sockets.connectionCount > Engine.keptConnections { closeConnections() }
    }

    /// A queue that ends may leave thousands of connections; single calls use one.
    static let keptConnections = 16

    // MARK: Any thread

    /// Makes the engine the caller's, if it is nobody's.
    func claim() -> Bool {
        guard !isClaimed.load(ordering: .relaxed), !isClaimed.exchange(true, ordering: .acquiringAndReleasing) else {
            return false
        }
        isAtWork.store(true, ordering: .relaxed)
        return true
    }

    func unclaim() {
        isAtWork.store(false, ordering: .relaxed)
        isClaimed.store(false, ordering: .releasing)
    }

    /// Ends the wait of `turn`. Async-signal-safe.
    func wake() {
        guard isClaimed.load(ordering: .sequentiallyConsistent), !isHushed.load(ordering: .sequentiallyConsistent)
        else { return }
        shim_event_signal(wakeEvent)
    }

    // MARK: Calls

    var count: Int { running.count &+ sleeping.count }
    var finishedCount: Int { finished.count }
    var hasRoom: Bool { running.count &+ finished.count < maxRunning }

    /// The calls that have not ended.
    var unfinished: [(tag: UInt64, id: Text)] { (running + sleeping).map { ($0.tag, $0.failureID) } }

    /// Starts a call. It comes back from `takeFinished` once it ended.
    func start(_ failureID: UnsafeBufferPointer<UInt8>, tag: UInt64) throws(DoraError) -> Call {
        let call = try idleCall()
        call.ask(for: failureID, tag: tag)
        start(call)
        return call
    }

    /// The same for a page, which is read into `page`.
    func start(_ request: PageRequest, query: Text, into page: FailurePage) throws(DoraError) {
        let call = try idleCall()
        call.ask(for: request, query: query, into: page)
        start(call)
    }

    private func idleCall() throws(DoraError) -> Call {
        if let used = idle.popLast() { return used }
        return try Call.make(client)
    }

    private func start(_ call: Call) {
        let now = shim_monotonic_microseconds()
        call.begin(now: now)
        startAttempt(call, now: now)
    }

    /// The call that ended first; to be given back with `recycle`.
    func takeFinished() -> Call? {
        finished.isEmpty ? nil : finished.removeFirst()
    }

    func recycle(_ call: Call) {
        call.page = nil
        idle.append(call)
    }

    /// The limits of time of all calls do not run on for so many microseconds.
    func postpone(by pause: Int64) {
        for call in running { call.postpone(by: pause) }
        for call in sleeping { call.postpone(by: pause) }
        if nextExpiry != .max { nextExpiry &+= pause }
    }

    func startAttempt(_ call: Call, now: Int64) {
        call.startAttempt(now: now)
        call.ticket = rate.use { $0.start(call.route, now: now) }
        call.slot = running.count
        running.append(call)
        nextExpiry = min(nextExpiry, call.connectDeadline)
        if held.isEmpty, gate.lets(count: current?.count ?? 0, now: now) {
            handOver(call)
        } else {
            held.append(call)
        }
    }

    /// Gives libcurl what was held, as far as the gate lets it.
    func releaseHeld(_ now: Int64) {
        while let call = held.first, gate.lets(count: current?.count ?? 0, now: now) {
            held.removeFirst()
            handOver(call)
        }
    }

    /// An attempt is over: takes it from libcurl, and the call from those that run.
    func forget(_ call: Call) {
        if let ticket = call.ticket { rate.use { $0.ended(ticket) } }
        remove(call)
    }

    private func remove(_ call: Call) {
        if let last = running.popLast(), call.slot < running.count {
            running[call.slot] = last
            last.slot = call.slot
        }
        guard let connections = call.connections?.takeUnretainedValue() else {
            if let index = held.firstIndex(where: { $0 === call }) { held.remove(at: index) }
            return
        }
        connections.remove(call)
        guard connections.count == 0, connections !== current else { return }
        connections.close()
        retired.removeAll { $0 === connections }
    }

    /// Takes the end of an attempt.
    func end(_ call: Call, _ attemptEnd: AttemptEnd) {
        let now = shim_monotonic_microseconds()
        if let isMultiplexed = call.isMultiplexed { gate.answered(isMultiplexed: isMultiplexed) }
        if case .expired = attemptEnd { retireConnections(of: call) }
        let (outcome, hasEnded) = call.attemptEnded(
            attemptEnd, now: now, random: random(), socketErrno: socketErrno)
        socketErrno = 0
        if let ticket = call.ticket { rate.use { $0.ended(ticket, outcome, now: now) } }
        remove(call)
        if events.sockets.connectionCount == 0 { gate.disconnected() }
        if hasEnded {
            finished.append(call)
        } else {
            sleeping.append(call)
        }
    }

    /// Forgets all calls, ended or not, and most handles: the next user may need one alone.
    func dropAll() {
        cancelAll()
        while let call = takeFinished() { recycle(call) }
        idle.removeLast(max(0, idle.count &- 1))
    }

    /// splitmix64: jitter needs no more.
    private func random() -> UInt64 {
        randomState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = randomState
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
