// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Ids that wait for their turn, first in, first out: 12 bytes each beside the id itself.
struct WaitingList: ~Copyable {
    private static let chunkSize = 64 << 10
    private static let headSize = 12
    /// In the place of an entry's length, which is far below: the entry was removed.
    private static let removed: UInt32 = 1 << 31

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
        while let chunk = first {
            guard read < chunk.used else {
                guard let next = chunk.next else { return nil }
                first = next
                read = 0
                continue
            }
            let entry = Entry(chunk.start + read)
            read &+= entry.size
            if entry.isRemoved { continue }
            count &-= 1
            return (entry.tag, entry.id)
        }
        return nil
    }

    /// Takes the entries with that tag out. Returns their places among those that waited, and their ids.
    mutating func removeAll(tag: UInt64) -> [(place: Int, id: Text)] {
        var taken: [(place: Int, id: Text)] = []
        var place = 0
        var chunk = first
        var offset = read
        while let current = chunk {
            while offset < current.used {
                let entry = Entry(current.start + offset)
                offset &+= entry.size
                if entry.isRemoved { continue }
                if entry.tag == tag {
                    taken.append((place, entry.id))
                    entry.remove()
                }
                place &+= 1
            }
            chunk = current.next
            offset = 0
        }
        count &-= taken.count
        return taken
    }

    /// An entry that lies in a chunk.
    private struct Entry {
        let start: UnsafeMutableRawPointer
        private let head: UInt32

        init(_ start: UnsafeMutableRawPointer) {
            self.start = start
            head = start.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
        }

        var tag: UInt64 { start.loadUnaligned(as: UInt64.self) }
        var isRemoved: Bool { head & WaitingList.removed != 0 }
        private var length: Int { Int(head & ~WaitingList.removed) }
        var size: Int { WaitingList.headSize &+ length }

        var id: Text {
            var id = Text()
            id.append((start + WaitingList.headSize).assumingMemoryBound(to: UInt8.self), count: length)
            return id
        }

        func remove() {
            start.storeBytes(of: head | WaitingList.removed, toByteOffset: 8, as: UInt32.self)
        }
    }

    private mutating func room(for size: Int) -> Chunk {
        if let last, last.capacity &- last.used >= size { return last }
        let chunk = Chunk(capacity: max(WaitingList.chunkSize, size))
        if let last { last.next = chunk } else { first = chunk }
        last = chunk
        return chunk
    }
}
