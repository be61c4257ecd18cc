// SPDX-License-Identifier: Apache-2.0

/// An item of a page as far as the walk needs it. The pointers must last as long as the walk is told of it.
package struct PageItem {
    /// As received, escapes included; nil if the item has none, or an empty one.
    package let id: UnsafeBufferPointer<UInt8>?
    /// Nanoseconds since 1970; nil if the item has no readable time.
    package let startedAt: Int64?
    /// The item as received.
    package let bytes: UnsafeBufferPointer<UInt8>

    package init(id: UnsafeBufferPointer<UInt8>?, startedAt: Int64?, bytes: UnsafeBufferPointer<UInt8>) {
        self.id = id
        self.startedAt = startedAt
        self.bytes = bytes
    }
}

/// Which events have been seen: by their ids, or by all of their bytes where they have none. The bytes are kept
/// and compared, so no two events are ever taken for one.
///
/// Of each it is known which page of the walk showed it last; one that was seen at the other end of the span only
/// does not belong to the walk yet.
struct KnownEvents {
    private struct Entry {
        let hash: UInt64
        let start: Int
        let count: Int
        let isID: Bool
        /// The number of the last page of the walk that showed it; 0 = none did.
        var page: Int
        /// When it started, as it was shown last.
        var startedAt: Int64?
        /// The how many-th of those that pages of the walk showed; 0 = none did.
        var rank = 0
    }

    /// Up to this number all hashes are compared; above, a table leads to them.
    private static let tableThreshold = 16

    private var text: [UInt8] = []
    private var entries: [Entry] = []
    /// Open addressing: the number of an entry from 1, 0 where free. A power of two, at most half of it used.
    private var table: [UInt32] = []

    var count: Int { entries.count }

    func contains(_ item: PageItem) -> Bool { find(item) != nil }

    /// The last page of the walk that showed it, with the same time; 0 = none did, nil = it is unknown.
    func page(of item: PageItem) -> Int? {
        find(item).map { entries[$0].startedAt == item.startedAt ? entries[$0].page : 0 }
    }

    /// How many a page showed that no later one did.
    func count(of page: Int) -> Int {
        var count = 0
        for entry in entries where entry.page == page { count &+= 1 }
        return count
    }

    /// Where an event is among those that pages of the walk showed: by its place in the walk, then by when it came.
    struct Position {
        let place: Int64
        let rank: Int

        func isBelow(_ other: Position) -> Bool {
            place < other.place || place == other.place && rank > other.rank
        }
    }

    /// nil if no page of the walk has shown it with this time.
    func position(of item: PageItem, _ course: SearchCourse) -> Position? {
        guard let index = find(item), entries[index].page > 0, entries[index].startedAt == item.startedAt else {
            return nil
        }
        return position(entries[index], course)
    }

    private func position(_ entry: Entry, _ course: SearchCourse) -> Position {
        Position(place: course.place(of: entry.startedAt ?? 0), rank: entry.rank)
    }

    func countShown(_ course: SearchCourse, _ isMeant: (Position) -> Bool) -> Int {
        var count = 0
        for entry in entries where entry.page > 0 && isMeant(position(entry, course)) { count &+= 1 }
        return count
    }

    /// What was known of an event when a page showed it.
    struct Sighting {
        /// The page before, as `page(of:)` says.
        let page: Int?
        /// Whether this page showed it before.
        let isRepeated: Bool
    }

    /// Notes that a page showed it.
    mutating func note(_ item: PageItem, on page: Int) -> Sighting {
        let (bytes, isID) = KnownEvents.identity(of: item)
        let hash = hash(bytes)
        if let index = find(bytes, isID, hash) {
            let before = entries[index].page
            let isSame = entries[index].startedAt == item.startedAt
            entries[index].page = isSame ? max(before, page) : page
            entries[index].startedAt = item.startedAt
            rank(index)
            return Sighting(page: isSame ? before : 0, isRepeated: before == page)
        }
        entries.append(
            Entry(
                hash: hash, start: text.count, count: bytes.count, isID: isID, page: page,
                startedAt: item.startedAt))
        text.append(contentsOf: bytes)
        rank(entries.count &- 1)
        if entries.count > KnownEvents.tableThreshold { enterLast() }
        return Sighting(page: nil, isRepeated: false)
    }

    /// How many have a rank.
    private var shownCount = 0

    private mutating func rank(_ index: Int) {
        guard entries[index].page > 0, entries[index].rank == 0 else { return }
        shownCount &+= 1
        entries[index].rank = shownCount
    }

    /// Returns whether it was not there.
    mutating func insert(_ item: PageItem) -> Bool { note(item, on: 0).page == nil }

    /// Forgets them and keeps the memory.
    mutating func removeAll() {
        if entries.isEmpty { return }
        shownCount = 0
        text.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        table.removeAll(keepingCapacity: true)
    }

    private static func identity(of item: PageItem) -> (UnsafeBufferPointer<UInt8>, isID: Bool) {
        if let id = item.id { (id, true) } else { (item.bytes, false) }
    }

    // MARK: The table

    private func find(_ item: PageItem) -> Int? {
        let (bytes, isID) = KnownEvents.identity(of: item)
        return find(bytes, isID, hash(bytes))
    }

    private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ isID: Bool, _ hash: UInt64) -> Int? {
        if table.isEmpty {
            for index in 0..<entries.count where isSame(entries[index], bytes, isID, hash) { return index }
            return nil
        }
        var slot = Int(truncatingIfNeeded: hash) & (table.count &- 1)
        while table[slot] != 0 {
            let index = Int(table[slot]) &- 1
            if isSame(entries[index], bytes, isID, hash) { return index }
            slot = (slot &+ 1) & (table.count &- 1)
        }
        return nil
    }

    private func isSame(_ entry: Entry, _ bytes: UnsafeBufferPointer<UInt8>, _ isID: Bool, _ hash: UInt64) -> Bool {
        guard entry.hash == hash, entry.count == bytes.count, entry.isID == isID else { return false }
        for index in 0..<bytes.count where text[entry.start &+ index] != bytes[index] { return false }
        return true
    }

    private mutating func enterLast() {
        if entries.count &* 2 > table.count {
            var size = max(table.count, KnownEvents.tableThreshold &* 2)
            while size < entries.count &* 4 { size &*= 2 }
            table.removeAll(keepingCapacity: true)
            table.append(contentsOf: repeatElement(0, count: size))
            for index in 0..<entries.count { enter(index) }
        } else {
            enter(entries.count &- 1)
        }
    }

    private mutating func enter(_ index: Int) {
        var slot = Int(truncatingIfNeeded: entries[index].hash) & (table.count &- 1)
        while table[slot] != 0 { slot = (slot &+ 1) & (table.count &- 1) }
        table[slot] = UInt32(truncatingIfNeeded: index &+ 1)
    }
}

/// A multiplicative hash, eight bytes at a time.
private func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count)
    let raw = UnsafeRawBufferPointer(bytes)
    var index = 0
    while index &+ 8 <= bytes.count {
        hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        index &+= 8
    }
    while index < bytes.count {
        hash = mix(hash ^ UInt64(bytes[index]))
        index &+= 1
    }
    return hash
}

private func mix(_ value: UInt64) -> UInt64 {
    let product = value &* 0xD6E8_FEB8_6659_FD93
    return product ^ product &>> 32
}
