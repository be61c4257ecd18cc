// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// Keeps a fork from happening while a thread of this process is inside libcurl.
///
/// A child has only the thread that forked. A lock that another thread held at that moment is held in the child for
/// ever, and libcurl's TLS library has several for all of a process (OpenSSL 3 takes them for each new connection):
/// a child's first request would hang, past every deadline.
enum ForkGate {
    /// How many threads are inside libcurl. Too small by one after a fork from a signal handler inside it.
    private static let inside = Atomic<Int>(0)
    /// How many threads are about to fork.
    private static let forks = Atomic<Int>(0)
    /// libcurl is left after milliseconds. The wait has an end, since the thread that forks may itself be inside, in
    /// a signal handler.
    private static let patienceMicroseconds: Int64 = 2_000_000

    /// `body` calls libcurl, and nothing that passes the gate again.
    @inline(__always)
    static func inLibcurl<Value>(_ body: () -> Value) -> Value {
        enter()
        let value = body()
        leave()
        return value
    }

    static func enter() {
        while true {
            inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
            if forks.load(ordering: .sequentiallyConsistent) == 0 { return }
            leave()
            shim_sleep_microseconds(100)
        }
    }

    static func leave() {
        inside.wrappingSubtract(1, ordering: .releasing)
    }

    // MARK: Handlers of fork

    static func willFork() {
        forks.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let end = shim_monotonic_microseconds() &+ patienceMicroseconds
        while inside.load(ordering: .sequentiallyConsistent) > 0, shim_monotonic_microseconds() < end {
            shim_sleep_microseconds(100)
        }
    }

    static func forkedInParent() {
        forks.wrappingSubtract(1, ordering: .releasing)
    }

    static func forkedInChild() {
        inside.store(0, ordering: .relaxed)
        forks.store(0, ordering: .relaxed)
    }
}
