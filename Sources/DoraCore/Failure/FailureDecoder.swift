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
        let start = try reader.enterDocument()
        let end =
            start.pointee == UInt8(ascii: "{")
            ? try readObject(.document, start, depth: 1)
            : try reader.skipValue(start, depth: 0)
        try reader.leaveDocument(end)
    }

    /// An item of a list, which is the `data` of an event.
    mutating func readItem(_ start: BytePointer) throws(JSONFault) -> BytePointer {
        fields.beginEvent()
        // As deep as it is in an event of its own.
        return try readField(.data, start, depth: 1)
    }

    /// The first byte of a field's value.
    func place(_ field: FailureField) -> BytePointer? {
        let span = fields[field]
        return span.isPresent ? scanner.start + Int(span.start) : nil
    }

    // MARK: Objects

    /// An object of the schema, itself at level `depth`. They lie in one another at most four deep.
    private mutating func readObject(
        _ object: FailureObject, _ brace: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        let mark = reader.names.count
        var place = brace
        var hasMember = reader.enterObject(&place)
        while hasMember {
            if place.pointee == UInt8(ascii: "\""), let known = object.field(at: place + 1) {
                if fields.present.contains(known.field) { forget(known.field, place) }
                let value = try reader.skipColon(place + known.length + 2)
                place = try readField(known.field, value, depth: depth)
            } else {
                place = try readOtherMember(object, place, depth: depth)
            }
            hasMember = try reader.nextMember(&place)
        }
        reader.closeNames(from: mark)
        return place
    }

    /// A member whose name is unknown, or known and written with escapes.
    private mutating func readOtherMember(
        _ object: FailureObject, _ quote: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        var place = quote
        let name = try reader.readName(&place)
        if name.isEscaped, let field = decodedField(object, name) {
            if fields.present.contains(field) { forget(field, quote) }
            return try readField(field, place, depth: depth)
        }
        reader.names.push(name)
        return try reader.skipValue(place, depth: depth)
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
        _ field: FailureField, _ start: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        let end =
            start.pointee == UInt8(ascii: "\"")
            ? try readString(field, start)
            : try readOther(field, start, depth: depth)
        fields.set(field, FieldSpan(start: scanner.offset(start), end: scanner.offset(end)))
        return end
    }

    @inline(__always)
    private mutating func readString(_ field: FailureField, _ quote: BytePointer) throws(JSONFault) -> BytePointer {
        let string = try reader.readString(quote)
        switch field.form {
        case .text, .names: fields.append(string, of: field, .text, scanner)
        case .time, .unread: break
        case .tags, .tagObject, .object: fields.noteOdd(field)
        }
        return string.end
    }

    private mutating func readOther(
        _ field: FailureField, _ start: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        switch (start.pointee, field.form) {
        case (UInt8(ascii: "["), .names), (UInt8(ascii: "["), .tags):
            return try readList(field, .text, start, depth: depth &+ 1).end
        case (UInt8(ascii: "{"), .object(let object)):
            return try readObject(object, start, depth: depth &+ 1)
        case (UInt8(ascii: "{"), .tagObject):
            return try readCustom(start, depth: depth &+ 1)
        case (_, .time), (_, .unread):
            return try reader.skipValue(start, depth: depth)
        default:
            fields.noteOdd(field)
            return try reader.skipValue(start, depth: depth)
        }
    }

    /// A list of strings at level `depth`, and how many it holds.
    private mutating func readList(
        _ field: FailureField, _ role: FieldString.Role, _ bracket: BytePointer, depth: Int
    ) throws(JSONFault) -> (end: BytePointer, count: Int) {
        var count = 0
        var place = bracket
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
        return (place, count)
    }

    // MARK: The object `custom`

    /// A key is written with each of its values: without a limit, one long key with many short values would
    /// take the square of the event's length.
    private static func tagByteLimit(_ length: Int) -> Int {
        length &* 8 &+ 1 &<< 20
    }

    private mutating func readCustom(_ brace: BytePointer, depth: Int) throws(JSONFault) -> BytePointer {
        let firstString = fields.stringCount
        var tags = 0
        var bytes = 0
        // Keys of different lengths need no closer look; most are.
        var lengths: UInt64 = 0
        var mayRepeat = false
        var place = brace
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let key = try reader.readName(&place)
            let length: UInt64 = 1 &<< UInt64(truncatingIfNeeded: key.length)
            mayRepeat = mayRepeat || key.isEscaped || lengths & length != 0
            lengths |= length
            fields.append(key, of: .custom, .key, scanner)
            let (end, count) = try readKeyed(place, depth: depth)
            tags &+= count
            // Each string loses its quotes and gains the key, a ':' and a NUL.
            if count > 0 { bytes &+= count &* (key.end - key.quote) &+ (end - place) }
            place = end
            hasMember = try reader.nextMember(&place)
        }
        if mayRepeat { forgetRepeatedKeys(from: firstString) }
        fields.setCustomRoom(tags: tags, bytes: min(bytes, FailureDecoder.tagByteLimit(place - brace)))
        return place
    }

    /// The value of a key, and how many strings it holds.
    private mutating func readKeyed(
        _ start: BytePointer, depth: Int
    ) throws(JSONFault) -> (end: BytePointer, count: Int) {
        switch start.pointee {
        case UInt8(ascii: "\""):
            let string = try reader.readString(start)
            fields.append(string, of: .custom, .keyed, scanner)
            return (string.end, 1)
        case UInt8(ascii: "["):
            return try readList(.custom, .keyed, start, depth: depth &+ 1)
        default:
            fields.noteOdd(.custom)
            return (try reader.skipValue(start, depth: depth), 0)
        }
    }

    private mutating func forgetRepeatedKeys(from first: Int) {
        let strings = fields.strings(first, fields.stringCount)
        let mark = reader.names.count
        for string in strings {
            if case .key = string.role { reader.names.push(string.string(in: scanner)) }
        }
        if reader.noteDuplicates(from: mark) {
            let isRepeated = reader.names.repeatedNames(from: mark)
            var member = -1
            for index in strings.indices {
                if case .key = strings[index].role { member &+= 1 }
                if member >= 0, member < isRepeated.count, isRepeated[member] { strings[index].role = .forgotten }
            }
        }
        reader.names.count = mark
    }
}
