// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// The descriptors that a child after fork has to close, in a form that is whole at every moment: another
/// thread of the parent may have been changing it. Each is marked, so that a child that closed all it inherited,
/// as a daemon does, keeps the files that it opened since.
final class DescriptorList {
    private let memory: Atomic<UInt>
    private let count = Atomic<Int>(0)
    private var capacity = 16

    init() {
        let start: UnsafeMutablePointer<Int32> = reallocate(nil, capacity)
        memory = Atomic(UInt(bitPattern: start))
    }

    deinit {
        free(start)
    }

    private var start: UnsafeMutablePointer<Int32>? {
        UnsafeMutablePointer(bitPattern: memory.load(ordering: .acquiring))
    }

    /// One thread at a time adds and removes.
    func add(_ descriptor: Int32) {
        shim_mark(descriptor)
        let used = count.load(ordering: .relaxed)
        if used == capacity { grow() }
        start?[used] = descriptor
        count.store(used &+ 1, ordering: .releasing)
    }

    func remove(_ descriptor: Int32) {
        let last = count.load(ordering: .relaxed) &- 1
        guard let start, last >= 0 else { return }
        for index in 0...last where start[index] == descriptor {
            start[index] = start[last]
            count.store(last, ordering: .releasing)
            return
        }
    }

    private func grow() {
        let old = start
        let larger: UnsafeMutablePointer<Int32> = reallocate(nil, capacity &* 2)
        if let old { memcpy(larger, old, capacity &* MemoryLayout<Int32>.stride) }
        capacity &*= 2
        memory.store(UInt(bitPattern: larger), ordering: .releasing)
        free(old)
    }

    /// Whether all are still what they were.
    var areAllThere: Bool {
        guard let start else { return false }
        for index in 0..<count.load(ordering: .acquiring) where shim_is_marked(start[index]) == 0 { return false }
        return true
    }

    func closeAll() {
        guard let start else { return }
        for index in 0..<count.load(ordering: .acquiring) where shim_is_marked(start[index]) != 0 {
            _ = close(start[index])
        }
        count.store(0, ordering: .relaxed)
    }
}
