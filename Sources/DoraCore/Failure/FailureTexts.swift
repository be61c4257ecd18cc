// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The strings of an event as C programs take them, decoded and ended by a NUL each, in memory that
/// somebody else owns: for each field the list of its strings, then the places of all strings, then the
/// strings. A place counts in bytes from the start.
struct FailureTexts {
    /// Consecutive entries of the table of places.
    struct List {
        var first: UInt32 = 0
        var count: UInt32 = 0
    }

    private let memory: UnsafeMutableRawPointer
    /// How many of the custom tags are of `custom_tags`, of which 100 are allowed.
    var documentedTagCount: UInt32 = 0

    init(_ memory: UnsafeMutableRawPointer) {
        self.memory = memory
        memset(memory, 0, FailureTexts.listSize)
    }

    static var listSize: Int { FailureField.count &* MemoryLayout<List>.stride }

    var lists: UnsafeMutablePointer<List> { memory.assumingMemoryBound(to: List.self) }

    var places: UnsafeMutablePointer<UInt32> {
        (memory + FailureTexts.listSize).assumingMemoryBound(to: UInt32.self)
    }

    func count(_ field: FailureField) -> Int {
        Int(lists[field.rawValue].count)
    }

    /// A string of a field; the first one of a field that holds one only.
    func text(_ field: FailureField, _ index: Int = 0) -> UnsafePointer<CChar>? {
        let list = lists[field.rawValue]
        guard index >= 0, index < Int(list.count) else { return nil }
        return text(at: places[Int(list.first) &+ index])
    }

    /// "dora_incident" is the former name.
    var isTypeKnown: Bool {
        guard let type = text(.type) else { return true }
        return strcmp(type, "dora_failure") == 0 || strcmp(type, "dora_incident") == 0
    }

    var hasTooManyTags: Bool { documentedTagCount > 100 }

    /// What follows the first ':' of the first tag with that key; a key of `custom` may hold a ':' itself.
    func customTagValue(_ key: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
        let length = strlen(key)
        let tags = places + Int(lists[FailureField.customTags.rawValue].first)
        for index in 0..<Int(documentedTagCount) {
            let tag = text(at: tags[index])
            if let colon = strchr(tag, 0x3A), UnsafePointer(colon) - tag == length, memcmp(tag, key, length) == 0 {
                return tag + length + 1
            }
        }
        // The place of a tag, and the length of its key.
        let keys = lists[FailureField.custom.rawValue]
        var pair = places + Int(keys.first)
        for _ in 0..<Int(keys.count / 2) {
            let tag = text(at: pair[0])
            if Int(pair[1]) == length, memcmp(tag, key, length) == 0 { return tag + length + 1 }
            pair += 2
        }
        return nil
    }

    @inline(__always)
    func text(at place: UInt32) -> UnsafePointer<CChar> {
        UnsafePointer((memory + Int(place)).assumingMemoryBound(to: CChar.self))
    }
}

/// The memory of the texts: what the buffer of the JSON has to spare, or a piece of its own. Moving the JSON
/// to make room would cost more.
struct FailureTextMemory: ~Copyable {
    /// Up to this size the JSON and its texts are best kept in one piece. glibc has shorter pieces at hand for
    /// each thread (malloc(3), tcache), and takes several times as long for longer ones.
    static let sharedSize = 1000

    let start: UnsafeMutableRawPointer
    private let own: UnsafeMutablePointer<UInt64>?

    init(_ room: FailureTextRoom, behind body: borrowing ByteBuffer) {
        if let spare = body.spareMemory(room.size) {
            start = spare
            own = nil
        } else {
            let words: UnsafeMutablePointer<UInt64> = reallocate(nil, room.size / MemoryLayout<UInt64>.stride &+ 1)
            start = UnsafeMutableRawPointer(words)
            own = words
        }
    }

    deinit {
        free(own)
    }
}

/// How much memory the texts of an event take at most.
struct FailureTextRoom {
    var strings: UInt32 = 0
    var bytes: UInt32 = 0
    /// For the strings of `custom`, whose keys are written with each of them.
    var customTags: UInt32 = 0
    var customBytes: UInt32 = 0
    /// Whether the strings of two fields make one list.
    var hasMergedLists = false

    /// A tag of `custom` takes an entry in the list of tags, and two in that of the keys.
    var entries: Int {
        Int(strings) &* (hasMergedLists ? 2 : 1) &+ 3 &* Int(customTags)
    }

    var size: Int {
        // Behind the last string, what a copy by whole vectors writes.
        FailureTexts.listSize &+ entries &* MemoryLayout<UInt32>.stride &+ Int(bytes) &+ Int(customBytes)
            &+ SHIM_VECTOR_SIZE
    }

    /// A place has 32 bits.
    var isTooLarge: Bool { size > Int(UInt32.max) }

    /// All of `custom` is left out, of which the first tag is noted.
    var withoutCustom: FailureTextRoom {
        var room = self
        room.customTags = min(customTags, 1)
        room.customBytes = 0
        return room
    }
}
