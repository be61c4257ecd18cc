// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// curl_global_init(3), once in a process. It is never undone: other code may use libcurl too.
package enum CurlLibrary {
    private static let untouched = 0
    private static let ready = 2
    /// One of the above, or who starts: its process id times 4, and 1.
    private static let state = Atomic<Int>(untouched)
    private static let isWatchingForks = Atomic<Bool>(false)

    /// Since 7.88 all that libcurl and its TLS libraries send goes out with MSG_NOSIGNAL.
    private static let quietVersion: UInt32 = 0x07_58_00
    private static let isQuiet = Atomic<Bool>(false)

    /// Whether libcurl may raise SIGPIPE in the thread that calls it.
    package static var mayRaiseSigpipe: Bool { !isQuiet.load(ordering: .relaxed) }

    static func start() throws(DoraError) {
        let starting = Int(getpid()) &* 4 &+ 1
        var expected = untouched
        while true {
            let (won, found) = state.compareExchange(
                expected: expected, desired: starting, ordering: .acquiringAndReleasing)
            if won { break }
            if found == ready { return }
            // What a parent's thread had begun, a child begins anew.
            expected = found == starting ? untouched : found
            sched_yield()
        }
        if !isWatchingForks.exchange(true, ordering: .relaxed) {
            ProcessGeneration.watch()
            pthread_atfork({ ForkGate.willFork() }, { ForkGate.forkedInParent() }, { CurlLibrary.forked() })
        }
        let code = ForkGate.inLibcurl { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }
        isQuiet.store(shim_curl_version() >= quietVersion, ordering: .relaxed)
        state.store(code == CURLE_OK ? ready : untouched, ordering: .releasing)
        if code != CURLE_OK {
            throw DoraError(.internalError, Text("libcurl could not be initialised (curl_global_init)"))
        }
    }

    private static var isStarting: Bool {
        let current = state.load(ordering: .acquiring)
        return current != untouched && current != ready
    }

    /// In a child.
    private static func forked() {
        ProcessGeneration.forked()
        ForkGate.forkedInChild()
        if isStarting { state.store(untouched, ordering: .relaxed) }
    }
}
