// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The objects of an error body's list.
private enum ErrorObject {
    case item, source
}

/// Reads the list of an error body. Of equal names the last one counts, as everywhere.
struct ErrorItemsDecoder: ~Copyable {
    private let scanner: JSONScanner
    private var reader: JSONReader
    private var offsets: [UInt32] = []
    private var records = ByteBuffer()
    /// Where the fields of the item being read stand; an end of 0 is an absent one.
    private var spans: InlineArray<7, FieldSpan> = .init(repeating: FieldSpan())

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
        reader = JSONReader(scanner, isWatching: false)
    }

    /// Holds the whole body against RFC 8259. Returns where the list starts, nil if there is none.
    mutating func findList() throws(JSONFault) -> BytePointer? {
        let brace = scanner.skipSpace(scanner.start)
        let end = try reader.skipValue(brace, depth: 0)
        let rest = scanner.skipSpace(end)
        if rest != scanner.end { throw scanner.fault(.trailingText, rest) }
        guard brace.pointee == UInt8(ascii: "{") else { return nil }
        var list: BytePointer?
        var place = brace
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let name = try reader.readName(&place)
            let isList = name.withShortName { bytes, count in count == 6 && memcmp(bytes, "errors", 6) == 0 }
            if isList == true { list = place }
            place = try reader.skipValue(place, depth: 0)
            hasMember = try reader.nextMember(&place)
        }
        return list?.pointee == UInt8(ascii: "[") ? list : nil
    }

    mutating func readItems(_ bracket: BytePointer) throws(JSONFault) {
        var place = bracket
        var hasElement = reader.enterArray(&place)
        while hasElement {
            spans = .init(repeating: FieldSpan())
            switch place.pointee {
            case UInt8(ascii: "\""): try readValue(.title, &place)
            case UInt8(ascii: "{"): try readObject(.item, &place)
            default: place = try reader.skipValue(place, depth: 0)
            }
            appendRecord()
            hasElement = try reader.nextElement(&place)
        }
    }

    consuming func finish() -> ErrorItems {
        records.shrink()
        return ErrorItems(offsets, records)
    }

    // MARK: One item

    /// An item, or the `source` inside it.
    private mutating func readObject(_ object: ErrorObject, _ place: inout BytePointer) throws(JSONFault) {
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let name = try reader.readName(&place)
            if object == .item, name.withShortName({ $1 == 6 && memcmp($0, "source", 6) == 0 }) == true {
                // A second source takes the place of the first one, whatever it is.
                for field in ErrorField.sourceFields { spans[field] = FieldSpan() }
                if place.pointee == UInt8(ascii: "{") {
                    try readObject(.source, &place)
                } else {
                    place = try reader.skipValue(place, depth: 0)
                }
            } else if let field = name.withShortName({ object.field($0, $1) }) {
                try readValue(field, &place)
            } else {
                place = try reader.skipValue(place, depth: 0)
            }
            hasMember = try reader.nextMember(&place)
        }
    }

    private mutating func readValue(_ field: ErrorField, _ place: inout BytePointer) throws(JSONFault) {
        let start = place
        place = try reader.skipValue(place, depth: 0)
        let counts = field == .meta || start.pointee == UInt8(ascii: "\"")
        spans[Int(field.rawValue)] =
            counts ? FieldSpan(start: scanner.offset(start), end: scanner.offset(place)) : FieldSpan()
    }

    private mutating func appendRecord() {
        offsets.append(UInt32(truncatingIfNeeded: records.count))
        var present: UInt8 = 0
        for index in 0..<ErrorField.count where spans[index].isPresent {
            present |= 1 &<< UInt8(truncatingIfNeeded: index)
        }
        records.append(present)
        for index in 0..<ErrorField.count where spans[index].isPresent {
            let span = spans[index]
            if index == Int(ErrorField.meta.rawValue) {
                records.append(littleEndian: span.start)
                records.append(littleEndian: span.end &- span.start)
            } else {
                records.append(decoding: scanner.start + Int(span.start))
            }
        }
    }
}

extension ErrorObject {
    fileprivate func field(_ name: BytePointer, _ count: Int) -> ErrorField? {
        self == .item ? itemField(name, count) : sourceField(name, count)
    }

    private func itemField(_ name: BytePointer, _ count: Int) -> ErrorField? {
        switch count {
        case 4: memcmp(name, "meta", 4) == 0 ? .meta : nil
        case 5: memcmp(name, "title", 5) == 0 ? .title : nil
        case 6:
            if memcmp(name, "detail", 6) == 0 {
                .detail
            } else if memcmp(name, "status", 6) == 0 {
                .status
            } else {
                nil
            }
        default: nil
        }
    }

    private func sourceField(_ name: BytePointer, _ count: Int) -> ErrorField? {
        switch count {
        case 6: memcmp(name, "header", 6) == 0 ? .sourceHeader : nil
        case 7: memcmp(name, "pointer", 7) == 0 ? .sourcePointer : nil
        case 9: memcmp(name, "parameter", 9) == 0 ? .sourceParameter : nil
        default: nil
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func append(littleEndian number: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: number &>> shift)) }
    }

    /// The decoded bytes of a string up to a NUL, out of whose reach a C string ends, and a NUL.
    fileprivate mutating func append(decoding quote: BytePointer) {
        var sequence = JSONByteSequence(quote: quote)
        while let byte = sequence.next(), byte != 0 { append(byte) }
        append(0)
    }
}
