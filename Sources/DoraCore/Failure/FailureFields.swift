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

/// The fields that an event carries.
struct FailureFields: ~Copyable {
    private(set) var present = FieldSet()
    /// Those whose value, or something in it, is not of a form that the field is known to have.
    private(set) var odd = FieldSet()
    /// Their strings, of one event or of many one after the other.
    var strings = FieldStringList()
    /// What the strings of the event take, those that were forgotten included.
    private var room = FailureTextRoom()
    /// One for each field; those of absent fields hold anything.
    private let spans: UnsafeMutablePointer<FieldSpan> = reallocate(nil, FailureField.count)

    deinit {
        free(spans)
    }

    /// Begins another event, whose strings follow those of the last one.
    mutating func beginEvent() {
        present = FieldSet()
        odd = FieldSet()
        room = FailureTextRoom()
    }

    /// The span of a field; an empty one if the event does not carry it.
    @inline(__always)
    subscript(field: FailureField) -> FieldSpan {
        present.contains(field) ? spans[field.rawValue] : FieldSpan()
    }

    @inline(__always)
    mutating func set(_ field: FailureField, _ span: FieldSpan) {
        present.insert(field)
        spans[field.rawValue] = span
    }

    mutating func noteOdd(_ field: FailureField) {
        odd.insert(field)
    }

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

    @inline(__always)
    mutating func append(
        _ string: JSONString, of field: FailureField, _ role: FieldString.Role, _ scanner: JSONScanner
    ) {
        // A decoded text loses two quotes and gains a NUL.
        if case .text = role { room.bytes &+= UInt32(truncatingIfNeeded: string.end - string.quote) }
        room.strings &+= 1
        strings.append(
            FieldString(
                start: scanner.offset(string.quote), end: scanner.offset(string.end), field: field, role: role,
                isEscaped: string.isEscaped))
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
        let inside = strings.slice(strings.firstIndex(from: value.start), strings.count)
        for index in inside.indices where inside[index].start < value.end { inside[index].role = .forgotten }
    }
}
