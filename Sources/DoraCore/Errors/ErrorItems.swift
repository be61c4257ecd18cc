// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The errors that an error body of the API lists, in either documented form, or both mixed:
/// objects, and strings, which are titles. They never change once made.
package final class ErrorItems {
    /// Where each item's record starts.
    private let offsets: [UInt32]
    private let records: ByteBuffer

    init(_ offsets: [UInt32], _ records: consuming ByteBuffer) {
        self.offsets = offsets
        self.records = records
    }

    /// nil for a body that is no JSON or has no list of errors.
    package static func decode(_ body: borrowing ByteBuffer) -> ErrorItems? {
        guard let start = body.start else { return nil }
        // What `terminate` does, for a buffer that is only lent: it always has room for the padding.
        memset(start + body.count, 0, ByteBuffer.padding)
        var decoder = ErrorItemsDecoder(JSONScanner(start: start, count: body.count))
        do throws(JSONFault) {
            guard let list = try decoder.findList() else { return nil }
            try decoder.readItems(list)
        } catch {
            return nil
        }
        return decoder.finish()
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
enum ErrorField: UInt8 {
    case title, detail, status, sourcePointer, sourceParameter, sourceHeader, meta

    static let count = 7
    static let sourceFields = 3..<6

    var bit: UInt8 { 1 &<< rawValue }
}
