// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One pass over the JSON that holds all of it against RFC 8259 and notes where the known fields and their
/// strings stand. Of equal names the last one counts, at every level.
///
/// One decoder serves a body that is an event, and the items of a page one after the other.
struct FailureDecoder: ~Copyable {
    var reader: JSONReader
    var fields = FailureFields()

    var scanner: JSONScanner { reader.scanner }

    init(_ scanner: JSONScanner) {
        reader = JSONReader(scanner, isWatching: true)
    }

    /// A body that is one event.
    mutating func readEvent() throws(JSONFault) {
        fields.beginEvent()
        var place = try reader.enterDocument()
        if place.pointee == UInt8(ascii: "{") {
            try readObject(.document, &place, depth: 1)
        } else {
            place = try reader.skipValue(place, depth: 0)
        }
        try reader.leaveDocument(place)
    }

    /// An item of a list, which is the `data` of an event.
    mutating func readItem(_ place: inout BytePointer) throws(JSONFault) {
        fields.beginEvent()
        // As deep as it is in an event of its own.
        try readField(.data, &place, depth: 1)
    }

    /// The first byte of a field's value.
    func place(_ field: FailureField) -> BytePointer? {
        let span = fields[field]
        return span.isPresent ? scanner.start + Int(span.start) : nil
    }

    // MARK: Objects

    /// An object of the schema, itself at level `depth`. They lie in one another at most four deep.
    private mutating func readObject(
        _ object: FailureObject, _ place: inout BytePointer, depth: Int
    ) throws(JSONFault) {
        let mark = reader.names.count
        var hasMember = reader.enterObject(&place)
        while hasMember {
            if place.pointee == UInt8(ascii: "\""), let known = object.field(at: place + 1) {
                if fields.present.contains(known.field) { forget(known.field, place) }
                place = try reader.skipColon(place + known.length + 2)
                try readField(known.field, &place, depth: depth)
            } else {
                try readOtherMember(object, &place, depth: depth)
            }
            hasMember = try reader.nextMember(&place)
        }
        reader.closeNames(from: mark)
    }

    /// A member whose name is unknown, or known and written with escapes.
    private mutating func readOtherMember(
        _ object: FailureObject, _ place: inout BytePointer, depth: Int
    ) throws(JSONFault) {
        let name = try reader.readName(&place)
        if name.isEscaped, let field = decodedField(object, name) {
            if fields.present.contains(field) { forget(field, name.quote) }
            try readField(field, &place, depth: depth)
        } else {
            reader.names.push(name)
            place = try reader.skipValue(place, depth: depth)
        }
    }

    private func decodedField(_ object: FailureObject, _ name: JSONString) -> FailureField? {
        name.withDecodedShortName { bytes, count in
            object.field(at: bytes).flatMap { $0.length == count ? $0.field : nil }
        }
    }

    /// The field stands in its object a second time.
    private mutating func forget(_ field: FailureField, _ name: BytePointer) {
        reader.violations.add(.duplicateName, scanner.offset(name))
        fields.forget(field)
    }

    // MARK: Values

    @inline(__always)
    private mutating func readField(
        _ field: FailureField, _ place: inout BytePointer, depth: Int
    ) throws(JSONFault) {
        let start = place
        if place.pointee == UInt8(ascii: "\"") {
            try readString(field, &place)
        } else {
            try readOther(field, &place, depth: depth)
        }
        fields.set(field, FieldSpan(start: scanner.offset(start), end: scanner.offset(place)))
    }

    @inline(__always)
    private mutating func readString(_ field: FailureField, _ place: inout BytePointer) throws(JSONFault) {
        let string = try reader.readString(place)
        place = string.end
        switch field.form {
        case .text, .names: fields.append(string, of: field, .text, scanner)
        case .time: break
        case .tags, .tagObject, .object: fields.noteOdd(field)
        }
    }

    private mutating func readOther(
        _ field: FailureField, _ place: inout BytePointer, depth: Int
    ) throws(JSONFault) {
        switch (place.pointee, field.form) {
        case (UInt8(ascii: "["), .names), (UInt8(ascii: "["), .tags):
            try readList(field, .text, &place, depth: depth &+ 1)
        case (UInt8(ascii: "{"), .object(let object)):
            try readObject(object, &place, depth: depth &+ 1)
        case (UInt8(ascii: "{"), .tagObject):
            try readCustom(&place, depth: depth &+ 1)
        case (_, .time):
            place = try reader.skipValue(place, depth: depth)
        default:
            fields.noteOdd(field)
            place = try reader.skipValue(place, depth: depth)
        }
    }

    /// A list of strings at level `depth`. Returns how many it holds.
    @discardableResult
    private mutating func readList(
        _ field: FailureField, _ role: FieldString.Role, _ place: inout BytePointer, depth: Int
    ) throws(JSONFault) -> Int {
        var count = 0
        var hasElement = reader.enterArray(&place)
        while hasElement {
            if place.pointee == UInt8(ascii: "\"") {
                let string = try reader.readString(place)
                fields.append(string, of: field, role, scanner)
                place = string.end
                count &+= 1
            } else {
                fields.noteOdd(field)
                place = try reader.skipValue(place, depth: depth)
            }
            hasElement = try reader.nextElement(&place)
        }
        return count
    }

    // MARK: The object `custom`

    /// A key is written with each of its values: without a limit, one long key with many short values would
    /// take the square of the event's length.
    private static func tagByteLimit(_ length: Int) -> Int {
        length &* 8 &+ 1 &<< 20
    }

    private mutating func readCustom(_ place: inout BytePointer, depth: Int) throws(JSONFault) {
        let start = place
        let mark = reader.names.count
        let firstString = fields.stringCount
        var tags = 0
        var bytes = 0
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let key = try reader.readName(&place)
            reader.names.push(key)
            fields.append(key, of: .custom, .key, scanner)
            let value = place
            let count = try readKeyed(&place, depth: depth)
            tags &+= count
            // Each string loses its quotes and gains the key, a ':' and a NUL.
            if count > 0 { bytes &+= count &* (key.end - key.quote) &+ (place - value) }
            hasMember = try reader.nextMember(&place)
        }
        if reader.noteDuplicates(from: mark) {
            forgetRepeatedKeys(from: firstString, reader.names.repeatedNames(from: mark))
        }
        reader.names.count = mark
        fields.setCustomRoom(tags: tags, bytes: min(bytes, FailureDecoder.tagByteLimit(place - start)))
    }

    /// The value of a key. Returns how many strings it holds.
    private mutating func readKeyed(_ place: inout BytePointer, depth: Int) throws(JSONFault) -> Int {
        switch place.pointee {
        case UInt8(ascii: "\""):
            let string = try reader.readString(place)
            fields.append(string, of: .custom, .keyed, scanner)
            place = string.end
            return 1
        case UInt8(ascii: "["):
            return try readList(.custom, .keyed, &place, depth: depth &+ 1)
        default:
            fields.noteOdd(.custom)
            place = try reader.skipValue(place, depth: depth)
            return 0
        }
    }

    private mutating func forgetRepeatedKeys(from first: Int, _ isRepeated: [Bool]) {
        let strings = fields.strings(first, fields.stringCount)
        var member = -1
        for index in strings.indices {
            if case .key = strings[index].role { member &+= 1 }
            if member >= 0, member < isRepeated.count, isRepeated[member] { strings[index].role = .forgotten }
        }
    }
}
