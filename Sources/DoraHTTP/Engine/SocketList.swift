// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The sockets of an engine: those that libcurl waits for, and for what, and its connections.
///
/// libcurl watches a connection while a call uses it and lets go of it in between. To tell epoll each time
/// would take two system calls a request: a connection stays registered until something happens to it
/// that nobody waits for, or until it is closed.
///
/// libcurl 7.88 closes a socket whose connection never became ready (cancelled, too late, or slower than the other
/// address) without a call of CURLOPT_CLOSESOCKETFUNCTION. Its number may be the host program's a moment later: a
/// socket is known by its identity until its connection has proved ready.
struct SocketList {
    private struct Entry {
        let socket: Int32
        /// Whose socket it is.
        let owner: Unmanaged<Connections>
        /// Opened through the engine, which thus hears of its end. libcurl's own sockets come and go unseen.
        let isConnection: Bool
        /// What `shim_socket_identity` says of it; 0 once libcurl is known to tell of its end.
        var identity: UInt64 = 0
        /// What libcurl waits for; 0 = nothing.
        var events: UInt32 = 0
        /// What epoll has been told; 0 = not registered.
        var registered: UInt32 = 0

        var isIdleConnection: Bool { isConnection && events == 0 }
        /// Whether the number is still that of the socket that was opened.
        var isThere: Bool { identity == 0 || shim_socket_identity(socket) == identity }
    }

    private var entries: [Entry] = []
    /// The epoll instance that was told of sockets; -1 = none.
    private(set) var epoll: Int32 = -1
    private(set) var connectionCount = 0

    // MARK: Two kinds of use, while no call runs

    mutating func use(epoll: Int32) {
        self.epoll = epoll
    }

    /// The instance is closed by its owner, and forgets all.
    mutating func useNoEpoll() {
        epoll = -1
        for index in entries.indices { entries[index].registered = 0 }
    }

    // MARK: What libcurl does

    /// Returns whether the list still had a socket of that number, which libcurl had closed without a word.
    mutating func opened(_ socket: Int32, owner: Unmanaged<Connections>) -> Bool {
        var entry = Entry(
            socket: socket, owner: owner, isConnection: true, identity: shim_socket_identity(socket))
        guard let index = index(of: socket) else {
            entries.append(entry)
            connectionCount &+= 1
            return false
        }
        // libcurl may take the two for one: it does not ask again for what it asked for.
        if entries[index].owner.toOpaque() == owner.toOpaque() { entry.events = entries[index].events }
        if !entries[index].isConnection { connectionCount &+= 1 }
        entries[index] = entry
        tellEpoll(index)
        return true
    }

    mutating func closed(_ socket: Int32) {
        guard let index = index(of: socket) else { return }
        // A child may hold a copy, with which epoll would go on to report it.
        if entries[index].registered != 0 { _ = shim_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0) }
        drop(index)
    }

    private mutating func drop(_ index: Int) {
        if entries[index].isConnection { connectionCount &-= 1 }
        entries.remove(at: index)
    }

    /// The owner closed all that it had. Returns the connections whose end was not told.
    mutating func ownerClosed(_ owner: Unmanaged<Connections>) -> [Int32] {
        var untold: [Int32] = []
        for index in entries.indices.reversed() where entries[index].owner.toOpaque() == owner.toOpaque() {
            if entries[index].isConnection { untold.append(entries[index].socket) }
            drop(index)
        }
        return untold
    }

    /// - Parameter events: what to watch for.
    mutating func watch(_ socket: Int32, _ events: UInt32, owner: Unmanaged<Connections>) {
        let index = index(of: socket) ?? added(socket, owner)
        entries[index].events = events
        tellEpoll(index)
    }

    /// There is nothing to watch for any more.
    ///
    /// - Parameter isReady: whether the call that used the socket has a connection that is ready: if the socket is
    ///   there, it is that connection's.
    /// - Returns: whether it was a connection that libcurl has closed without a word.
    mutating func unwatch(_ socket: Int32, owner: Unmanaged<Connections>, isReady: () -> Bool) -> Bool {
        guard let index = index(of: socket), entries[index].owner.toOpaque() == owner.toOpaque() else { return false }
        entries[index].events = 0
        guard entries[index].isConnection else {
            closed(socket)
            return false
        }
        guard entries[index].isThere else {
            drop(index)
            return true
        }
        if entries[index].identity != 0, isReady() { entries[index].identity = 0 }
        return false
    }

    private mutating func tellEpoll(_ index: Int) {
        let entry = entries[index]
        guard epoll >= 0, entry.events != 0, entry.events != entry.registered else { return }
        _ = shim_epoll_control(
            epoll, entry.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, entry.socket, entry.events)
        entries[index].registered = entry.events
    }

    private mutating func added(_ socket: Int32, _ owner: Unmanaged<Connections>) -> Int {
        entries.append(Entry(socket: socket, owner: owner, isConnection: false))
        return entries.count &- 1
    }

    /// Has epoll forget all sockets.
    mutating func unregisterAll() {
        for index in entries.indices where entries[index].registered != 0 {
            _ = shim_epoll_control(epoll, EPOLL_CTL_DEL, entries[index].socket, 0)
            entries[index].registered = 0
        }
    }

    /// Tells epoll of all that libcurl waits for.
    mutating func registerAll() {
        for entry in entries where entry.events != 0 { watch(entry.socket, entry.events, owner: entry.owner) }
    }

    // MARK: What happens to sockets

    /// Who waits for an event of epoll; nil if nobody does: epoll then forgets the socket.
    mutating func owner(of socket: Int32) -> Unmanaged<Connections>? {
        guard let index = index(of: socket) else { return nil }
        if entries[index].events != 0 { return entries[index].owner }
        _ = shim_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
        entries[index].registered = 0
        return nil
    }

    /// The sockets that libcurl waits to read from.
    var readers: [(socket: Int32, owner: Unmanaged<Connections>)] {
        entries.filter { $0.events == EPOLLIN.rawValue }.map { ($0.socket, $0.owner) }
    }

    /// Writes the sockets that libcurl waits for, as many as there is room for, and returns their number.
    func list(to target: UnsafeMutablePointer<shim_ready>, capacity: Int) -> Int {
        var count = 0
        for entry in entries where entry.events != 0 && count < capacity {
            target[count] = shim_ready(descriptor: entry.socket, events: entry.events)
            count &+= 1
        }
        return count
    }

    /// Ends the connections that something arrived on although no call uses them: over HTTP/1.1 it would be
    /// taken for the answer to the next request.
    func endStrayConnections() {
        for entry in entries where entry.isIdleConnection && shim_is_readable(entry.socket) != 0 && entry.isThere {
            shim_end_stream(entry.socket)
        }
    }

    // MARK: In a child after fork

    /// Puts /dev/null in the place of each connection's socket, so that what libcurl writes when it lets go of
    /// them reaches nobody. Returns whether that could be done.
    func disconnectAll() -> Bool {
        for entry in entries where entry.isThere && shim_disconnect(entry.socket) == 0 { return false }
        return true
    }

    private func index(of socket: Int32) -> Int? {
        entries.firstIndex { $0.socket == socket }
    }
}
