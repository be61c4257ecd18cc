// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The decoded strings of an event, each ended by a NUL, in one piece of memory that is no larger
/// than the body: a string loses its quotes, and of a list's strings only every fourth has its
/// place noted.
struct FailureTexts: ~Copyable {
    /// Lists of places, then strings.
    private let start: UnsafeMutablePointer<UInt8>
    private var count: Int
    /// Where each text field starts; 0 if it is absent. No string starts at 0.
    private var fields: InlineArray<10, UInt32> = .init(repeating: 0)
    private var services: TextList
    private var customTags: TextList

    /// Room for strings that take up to `size` bytes with a NUL each, and for two lists' places.
    init(size: Int, services serviceCapacity: UInt32, customTags customTagCapacity: UInt32) {
        services = TextList(capacity: serviceCapacity, table: 0)
        customTags = TextList(capacity: customTagCapacity, table: services.tableSize)
        count = services.tableSize &+ customTags.tableSize
        // A byte that nothing starts at, and room for a copy by whole words to go too far.
        start = reallocate(nil, count &+ 1 &+ size &+ 8)
        if count == 0 { count = 1 }
    }

    deinit {
        free(start)
    }

    // MARK: Reading

    func text(_ field: FailureField) -> UnsafePointer<CChar>? {
        let place = fields[field.rawValue]
        return place == 0 ? nil : cString(Int(place))
    }

    var serviceCount: Int { services.count }
    var customTagCount: Int { customTags.count }

    func service(_ index: Int) -> UnsafePointer<CChar>? { text(services, index) }
    func customTag(_ index: Int) -> UnsafePointer<CChar>? { text(customTags, index) }

    private func text(_ list: TextList, _ index: Int) -> UnsafePointer<CChar>? {
        guard index >= 0, index < list.count else { return nil }
        var text = cString(Int(list.places(in: start)[index / TextList.stride]))
        for _ in 0..<index % TextList.stride { text += strlen(text) &+ 1 }
        return text
    }

    private func cString(_ place: Int) -> UnsafePointer<CChar> {
        UnsafeRawPointer(start + place).assumingMemoryBound(to: CChar.self)
    }

    // MARK: Writing

    mutating func append(_ field: FailureField, quote: BytePointer, length: Int, isEscaped: Bool) {
        fields[field.rawValue] = UInt32(truncatingIfNeeded: count)
        appendString(quote, length: length, isEscaped: isEscaped)
    }

    mutating func appendService(quote: BytePointer, _ string: ScannedValue) {
        services.add(count, in: start)
        appendString(quote, length: string.end - quote, isEscaped: string.isEscaped)
    }

    mutating func appendCustomTag(quote: BytePointer, _ string: ScannedValue) {
        customTags.add(count, in: start)
        appendString(quote, length: string.end - quote, isEscaped: string.isEscaped)
    }

    @inline(__always)
    private mutating func appendString(_ quote: BytePointer, length: Int, isEscaped: Bool) {
        let target = start + count
        var written = length &- 2
        if isEscaped {
            written = decodeString(quote: quote, to: target, limit: written)
            // What follows a decoded NUL is out of reach for a C string.
            if let nul = memchr(target, 0, written) { written = nul - UnsafeMutableRawPointer(target) }
        } else {
            copyWords(from: quote + 1, to: target, count: written)
        }
        target[written] = 0
        count &+= written &+ 1
    }
}

/// Copies short strings without a call; reads and writes up to 7 bytes more than `count`.
@inline(__always)
private func copyWords(from source: BytePointer, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    if count > 64 {
        memcpy(target, source, count)
        return
    }
    var offset = 0
    while offset < count {
        let word = UnsafeRawPointer(source + offset).loadUnaligned(as: UInt64.self)
        UnsafeMutableRawPointer(target + offset).storeBytes(of: word, as: UInt64.self)
        offset &+= 8
    }
}

/// Strings that lie behind one another, of which every fourth has its place in a table.
private struct TextList {
    static let stride = 4

    /// Where the table starts in the common memory, and its size, in bytes.
    private let table: Int
    let tableSize: Int
    private(set) var count = 0

    init(capacity: UInt32, table: Int) {
        self.table = table
        tableSize = (Int(capacity) &+ TextList.stride &- 1) / TextList.stride &* MemoryLayout<UInt32>.stride
    }

    func places(in memory: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt32> {
        UnsafeMutableRawPointer(memory + table).assumingMemoryBound(to: UInt32.self)
    }

    /// One more string, at `place`.
    mutating func add(_ place: Int, in memory: UnsafeMutablePointer<UInt8>) {
        if count % TextList.stride == 0 {
            places(in: memory)[count / TextList.stride] = UInt32(truncatingIfNeeded: place)
        }
        count &+= 1
    }
}
