// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// A lock for a few instructions. A child after fork does not wait for a thread that it does not have: who
/// holds the lock is told by its process's generation.
struct SpinLock: ~Copyable {
    private let holder = Atomic<UInt64>(0)

    borrowing func lock() {
        let generation = ProcessGeneration.current
        var free: UInt64 = 0
        while true {
            let (isMine, found) = holder.compareExchange(expected: free, desired: generation, ordering: .acquiring)
            if isMine { return }
            free = found == generation ? 0 : found
            if found == generation { sched_yield() }
        }
    }

    borrowing func unlock() {
        holder.store(0, ordering: .releasing)
    }
}
