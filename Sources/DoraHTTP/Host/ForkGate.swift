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
    /// How many threads have waited for forks for so long that the next fork lets them go first.
    private static let impatient = Atomic<Int>(0)
    private static let fairMicroseconds: Int64 = 10_000
    /// A fork took so long that no thread waits for it any more.
    private static let isGivenUp = Atomic<Bool>(false)
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
        if !tryToEnter() { enterAfterForks() }
    }

    private static func tryToEnter() -> Bool {
        inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if forks.load(ordering: .sequentiallyConsistent) == 0 { return true }
        leave()
        return false
    }

    /// The wait has an end, too: a handler of the program's may wait, before its fork, for a lock that this thread holds.
    @inline(never)
    private static func enterAfterForks() {
        let start = shim_monotonic_microseconds()
        var isImpatient = false
        while !tryToEnter() {
            if isGivenUp.load(ordering: .relaxed) {
                inside.wrappingAdd(1, ordering: .relaxed)
                break
            }
            shim_sleep_microseconds(100)
            let waited = shim_monotonic_microseconds() &- start
            if !isImpatient, waited >= fairMicroseconds {
                isImpatient = true
                impatient.wrappingAdd(1, ordering: .relaxed)
            }
            if waited >= patienceMicroseconds { isGivenUp.store(true, ordering: .relaxed) }
        }
        if isImpatient { impatient.wrappingSubtract(1, ordering: .relaxed) }
    }

    static func leave() {
        inside.wrappingSubtract(1, ordering: .releasing)
    }

    // MARK: Handlers of fork

    static func willFork() {
        let end = shim_monotonic_microseconds() &+ patienceMicroseconds
        waitForNone(of: impatient, until: end)
        forks.wrappingAdd(1, ordering: .sequentiallyConsistent)
        waitForNone(of: inside, until: end)
    }

    private static func waitForNone(of threads: borrowing Atomic<Int>, until end: Int64) {
        while threads.load(ordering: .sequentiallyConsistent) > 0, shim_monotonic_microseconds() < end {
            shim_sleep_microseconds(100)
        }
    }

    static func forkedInParent() {
        if forks.wrappingSubtract(1, ordering: .releasing).newValue == 0 { isGivenUp.store(false, ordering: .relaxed) }
    }

    static func forkedInChild() {
        inside.store(0, ordering: .relaxed)
        forks.store(0, ordering: .relaxed)
        impatient.store(0, ordering: .relaxed)
        isGivenUp.store(false, ordering: .relaxed)
    }
}
