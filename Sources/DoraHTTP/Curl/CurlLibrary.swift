// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// curl_global_init(3), once in a process. It is never undone: other code may use libcurl too.
package enum CurlLibrary {
    private static let untouched = 0
    private static let starting = 1
    private static let ready = 2
    private static let state = Atomic<Int>(untouched)

    /// Since 7.88 all that libcurl and its TLS libraries send goes out with MSG_NOSIGNAL.
    private static let quietVersion: UInt32 = 0x07_58_00
    private static let isQuiet = Atomic<Bool>(false)

    /// Whether libcurl may raise SIGPIPE in the thread that calls it.
    package static var mayRaiseSigpipe: Bool { !isQuiet.load(ordering: .relaxed) }

    static func start() throws(DoraError) {
        while true {
            let (won, found) = state.compareExchange(
                expected: untouched, desired: starting, ordering: .acquiringAndReleasing)
            if won { break }
            if found == ready { return }
            sched_yield()
        }
        let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        isQuiet.store(shim_curl_version() >= quietVersion, ordering: .relaxed)
        state.store(code == CURLE_OK ? ready : untouched, ordering: .releasing)
        if code != CURLE_OK {
            throw DoraError(.internalError, Text("libcurl could not be initialised (curl_global_init)"))
        }
    }
}
