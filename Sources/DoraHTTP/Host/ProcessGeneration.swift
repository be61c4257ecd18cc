// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// Tells a process from the children that it forked: a number that is another one in a child, and in a
/// child of the child. An object that was made in another generation is shared with a parent.
///
/// The process id would not do: a child in a PID namespace of its own may have its parent's.
package enum ProcessGeneration {
    /// In a page that the kernel wipes in a child, else in `fallback`, which a handler of fork wipes.
    private static let page = Atomic<UInt>(0)
    private static let fallback = Atomic<UInt64>(0)
    private static let last = Atomic<UInt64>(0)

    /// To be called once, before the first object is made.
    static func watch() {
        if let memory = shim_page_wiped_on_fork() {
            memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1).initialize(to: Atomic(0))
            page.store(UInt(bitPattern: memory), ordering: .releasing)
        }
    }

    /// Async-signal-safe.
    package static var current: UInt64 {
        guard let memory = UnsafePointer<Atomic<UInt64>>(bitPattern: page.load(ordering: .relaxed)) else {
            return number(in: fallback)
        }
        return number(in: memory.pointee)
    }

    /// In a child, where the kernel does not wipe.
    static func forked() {
        fallback.store(0, ordering: .relaxed)
    }

    private static func number(in place: borrowing Atomic<UInt64>) -> UInt64 {
        let number = place.load(ordering: .relaxed)
        if number != 0 { return number }
        let next = last.wrappingAdd(1, ordering: .relaxed).newValue
        let (isMine, found) = place.compareExchange(expected: 0, desired: next, ordering: .relaxed)
        return isMine ? next : found
    }
}
