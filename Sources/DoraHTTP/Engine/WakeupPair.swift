// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The pair of sockets by which curl_multi_wakeup(3) wakes curl_multi_poll(3), which the library uses neither of.
///
/// libcurl before 8.8 makes it for every multi handle, leaves it open on exec, and names it nowhere: without
/// this, each program that a host starts would inherit two descriptors an engine (seen with 7.74 and 7.88). A
/// program that another thread starts in the moment between has them still, unless it was started by fork.
enum WakeupPair {
    /// From 8.8 on libcurl has its own closed on exec.
    private static let closingVersion: UInt32 = 0x08_08_00
    /// Beyond them no pair is looked for: a limit of a million would take long.
    private static let mostDescriptors: Int32 = 1 << 16
    /// One handle at a time: the pairs of others would look the same.
    private static let lock = SpinLock()

    /// A multi handle, and the pair that it has open.
    static func makeMulti() throws(DoraError) -> (multi: UnsafeMutableRawPointer, pair: [Int32]) {
        guard shim_curl_version() < closingVersion else { return (try handle(), []) }
        ForkGate.enter()
        lock.lock()
        defer {
            lock.unlock()
            ForkGate.leave()
        }
        // The handle's descriptors are the smallest that are free: most likely these two.
        let likely = [dup(0), dup(0)]
        for descriptor in likely where descriptor >= 0 { _ = close(descriptor) }
        let multi = try handle()
        var pair = sockets(of: multi, among: likely)
        // Another thread opened or closed descriptors meanwhile: they are anywhere.
        if pair.count != 2 { pair = sockets(of: multi, among: Array(0..<min(getdtablesize(), mostDescriptors))) }
        for descriptor in pair { shim_close_on_exec(descriptor) }
        return (multi, pair)
    }

    private static func handle() throws(DoraError) -> UnsafeMutableRawPointer {
        guard let multi = curl_multi_init() else { throw DoraError(refused: "curl_multi_init", ENOMEM) }
        return multi
    }

    /// The local stream sockets that hold a byte after a wake-up and none after a poll, twice over.
    private static func sockets(of multi: UnsafeMutableRawPointer, among candidates: [Int32]) -> [Int32] {
        var pair = candidates.filter { $0 >= 0 && shim_is_inheritable_local_stream($0) != 0 }
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
