// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Where a field's value stands in the JSON.
struct FieldSpan {
    var start: UInt32 = 0
    /// Behind the value; 0 if there is none.
    var end: UInt32 = 0

    var isPresent: Bool { end != 0 }
    var length: Int { Int(end &- start) }
}

/// A set of fields, one bit each.
struct FieldSet {
    /// A test fails before there are more fields.
    static let capacity = UInt64.bitWidth

    private var bits: UInt64 = 0

    @inline(__always)
    private static func bit(_ field: FailureField) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: field.rawValue) }

    @inline(__always)
    func contains(_ field: FailureField) -> Bool { bits & FieldSet.bit(field) != 0 }

    @inline(__always)
    mutating func insert(_ field: FailureField) { bits |= FieldSet.bit(field) }

    @inline(__always)
    mutating func remove(_ field: FailureField) { bits &= ~FieldSet.bit(field) }

    var isEmpty: Bool { bits == 0 }
}

/// Where the fields that an event carries stand, and their strings; the strings of many events one after
/// the other.
struct FailureFields: ~Copyable {
    private(set) var present = FieldSet()
    /// Those whose value, or something in it, is not of a form that the field is known to have.
    private(set) var odd = FieldSet()
    /// What the strings of the event take, those that were forgotten included.
    private var room = FailureTextRoom()
    private(set) var stringCount = 0
    private var stringCapacity = 0
    /// A span for each field, those of absent fields being anything; then the strings, in the order of the JSON.
    /// One piece of memory, and no `Array`, which would look at each step who else holds it.
    private var memory: UnsafeMutableRawPointer?

    deinit {
        free(memory)
    }

    /// Begins another event, whose strings follow those of the last one.
    mutating func beginEvent() {
        present = FieldSet()
        odd = FieldSet()
        room = FailureTextRoom()
        if memory == nil { grow() }
    }

    // MARK: Fields

    private static var spanSize: Int { FailureField.count &* MemoryLayout<FieldSpan>.stride }

    /// There from `beginEvent` on.
    private var spans: UnsafeMutablePointer<FieldSpan>? { memory?.assumingMemoryBound(to: FieldSpan.self) }

    /// The span of a field; an empty one if the event does not carry it.
    @inline(__always)
    subscript(field: FailureField) -> FieldSpan {
        guard present.contains(field), let spans else { return FieldSpan() }
        return spans[field.rawValue]
    }

    @inline(__always)
    mutating func set(_ field: FailureField, _ span: FieldSpan) {
        present.insert(field)
        spans?[field.rawValue] = span
    }

    mutating func noteOdd(_ field: FailureField) {
        odd.insert(field)
    }

    /// Forgets a field and all that lies inside its value.
    mutating func forget(_ field: FailureField) {
        let value = self[field]
        for inner in FailureField.allCases {
            let start = self[inner].start
            if start >= value.start && start < value.end {
                present.remove(inner)
                odd.remove(inner)
            }
        }
        let inside = strings(firstString(from: value.start), stringCount)
        for index in inside.indices where inside[index].start < value.end { inside[index].role = .forgotten }
    }

    // MARK: Strings

    private var allStrings: UnsafeMutablePointer<FieldString>? {
        memory.map { ($0 + FailureFields.spanSize).assumingMemoryBound(to: FieldString.self) }
    }

    @inline(__always)
    mutating func append(
        _ string: JSONString, of field: FailureField, _ role: FieldString.Role, _ scanner: JSONScanner
    ) {
        // A decoded text loses two quotes and gains a NUL.
        if case .text = role { room.bytes &+= UInt32(truncatingIfNeeded: string.end - string.quote) }
        room.strings &+= 1
        if stringCount == stringCapacity { grow() }
        allStrings?[stringCount] = FieldString(
            start: scanner.offset(string.quote), end: scanner.offset(string.end), field: field, role: role,
            isEscaped: string.isEscaped)
        stringCount &+= 1
    }

    @inline(never)
    private mutating func grow() {
        stringCapacity = max(32, stringCapacity &* 2)
        let size = FailureFields.spanSize &+ stringCapacity &* MemoryLayout<FieldString>.stride
        let start = memory?.assumingMemoryBound(to: UInt8.self)
        memory = UnsafeMutableRawPointer(reallocate(start, size))
    }

    mutating func removeStrings() {
        stringCount = 0
    }

    /// Lends the strings from one index up to another.
    func strings(_ first: Int, _ end: Int) -> UnsafeMutableBufferPointer<FieldString> {
        UnsafeMutableBufferPointer(
            start: allStrings.map { $0 + first }, count: memory == nil ? 0 : end &- first)
    }

    /// The index of the first string at `offset` or behind it.
    private func firstString(from offset: UInt32) -> Int {
        let strings = strings(0, stringCount)
        var low = 0
        var high = strings.count
        while low < high {
            let middle = (low &+ high) / 2
            if strings[middle].start < offset { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    // MARK: Room

    mutating func setCustomRoom(tags: Int, bytes: Int) {
        room.customTags = UInt32(truncatingIfNeeded: tags)
        room.customBytes = UInt32(clamping: bytes)
    }

    /// What the texts of the event take at most.
    var textRoom: FailureTextRoom {
        var result = room
        result.hasMergedLists =
            (present.contains(.services) && present.contains(.service))
            || (present.contains(.customTags) && present.contains(.custom))
        return result.isTooLarge ? result.withoutCustom : result
    }
}
