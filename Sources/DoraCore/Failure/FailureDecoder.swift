// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Where a field's value stands in the body.
struct FieldSpan {
    var start: UInt32 = 0
    /// Behind the value; 0 if the event does not carry the field.
    var end: UInt32 = 0
    /// For a string: whether it holds escapes. For a list: how many strings it holds.
    var detail: UInt32 = 0

    var isPresent: Bool { end != 0 }
    var length: Int { Int(end &- start) }
}

/// The first of two steps: one pass over the body that holds all of it against RFC 8259 and notes
/// where the known fields stand. Of equal names the last one counts, at every level.
struct FailureDecoder: ~Copyable {
    var reader: JSONReader
    private(set) var spans: InlineArray<17, FieldSpan> = .init(repeating: FieldSpan())

    var scanner: JSONScanner { reader.scanner }

    init(_ scanner: JSONScanner) {
        reader = JSONReader(scanner, isWatching: true)
    }

    mutating func readDocument() throws(JSONFault) {
        if scanner.start.pointee == 0xEF { throw scanner.fault(.byteOrderMark, scanner.start) }
        let place = scanner.skipSpace(scanner.start)
        let end =
            place.pointee == UInt8(ascii: "{")
            ? try readObject(.document, place, depth: 1)
            : try reader.skipValue(place, depth: 0)
        let rest = scanner.skipSpace(end)
        if rest != scanner.end { throw scanner.fault(.trailingText, rest) }
    }

    func span(_ field: FailureField) -> FieldSpan {
        spans[field.rawValue]
    }

    /// The first byte of a field's value.
    func place(_ field: FailureField) -> BytePointer? {
        let span = span(field)
        return span.isPresent ? scanner.start + Int(span.start) : nil
    }

    // MARK: Objects

    /// An object of the schema, itself at level `depth`. They lie in one another at most four deep.
    private mutating func readObject(
        _ object: FailureObject, _ brace: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        let mark = reader.names.count
        var seen: UInt32 = 0
        var place = brace
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let name = try reader.readName(&place)
            if let field = name.withShortName({ object.field($0, count: $1) }) {
                let bit: UInt32 = 1 &<< UInt32(truncatingIfNeeded: field.rawValue)
                if seen & bit != 0 { forget(field, name) }
                seen |= bit
                place = try readField(field, place, depth: depth)
            } else {
                reader.names.push(name)
                place = try reader.skipValue(place, depth: depth)
            }
            hasMember = try reader.nextMember(&place)
        }
        reader.closeNames(from: mark)
        return place
    }

    /// The field stands in its object a second time.
    private mutating func forget(_ field: FailureField, _ name: JSONName) {
        reader.violations.add(.duplicateName, scanner.offset(name.quote))
        guard let object = FailureObject(field) else { return }
        for inner in object.fields { spans[inner] = FieldSpan() }
    }

    // MARK: Values

    private mutating func readField(
        _ field: FailureField, _ value: BytePointer, depth: Int
    ) throws(JSONFault) -> BytePointer {
        let end: BytePointer
        var detail: UInt32 = 0
        switch value.pointee {
        case UInt8(ascii: "\""):
            let string = try reader.skipString(value)
            detail = string.isEscaped ? 1 : 0
            end = string.end
        case UInt8(ascii: "["):
            (end, detail) = try readList(value, depth: depth &+ 1)
        case UInt8(ascii: "{"):
            if let object = FailureObject(field) {
                end = try readObject(object, value, depth: depth &+ 1)
            } else {
                end = try reader.skipValue(value, depth: depth)
            }
        default:
            end = try scanner.skipNumberOrLiteral(value)
        }
        spans[field.rawValue] = FieldSpan(start: scanner.offset(value), end: scanner.offset(end), detail: detail)
        return end
    }

    /// An array at level `depth`, and how many of its elements are strings.
    private mutating func readList(
        _ bracket: BytePointer, depth: Int
    ) throws(JSONFault) -> (end: BytePointer, strings: UInt32) {
        var strings: UInt32 = 0
        var place = bracket
        var hasElement = reader.enterArray(&place)
        while hasElement {
            if place.pointee == UInt8(ascii: "\"") {
                strings &+= 1
                place = try reader.skipString(place).end
            } else {
                place = try reader.skipValue(place, depth: depth)
            }
            hasElement = try reader.nextElement(&place)
        }
        return (place, strings)
    }
}
