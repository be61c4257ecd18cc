// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A JSON Pointer (RFC 6901), looked up in a well-formed document. Of equal names the last one counts.
struct JSONPointer {
    private let start: BytePointer

    init(_ pointer: UnsafePointer<CChar>) {
        start = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
    }

    /// With a label: without one a literal would be a String, whose bytes are gone after this call.
    init(literal pointer: StaticString) {
        start = pointer.utf8Start
    }

    /// The value's text without white space around it; nil if nothing is there.
    func value(in scanner: JSONScanner) -> (start: BytePointer, end: BytePointer)? {
        guard isWellFormed else { return nil }
        var reader = JSONReader(scanner, isWatching: false)
        return value(in: scanner.skipSpace(scanner.start), &reader)
    }

    /// The same inside another value, for a pointer that is known to be well-formed.
    func value(in value: BytePointer, _ reader: inout JSONReader) -> (start: BytePointer, end: BytePointer)? {
        var token = ReferenceToken(start)
        var place = value
        do throws(JSONFault) {
            while token.enter() {
                guard let child = try JSONPointer.child(of: place, token, &reader) else { return nil }
                place = child
                token.skip()
            }
            return (place, try reader.skipValue(place, depth: 0))
        } catch {
            // The document is well-formed: this does not happen.
            return nil
        }
    }

    private var isWellFormed: Bool {
        var place = start
        if place.pointee != 0 && place.pointee != UInt8(ascii: "/") { return false }
        while place.pointee != 0 {
            let isEscape = place.pointee == UInt8(ascii: "~")
            place += 1
            if isEscape && place.pointee != UInt8(ascii: "0") && place.pointee != UInt8(ascii: "1") { return false }
        }
        return true
    }

    private static func child(
        of container: BytePointer, _ token: ReferenceToken, _ reader: inout JSONReader
    ) throws(JSONFault) -> BytePointer? {
        switch container.pointee {
        case UInt8(ascii: "{"): return try member(of: container, token, &reader)
        case UInt8(ascii: "["): return try element(of: container, token, &reader)
        default: return nil
        }
    }

    private static func member(
        of brace: BytePointer, _ token: ReferenceToken, _ reader: inout JSONReader
    ) throws(JSONFault) -> BytePointer? {
        var found: BytePointer?
        var place = brace
        var hasMember = reader.enterObject(&place)
        while hasMember {
            let name = try reader.readName(&place)
            if token.matches(quote: name.quote) { found = place }
            place = try reader.skipValue(place, depth: 0)
            hasMember = try reader.nextMember(&place)
        }
        return found
    }

    private static func element(
        of bracket: BytePointer, _ token: ReferenceToken, _ reader: inout JSONReader
    ) throws(JSONFault) -> BytePointer? {
        guard var index = token.arrayIndex else { return nil }
        var place = bracket
        var hasElement = reader.enterArray(&place)
        while hasElement && index > 0 {
            place = try reader.skipValue(place, depth: 0)
            hasElement = try reader.nextElement(&place)
            index &-= 1
        }
        return hasElement ? place : nil
    }
}

/// One reference token of a well-formed pointer: what stands between two slashes.
private struct ReferenceToken {
    private var place: BytePointer

    init(_ start: BytePointer) {
        place = start
    }

    /// Steps over the slash before the next token; false at the pointer's end.
    mutating func enter() -> Bool {
        guard place.pointee == UInt8(ascii: "/") else { return false }
        place += 1
        return true
    }

    mutating func skip() {
        while next() != nil {}
    }

    private mutating func next() -> UInt8? {
        let byte = place.pointee
        if byte == 0 || byte == UInt8(ascii: "/") { return nil }
        place += 1
        guard byte == UInt8(ascii: "~") else { return byte }
        let escaped = place.pointee
        place += 1
        return escaped == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/")
    }

    func matches(quote: BytePointer) -> Bool {
        var token = self
        var name = JSONByteSequence(quote: quote)
        while true {
            let byte = name.next()
            if byte != token.next() { return false }
            if byte == nil { return true }
        }
    }

    /// Digits without a leading zero; nil for anything else, and for more than any body has elements.
    var arrayIndex: UInt32? {
        var token = self
        guard let first = token.next(), isDigit(first) else { return nil }
        var index = UInt32(first &- UInt8(ascii: "0"))
        while let byte = token.next() {
            guard isDigit(byte), index != 0, index < 200_000_000 else { return nil }
            index = index &* 10 &+ UInt32(byte &- UInt8(ascii: "0"))
        }
        return index
    }
}
