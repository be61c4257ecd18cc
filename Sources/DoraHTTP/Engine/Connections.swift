// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// A libcurl multi handle: connections that calls use one after the other or side by side, and what
/// libcurl wants to be woken for.
///
/// An engine has one for its new calls. One that is retired, since a connection of it fell silent, goes on
/// until the calls that it has have ended.
final class Connections {
    /// Lives as long as its engine, which owns it.
    private unowned(unsafe) let engine: Engine
    private let multi: UnsafeMutableRawPointer
    /// When libcurl wants to be called, in monotonic microseconds.
    private(set) var timerDeadline = Int64.max
    /// How many calls libcurl has.
    private(set) var count = 0
    private let wakeupPair: [Int32]
    private var limit = 0
    private var kept = 0

    static func make(_ engine: Engine) throws(DoraError) -> Connections {
        let (multi, pair) = try WakeupPair.makeMulti()
        return Connections(engine, multi, pair)
    }

    private init(_ engine: Engine, _ multi: UnsafeMutableRawPointer, _ pair: [Int32]) {
        self.engine = engine
        self.multi = multi
        wakeupPair = pair
        for descriptor in pair { engine.events.descriptors.add(descriptor) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = shim_multi_set_socket_function(multi, socketChanged, context)
        _ = shim_multi_set_timer_function(multi, timerChanged, context)
        // libcurl's own limit is 100, above which it opens a connection for each request.
        _ = shim_multi_set_long(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000)
    }

    /// To be called once, before the last reference goes: libcurl calls back while it closes connections. One that
    /// is not closed is left to a child's end.
    func close() {
        ForkGate.inLibcurl { _ = curl_multi_cleanup(multi) }
        for socket in engine.events.sockets.ownerClosed(unmanaged) { engine.events.descriptors.remove(socket) }
        for descriptor in wakeupPair { engine.events.descriptors.remove(descriptor) }
    }

    /// How many connections there may be at once; 0 = any number.
    func limit(to number: Int) {
        guard number != limit else { return }
        limit = number
        _ = shim_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, number)
    }

    /// How many connections stay open that no call uses. libcurl by itself keeps four for each call that it has: after
    /// calls that end at once, as few as four, and the next calls connect anew.
    func keep(_ number: Int) {
        guard number != kept else { return }
        kept = number
        _ = shim_multi_set_long(multi, CURLMOPT_MAXCONNECTS, number)
    }

    // MARK: Calls

    /// Hands the attempt of a call to libcurl. Returns libcurl's code.
    func add(_ call: Call, waitsForPipe: Bool, tellsReadiness: Bool) -> CURLMcode {
        call.prepare(for: self, waitsForPipe: waitsForPipe, tellsReadiness: tellsReadiness)
        let code = ForkGate.inLibcurl { curl_multi_add_handle(multi, call.easy) }
        if code == CURLM_OK { count &+= 1 } else { call.leave() }
        return code
    }

    /// Takes a call from libcurl, ended or not.
    func remove(_ call: Call) {
        ForkGate.inLibcurl { _ = curl_multi_remove_handle(multi, call.easy) }
        call.leave()
        count &-= 1
    }

    /// A call that libcurl is through with, still to be removed.
    func nextEnded() -> (call: Call, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let context = shim_easy_get_private(easy)
            else { continue }
            return (Unmanaged<Call>.fromOpaque(context).takeUnretainedValue(), shim_message_result(message))
        }
        return nil
    }

    // MARK: The loop

    /// Returns whether an attempt ended.
    func act(on event: shim_ready) -> Bool {
        var mask: Int32 = 0
        if event.events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_IN }
        if event.events & EPOLLOUT.rawValue != 0 { mask |= CURL_CSELECT_OUT }
        // A descriptor that the program closed by mistake is an error, too.
        if event.events & (EPOLLERR.rawValue | UInt32(POLLNVAL)) != 0 { mask |= CURL_CSELECT_ERR }
        return act(on: event.descriptor, mask)
    }

    /// To be called when `timerDeadline` has come. Returns whether an attempt ended.
    func runTimer() -> Bool {
        timerDeadline = .max
        return act(on: CURL_SOCKET_TIMEOUT, 0)
    }

    /// libcurl's code is of no use: whatever it says, an attempt ends by its limits of time at the latest.
    private func act(on socket: Int32, _ mask: Int32) -> Bool {
        var left = Int32(truncatingIfNeeded: count)
        ForkGate.inLibcurl { _ = curl_multi_socket_action(multi, socket, mask, &left) }
        return Int(left) != count
    }

    // MARK: What libcurl asks for

    private var unmanaged: Unmanaged<Connections> { Unmanaged.passUnretained(self) }

    fileprivate func watch(_ easy: UnsafeMutableRawPointer?, _ socket: Int32, _ what: Int32) {
        if what == CURL_POLL_REMOVE || what == CURL_POLL_NONE {
            let wasClosed = engine.events.sockets.unwatch(socket, owner: unmanaged) {
                easy != nil && shim_easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0
            }
            if wasClosed { engine.events.descriptors.remove(socket) }
            return
        }
        var mask: UInt32 = 0
        if what & CURL_POLL_IN != 0 { mask |= EPOLLIN.rawValue }
        if what & CURL_POLL_OUT != 0 { mask |= EPOLLOUT.rawValue }
        engine.events.sockets.watch(socket, mask, owner: unmanaged)
    }

    fileprivate func setTimer(_ milliseconds: Int) {
        timerDeadline = milliseconds < 0 ? .max : shim_monotonic_microseconds() &+ Int64(milliseconds) &* 1000
    }

    /// A connection is ready, and a request is about to be sent on it.
    func becomeReady() {
        engine.gate.connected(now: shim_monotonic_microseconds())
    }

    fileprivate func open(_ address: UnsafePointer<curl_sockaddr>) -> Int32 {
        let socket = shim_open_socket(address)
        if socket >= 0 {
            if engine.events.sockets.opened(socket, owner: unmanaged) { engine.events.descriptors.remove(socket) }
            engine.events.descriptors.add(socket)
        } else {
            engine.socketErrno = shim_errno()
        }
        return socket
    }

    fileprivate func close(socket: Int32) -> Int32 {
        engine.events.sockets.closed(socket)
        engine.events.descriptors.remove(socket)
        return CCurl.close(socket)
    }
}

// libcurl calls these inside its own functions, which the engine calls: the object behind the context lives.

/// CURLMOPT_SOCKETFUNCTION
private func socketChanged(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32,
    _ context: UnsafeMutableRawPointer?, _ unused: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Connections>.fromOpaque(context).use { $0.watch(easy, socket, what) }
    return 0
}

/// CURLMOPT_TIMERFUNCTION
private func timerChanged(
    _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Connections>.fromOpaque(context).use { $0.setTimer(milliseconds) }
    return 0
}

/// CURLOPT_OPENSOCKETFUNCTION
func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context, let address else { return -1 }
    return Unmanaged<Connections>.fromOpaque(context).use { $0.open(address) }
}

/// CURLOPT_CLOSESOCKETFUNCTION
func closeSocket(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
    guard let context else { return -1 }
    return Unmanaged<Connections>.fromOpaque(context).use { $0.close(socket: socket) }
}
