// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The pair of sockets by which curl_multi_wakeup(3) wakes curl_multi_poll(3). An older libcurl (7.88
/// among them) makes it for every multi handle, leaves it open on exec, and does not name it.
enum WakeupPair {
    /// Finds the pair of a fresh multi handle, which nothing else uses yet: the local stream sockets that
    /// hold a byte after a wake-up and none after a poll, twice over.
    ///
    /// - Parameter limit: a descriptor that was opened after the handle: the pair has smaller numbers.
    static func find(of multi: UnsafeMutableRawPointer, below limit: Int32) -> [Int32] {
        var pair: [Int32] = []
        for descriptor in 0..<max(0, limit) where shim_is_inheritable_local_stream(descriptor) != 0 {
            pair.append(descriptor)
        }
        for _ in 0..<2 where !pair.isEmpty {
            pair = pair.filter { shim_bytes_in_transit($0) == 0 }
            curl_multi_wakeup(multi)
            pair = pair.filter { shim_bytes_in_transit($0) > 0 }
            curl_multi_poll(multi, nil, 0, 0, nil)
            pair = pair.filter { shim_bytes_in_transit($0) == 0 }
        }
        return pair.count == 2 ? pair : []
    }
}
