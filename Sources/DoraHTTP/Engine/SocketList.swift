// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The sockets of an engine, those that libcurl waits for among them, and what epoll knows of each.
///
/// A single call waits with poll(2): epoll's wake-ups cost threads that share a few processors a tenth of
/// their throughput. A queue needs epoll, for many sockets and for its descriptor. libcurl watches a connection while a call uses it and lets go of it in between. To tell epoll each
/// time would take two system calls a request: a connection stays registered until something happens to it
/// that nobody waits for, or until it is closed.
struct SocketList {
    private struct Entry {
        let socket: Int32
        /// Opened through the engine, which thus hears of its end. libcurl's own sockets come and go unseen.
        let isConnection: Bool
        /// What libcurl waits for; 0 = nothing.
        var events: UInt32 = 0
        /// What epoll has been told; 0 = not registered.
        var registered: UInt32 = 0
    }

    private var entries: [Entry] = []
    /// The epoll instance that was told of sockets; -1 = none.
    private(set) var epoll: Int32 = -1
    /// Whether epoll is to hear of what libcurl waits for from now on.
    private(set) var isUsingEpoll = false

    /// To be called while no call runs.
    mutating func use(epoll: Int32) {
        self.epoll = epoll
        isUsingEpoll = true
    }

    /// To be called while no call runs.
    mutating func usePoll() {
        isUsingEpoll = false
    }

    mutating func opened(_ socket: Int32) {
        entries.append(Entry(socket: socket, isConnection: true))
    }

    mutating func closed(_ socket: Int32) {
        guard let index = index(of: socket) else { return }
        // A child may hold a copy, with which epoll would go on to report it.
        if entries[index].registered != 0 { _ = shim_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0) }
        entries.remove(at: index)
    }

    /// - Parameter events: what to watch for; 0 = nothing any more.
    mutating func watch(_ socket: Int32, _ events: UInt32) {
        guard let index = index(of: socket) ?? added(socket, events) else { return }
        entries[index].events = events
        if events == 0 {
            if !entries[index].isConnection { closed(socket) }
            return
        }
        let registered = entries[index].registered
        guard isUsingEpoll, events != registered else { return }
        _ = shim_epoll_control(epoll, registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events)
        entries[index].registered = events
    }

    /// Whether an event of epoll is one that libcurl waits for; if not, epoll forgets the socket.
    mutating func isWatched(_ socket: Int32) -> Bool {
        guard let index = index(of: socket), entries[index].events == 0 else { return true }
        _ = shim_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
        entries[index].registered = 0
        return false
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

    /// In a child after fork: closes its copies. What epoll knows is the parent's.
    func closeAll() {
        for entry in entries where entry.isConnection { _ = close(entry.socket) }
    }

    private mutating func added(_ socket: Int32, _ events: UInt32) -> Int? {
        guard events != 0 else { return nil }
        entries.append(Entry(socket: socket, isConnection: false))
        return entries.count - 1
    }

    private func index(of socket: Int32) -> Int? {
        entries.firstIndex { $0.socket == socket }
    }
}
