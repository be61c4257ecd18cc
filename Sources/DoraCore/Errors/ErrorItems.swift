// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The errors that an error body of the API lists, in either documented form, or both mixed:
/// objects, and strings, which are titles. They never change once made.
package final class ErrorItems {
    /// Where each item's record starts.
    private let offsets: [UInt32]
    private let records: ByteBuffer

    private init(_ offsets: [UInt32], _ records: consuming ByteBuffer) {
        self.offsets = offsets
        self.records = records
    }

    /// nil for a body that is no JSON or has no list of errors.
    package static func decode(_ body: borrowing ByteBuffer) -> ErrorItems? {
        guard let start = body.start else { return nil }
        // What `terminate` does, for a buffer that is only lent: it always has room for the padding.
        memset(start + body.count, 0, ByteBuffer.padding)
        let scanner = JSONScanner(start: start, count: body.count)
        var reader = JSONReader(scanner, isWatching: false)
        do throws(JSONFault) {
            let value = try reader.enterDocument()
            try reader.leaveDocument(try reader.skipValue(value, depth: 0))
            guard value.pointee == UInt8(ascii: "{"),
                let list = JSONPointer(literal: "/errors").value(in: value, &reader)?.start,
                list.pointee == UInt8(ascii: "[")
            else { return nil }
            return try read(list, &reader)
        } catch {
            return nil
        }
    }

    private static func read(_ list: BytePointer, _ reader: inout JSONReader) throws(JSONFault) -> ErrorItems {
        var offsets: [UInt32] = []
        var records = ByteBuffer()
        var place = list
        var hasElement = reader.enterArray(&place)
        while hasElement {
            offsets.append(UInt32(truncatingIfNeeded: records.count))
            records.append(errorItem: place, &reader)
            place = try reader.skipValue(place, depth: 0)
            hasElement = try reader.nextElement(&place)
        }
        records.shrink()
        return ErrorItems(offsets, records)
    }

    package var count: Int { offsets.count }

    package func title(_ index: Int) -> UnsafePointer<CChar>? { text(.title, index) }
    package func detail(_ index: Int) -> UnsafePointer<CChar>? { text(.detail, index) }
    package func status(_ index: Int) -> UnsafePointer<CChar>? { text(.status, index) }
    package func sourcePointer(_ index: Int) -> UnsafePointer<CChar>? { text(.sourcePointer, index) }
    package func sourceParameter(_ index: Int) -> UnsafePointer<CChar>? { text(.sourceParameter, index) }
    package func sourceHeader(_ index: Int) -> UnsafePointer<CChar>? { text(.sourceHeader, index) }

    /// Where the JSON text of an item's `meta` stands in the body.
    package func meta(_ index: Int) -> (offset: Int, length: Int)? {
        guard let place = place(.meta, index) else { return nil }
        let start = UnsafeRawPointer(place)
        let offset = UInt32(littleEndian: start.loadUnaligned(as: UInt32.self))
        let length = UInt32(littleEndian: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        return (Int(offset), Int(length))
    }

    private func text(_ field: ErrorField, _ index: Int) -> UnsafePointer<CChar>? {
        place(field, index).map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
    }

    private func place(_ field: ErrorField, _ index: Int) -> UnsafePointer<UInt8>? {
        guard index >= 0, index < offsets.count, let start = records.start else { return nil }
        var place = UnsafePointer(start) + Int(offsets[index])
        let present = place.pointee
        guard present & field.bit != 0 else { return nil }
        place += 1
        for earlier in 0..<field.rawValue where present & 1 &<< earlier != 0 {
            place += strlen(UnsafeRawPointer(place).assumingMemoryBound(to: CChar.self)) &+ 1
        }
        return place
    }
}

/// The fields of an item, in the order of its record: a byte that says which are there, the strings
/// with a NUL each, then where `meta` starts in the body and how long it is.
private enum ErrorField: UInt8, CaseIterable {
    case title, detail, status, sourcePointer, sourceParameter, sourceHeader, meta

    var bit: UInt8 { 1 &<< rawValue }

    /// Of equal names the last one counts, as everywhere.
    var pointer: JSONPointer {
        switch self {
        case .title: JSONPointer(literal: "/title")
        case .detail: JSONPointer(literal: "/detail")
        case .status: JSONPointer(literal: "/status")
        case .sourcePointer: JSONPointer(literal: "/source/pointer")
        case .sourceParameter: JSONPointer(literal: "/source/parameter")
        case .sourceHeader: JSONPointer(literal: "/source/header")
        case .meta: JSONPointer(literal: "/meta")
        }
    }
}

extension ByteBuffer {
    /// The record of an item: an object, or a string that is the title. Anything else has no fields.
    fileprivate mutating func append(errorItem item: BytePointer, _ reader: inout JSONReader) {
        let offset = count
        append(0)
        var present: UInt8 = 0
        if item.pointee == UInt8(ascii: "\"") {
            append(decoding: item)
            present = ErrorField.title.bit
        } else if item.pointee == UInt8(ascii: "{") {
            for field in ErrorField.allCases {
                guard let value = field.pointer.value(in: item, &reader) else { continue }
                if case .meta = field {
                    append(littleEndian: reader.scanner.offset(value.start))
                    append(littleEndian: reader.scanner.offset(value.end) &- reader.scanner.offset(value.start))
                } else if value.start.pointee == UInt8(ascii: "\"") {
                    append(decoding: value.start)
                } else {
                    continue
                }
                present |= field.bit
            }
        }
        start?[offset] = present
    }

    private mutating func append(littleEndian number: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] { append(UInt8(truncatingIfNeeded: number &>> shift)) }
    }

    /// The decoded bytes of a string up to a NUL, out of whose reach a C string ends, and a NUL.
    private mutating func append(decoding quote: BytePointer) {
        var sequence = JSONByteSequence(quote: quote)
        while let byte = sequence.next(), byte != 0 { append(byte) }
        append(0)
    }
}
