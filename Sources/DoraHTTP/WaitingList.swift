// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Ids that wait for their turn, first in, first out: 12 bytes each beside the id itself.
struct WaitingList: ~Copyable {
    private static let chunkSize = 64 << 10
    private static let headSize = 12

    /// Entries one behind the other: tag, length of the id, id.
    private final class Chunk {
        let start: UnsafeMutableRawPointer
        let capacity: Int
        var used = 0
        var next: Chunk?

        init(capacity: Int) {
            self.capacity = capacity
            start = UnsafeMutableRawPointer(reallocate(nil as UnsafeMutablePointer<UInt8>?, capacity))
        }

        deinit {
            free(start)
        }
    }

    private(set) var count = 0
    private var first: Chunk?
    private var last: Chunk?
    private var read = 0

    init() {}

    deinit {
        // One by one: a long chain that falls as a whole would recurse.
        var chunk = first
        while let current = chunk {
            chunk = current.next
            current.next = nil
        }
    }

    mutating func append(tag: UInt64, id: UnsafePointer<CChar>) {
        let length = strlen(id)
        let size = WaitingList.headSize &+ length
        let chunk = room(for: size)
        let entry = chunk.start + chunk.used
        entry.storeBytes(of: tag, as: UInt64.self)
        entry.storeBytes(of: UInt32(truncatingIfNeeded: length), toByteOffset: 8, as: UInt32.self)
        memcpy(entry + WaitingList.headSize, id, length)
        chunk.used &+= size
        count &+= 1
    }

    mutating func popFirst() -> (tag: UInt64, id: Text)? {
        while let chunk = first, read >= chunk.used {
            guard let next = chunk.next else { return nil }
            first = next
            read = 0
        }
        guard let chunk = first else { return nil }
        let entry = chunk.start + read
        let tag = entry.loadUnaligned(as: UInt64.self)
        let length = Int(entry.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        var id = Text()
        id.append((entry + WaitingList.headSize).assumingMemoryBound(to: UInt8.self), count: length)
        read &+= WaitingList.headSize &+ length
        count &-= 1
        return (tag, id)
    }

    private mutating func room(for size: Int) -> Chunk {
        if let last, last.capacity &- last.used >= size { return last }
        let chunk = Chunk(capacity: max(WaitingList.chunkSize, size))
        if let last { last.next = chunk } else { first = chunk }
        last = chunk
        return chunk
    }
}
