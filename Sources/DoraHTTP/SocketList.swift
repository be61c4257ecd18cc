// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The sockets of an engine and what epoll knows of each.
///
/// libcurl watches a connection while a transfer uses it and lets go of it in between. To tell epoll each
/// time would take two system calls a request: a connection stays registered until something happens to it
/// that nobody waits for, or until it is closed.
struct SocketList {
    private struct Entry {
        let socket: Int32
        /// Opened through the engine, which thus hears of its end. libcurl's own sockets come and go unseen.
        let isConnection: Bool
        /// What epoll has been told; 0 = not registered.
        var registered: UInt32 = 0
        var isWatched = false
    }

    private var entries: [Entry] = []

    mutating func opened(_ socket: Int32) {
        entries.append(Entry(socket: socket, isConnection: true))
    }

    mutating func closed(_ socket: Int32, in epoll: Int32) {
        guard let index = index(of: socket) else { return }
        // A child may hold a copy, with which epoll would go on to report it.
        if entries[index].registered != 0 { _ = dora_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0) }
        entries.remove(at: index)
    }

    /// - Parameter events: what to watch for; 0 = nothing any more.
    mutating func watch(_ socket: Int32, _ events: UInt32, in epoll: Int32) {
        guard let index = index(of: socket) ?? added(socket, events) else { return }
        entries[index].isWatched = events != 0
        if events == 0 {
            if !entries[index].isConnection { closed(socket, in: epoll) }
            return
        }
        let registered = entries[index].registered
        guard events != registered else { return }
        _ = dora_epoll_control(epoll, registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events)
        entries[index].registered = events
    }

    /// Whether an event is one that libcurl waits for; if not, epoll forgets the socket.
    mutating func isWatched(_ socket: Int32, in epoll: Int32) -> Bool {
        guard let index = index(of: socket), !entries[index].isWatched else { return true }
        _ = dora_epoll_control(epoll, EPOLL_CTL_DEL, socket, 0)
        entries[index].registered = 0
        return false
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
