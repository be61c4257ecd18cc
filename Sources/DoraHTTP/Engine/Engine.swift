// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// A libcurl multi handle with its connections, and the wait for what happens to them: moves
/// calls on. A single call drives an engine with one call, a queue one with many. One thread
/// uses it at a time; only `claim` and `wake` are for any thread.
final class Engine {
    /// The client owns its engines.
    unowned(unsafe) let client: Client
    private let rate: Unmanaged<RateGate>
    /// The engine made before this one: the client's list. Never changes once the engine is listed.
    var next: UnsafeMutableRawPointer?
    /// Whether new attempts wait for the rate limit, as those of a queue do.
    private var obeysRateLimit = false
    /// How many calls may be in flight or wait, finished, to be taken.
    private var maxRunning = 1

    private let isBusy = Atomic<Bool>(true)
    private var events: EventWait
    /// That of `events`: the only part of it for any thread.
    private let wakeEvent: Int32
    private let multi: UnsafeMutableRawPointer
    private var timerDeadline = Int64.max
    private var running: [Call] = []
    private var sleeping: [Call] = []
    private var idle: [Call] = []
    private var finished: [Call] = []
    /// When sleepers were last looked at, and when the rate limit lets those start that were due then.
    private var lastWake: Int64 = 0
    private var heldUntil = Int64.max
    private var wakeupPair: [Int32] = []
    private var randomState: UInt64

    init(_ client: Client) throws(DoraError) {
        self.client = client
        rate = Unmanaged.passUnretained(client.rate)
        guard let multi = curl_multi_init() else { throw Engine.outOfResources() }
        self.multi = multi
        // After the handle's own descriptors, which are thus known to have smaller numbers.
        events = EventWait()
        wakeEvent = events.wakeEvent
        randomState = UInt64(bitPattern: shim_monotonic_microseconds()) ^ UInt64(UInt(bitPattern: multi))
        guard events.isOpen else { throw Engine.outOfResources() }
        wakeupPair = WakeupPair.find(of: multi, below: wakeEvent)
        for descriptor in wakeupPair { shim_close_on_exec(descriptor) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = shim_multi_set_socket_function(multi, socketChanged, context)
        _ = shim_multi_set_timer_function(multi, timerChanged, context)
    }

    deinit {
        running.removeAll()
        sleeping.removeAll()
        idle.removeAll()
        finished.removeAll()
        curl_multi_cleanup(multi)
        events.close()
        events.freeMemory()
    }

    private static func outOfResources() -> DoraError {
        DoraError(.internalError, Text("no file descriptor left for a connection; raise the limit (ulimit -n)"))
    }

    /// In a child after fork: lets go of the descriptors and leaves the connections alone, which belong
    /// to the parent. To close a socket says nothing to the server while the parent has it open.
    func abandon() {
        // A thread that the child does not have may have been in the middle of a change.
        if !isBusy.load(ordering: .acquiring) {
            events.sockets.closeAll()
            for descriptor in wakeupPair { _ = CCurl.close(descriptor) }
        }
        events.close()
    }

    // MARK: Two kinds of use

    /// For many calls at the pace of the rate limit. To be called while no call runs.
    func serveQueue(maxRunning: Int) throws(DoraError) {
        guard events.useEpoll() else { throw Engine.outOfResources() }
        obeysRateLimit = true
        self.maxRunning = maxRunning
    }

    /// For one call at a time. To be called while no call runs.
    func serveCalls() {
        events.usePoll()
        obeysRateLimit = false
        maxRunning = 1
    }

    // MARK: Any thread

    /// Makes the engine the caller's, if it is nobody's.
    func claim() -> Bool {
        !isBusy.load(ordering: .relaxed) && !isBusy.exchange(true, ordering: .acquiringAndReleasing)
    }

    func release() {
        isBusy.store(false, ordering: .releasing)
    }

    /// Ends the wait of `turn`. Async-signal-safe.
    func wake() {
        if isBusy.load(ordering: .sequentiallyConsistent) { shim_event_signal(wakeEvent) }
    }

    // MARK: Transfers

    var count: Int { running.count &+ sleeping.count }
    var sleepingCount: Int { sleeping.count }
    var finishedCount: Int { finished.count }
    var hasRoom: Bool { running.count &+ finished.count < maxRunning }

    /// The calls that have not ended.
    var unfinished: [(tag: UInt64, id: Text)] { (running + sleeping).map { ($0.tag, $0.failureID) } }

    /// Starts a call. It comes back from `takeFinished` once it ended.
    func start(_ failureID: UnsafeBufferPointer<UInt8>, tag: UInt64) throws(DoraError) -> Call {
        let call: Call
        if let used = idle.popLast() { call = used } else { call = try Call(self) }
        call.begin(failureID, tag: tag, now: shim_monotonic_microseconds())
        startAttempt(call)
        return call
    }

    /// The call that ended first; to be given back with `recycle`.
    func takeFinished() -> Call? {
        finished.isEmpty ? nil : finished.removeFirst()
    }

    func recycle(_ call: Call) {
        idle.append(call)
    }

    private func startAttempt(_ call: Call) {
        let now = shim_monotonic_microseconds()
        call.startAttempt(now: now, ticket: rate._withUnsafeGuaranteedRef { $0.start(now: now) })
        if curl_multi_add_handle(multi, call.easy) == CURLM_OK {
            call.slot = running.count
            running.append(call)
        } else {
            rate._withUnsafeGuaranteedRef { $0.ended(call.ticket) }
            call.fail(.internalError, "libcurl took no call (curl_multi_add_handle)")
            finish(call)
        }
    }

    private func finish(_ call: Call) {
        finished.append(call)
    }

    /// Ends all calls with `DORA_ERROR_CANCELLED`.
    func cancelAll() {
        for call in running {
            curl_multi_remove_handle(multi, call.easy)
            rate._withUnsafeGuaranteedRef { $0.ended(call.ticket) }
        }
        for call in running + sleeping {
            call.fail(.cancelled, "cancelled by dora_client_cancel")
            finish(call)
        }
        running.removeAll()
        sleeping.removeAll()
    }

    /// Forgets all calls, ended or not, and most handles: the next user may need one alone.
    func dropAll() {
        cancelAll()
        while let call = takeFinished() { recycle(call) }
        idle.removeLast(max(0, idle.count &- 1))
    }

    // MARK: The loop

    /// Moves all calls on; waits for something to do until `limit` (monotonic microseconds) at most.
    func turn(limit: Int64) {
        var now = shim_monotonic_microseconds()
        runTimers(now)
        if !finished.isEmpty { return }
        wait(until: min(limit, timerDeadline, nextWake), now)
        now = shim_monotonic_microseconds()
        runTimers(now)
    }

    private func wait(until limit: Int64, _ now: Int64) {
        // Rounded up: a timer that is asked for too early has nothing to do yet.
        let milliseconds = limit == .max ? -1 : max(0, min((limit &- now &+ 999) / 1000, 60_000))
        let count = events.wait(milliseconds: Int32(milliseconds))
        let end = count > 1 ? shim_monotonic_microseconds() &+ Engine.longestTurn : .max
        for index in 0..<count {
            if let event = events.event(index) { act(on: event) }
            // The others are still ready when the program's own event loop comes back.
            if end < .max, shim_monotonic_microseconds() >= end { break }
        }
        collect()
    }

    /// Microseconds. Thirty TLS handshakes at once would keep an event loop from all else for ten times that.
    private static let longestTurn: Int64 = 2_000

    private func act(on event: shim_ready) {
        var mask: Int32 = 0
        if event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_IN }
        if event.events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
        // A descriptor that the program closed by mistake is an error, too.
        if event.events & (EPOLLERR.rawValue | UInt32(POLLNVAL)) != 0 { mask |= CURL_CSELECT_ERR }
        var left: Int32 = 0
        curl_multi_socket_action(multi, event.descriptor, mask, &left)
    }

    private func runTimers(_ now: Int64) {
        wakeSleepers(now)
        // An action may set a timer that is due at once: what it starts should not wait for epoll.
        var rounds = 0
        while timerDeadline <= now, rounds < 4 {
            timerDeadline = .max
            var left: Int32 = 0
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &left)
            rounds &+= 1
        }
        if rounds > 0 { collect() }
    }

    /// Takes the attempts that ended from libcurl.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = shim_message_result(message)
            guard let context = shim_easy_get_private(easy) else { continue }
            let call = Unmanaged<Call>.fromOpaque(context).takeUnretainedValue()
            remove(call)
            let hasEnded = call.attemptEnded(code, now: shim_monotonic_microseconds(), random: random())
            curl_multi_remove_handle(multi, easy)
            if hasEnded {
                finish(call)
            } else {
                sleeping.append(call)
            }
        }
    }

    private func remove(_ call: Call) {
        let slot = call.slot
        guard let last = running.popLast(), slot < running.count else { return }
        running[slot] = last
        last.slot = slot
    }

    // MARK: Waits between attempts

    private var nextWake: Int64 {
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
    private func wakeSleepers(_ now: Int64) {
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
            if let until = refusal() {
                heldUntil = until
                guard until >= call.deadline else {
                    index &+= 1
                    continue
                }
                call.giveUp(wait: (until &- now) / 1000)
                finish(sleeping.remove(at: index))
            } else {
                startAttempt(sleeping.remove(at: index))
            }
        }
    }

    /// When the rate limit lets an attempt start; nil = now.
    func refusal() -> Int64? {
        guard obeysRateLimit else { return nil }
        let now = shim_monotonic_microseconds()
        guard let until = rate._withUnsafeGuaranteedRef({ $0.refusal(now: now) }) else { return nil }
        // The answer that it waits for may be another thread's: look again soon.
        return until == .max ? now &+ Engine.pollInterval : until
    }

    /// Microseconds.
    private static let pollInterval: Int64 = 5_000

    /// splitmix64: jitter needs no more.
    private func random() -> UInt64 {
        randomState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = randomState
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    // MARK: The descriptor, for a program's own event loop

    /// Readable whenever `turn` has something to do; only while the engine serves a queue.
    var descriptor: Int32 { events.epoll }

    /// Makes the descriptor readable until the next `turn`.
    func signal() {
        events.signal()
    }

    /// Makes the descriptor readable now if there is something to do, else when a socket or a timer needs
    /// it, at `deadline` at the latest.
    ///
    /// - Parameter wasCancelled: asked so late that no cancellation is lost.
    func settle(deadline: Int64, isBusy: Bool, wasCancelled: () -> Bool) {
        events.settle(next: min(deadline, timerDeadline, nextWake), isBusy: isBusy, wasCancelled: wasCancelled)
    }

    // MARK: What libcurl asks for

    fileprivate func watch(_ socket: Int32, _ what: Int32) {
        var mask: UInt32 = 0
        if what & CURL_POLL_IN != 0 { mask |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { mask |= EPOLLOUT.rawValue }
        events.sockets.watch(socket, what == CURL_POLL_REMOVE ? 0 : mask)
    }

    /// Keeps count of the sockets that libcurl opens for a handle, and has them closed on exec.
    func followSockets(of easy: UnsafeMutableRawPointer) {
        shim_easy_set_socket_functions(easy, openSocket, closeSocket, Unmanaged.passUnretained(self).toOpaque())
    }

    fileprivate func open(_ address: UnsafePointer<curl_sockaddr>) -> Int32 {
        let socket = shim_open_socket(address)
        if socket >= 0 { events.sockets.opened(socket) }
        return socket
    }

    fileprivate func close(socket: Int32) -> Int32 {
        events.sockets.closed(socket)
        return CCurl.close(socket)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timerDeadline = milliseconds < 0 ? .max : shim_monotonic_microseconds() &+ Int64(milliseconds) &* 1000
    }
}

/// CURLMOPT_SOCKETFUNCTION
private func socketChanged(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32,
    _ context: UnsafeMutableRawPointer?, _ unused: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.watch(socket, what) }
    return 0
}

/// CURLOPT_OPENSOCKETFUNCTION
private func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let address else { return -1 }
    return Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.open(address) }
}

/// CURLOPT_CLOSESOCKETFUNCTION
private func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let context else { return -1 }
    return Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.close(socket: socket) }
}

/// CURLMOPT_TIMERFUNCTION
private func timerChanged(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Engine>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.setTimer(milliseconds) }
    return 0
}
