// SPDX-License-Identifier: Apache-2.0

import CCurl

typealias BytePointer = UnsafePointer<UInt8>

/// Eight bytes, the first of them lowest.
@inline(__always)
func loadWord(_ bytes: BytePointer) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
}

/// The lexical rules of RFC 8259 over a body that zero padding follows: each function takes the
/// place of a token, holds the token against the rules, and returns the place behind it.
///
/// A zero byte is no part of any token, so nothing is read beyond the padding; whole words may be
/// loaded wherever the body still is.
struct JSONScanner {
    let start: BytePointer
    let end: BytePointer

    /// Lends a scanner over a body that `terminate` was called on.
    init(start: BytePointer, count: Int) {
        self.start = start
        end = start + count
    }

    init(_ body: borrowing ByteBuffer) {
        // What was terminated has memory.
        guard let start = body.start else { abort() }
        self.init(start: start, count: body.count)
    }

    @inline(__always)
    func offset(_ place: BytePointer) -> UInt32 {
        UInt32(truncatingIfNeeded: place - start)
    }

    func fault(_ kind: JSONFault.Kind, _ place: BytePointer) -> JSONFault {
        place >= end ? JSONFault(.truncated, end - start) : JSONFault(kind, place - start)
    }

    // MARK: White space and literals

    @inline(__always)
    func skipSpace(_ place: BytePointer) -> BytePointer {
        place.pointee > 0x20 ? place : skipLongSpace(place)
    }

    @inline(never)
    private func skipLongSpace(_ start: BytePointer) -> BytePointer {
        // After a colon or a comma there is one, if any.
        if start.pointee == 0x20, start[1] > 0x20 { return start + 1 }
        var place = start
        while true {
            switch place.pointee {
            case 0x09, 0x0A, 0x0D:
                place += 1
            case 0x20:
                // Indentation comes in runs.
                let others = loadWord(place) ^ 0x2020_2020_2020_2020
                place += others == 0 ? 8 : others.trailingZeroBitCount &>> 3
            default:
                return place
            }
        }
    }

    private func skipLiteral(_ literal: StaticString, _ start: BytePointer) throws(JSONFault) -> BytePointer {
        for index in 0..<literal.utf8CodeUnitCount where start[index] != literal.utf8Start[index] {
            throw fault(.value, start + index)
        }
        return start + literal.utf8CodeUnitCount
    }

    func skipNumberOrLiteral(_ place: BytePointer) throws(JSONFault) -> BytePointer {
        switch place.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try skipNumber(place)
        case UInt8(ascii: "t"): return try skipLiteral("true", place)
        case UInt8(ascii: "f"): return try skipLiteral("false", place)
        case UInt8(ascii: "n"): return try skipLiteral("null", place)
        default: throw fault(.value, place)
        }
    }

    // MARK: Numbers

    private func skipNumber(_ start: BytePointer) throws(JSONFault) -> BytePointer {
        var place = start
        if place.pointee == UInt8(ascii: "-") { place += 1 }
        if place.pointee == UInt8(ascii: "0") {
            place += 1
            if isDigit(place.pointee) { throw fault(.number, place) }
        } else {
            place = try skipDigits(place)
        }
        if place.pointee == UInt8(ascii: ".") { place = try skipDigits(place + 1) }
        if place.pointee | 0x20 == UInt8(ascii: "e") {
            place += 1
            if place.pointee == UInt8(ascii: "+") || place.pointee == UInt8(ascii: "-") { place += 1 }
            place = try skipDigits(place)
        }
        return place
    }

    @inline(__always)
    private func skipDigits(_ start: BytePointer) throws(JSONFault) -> BytePointer {
        var place = start
        while areEightDigits(loadWord(place)) { place += 8 }
        while isDigit(place.pointee) { place += 1 }
        if place == start { throw fault(.number, place) }
        return place
    }

    // MARK: Strings

    /// To the first byte that is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    func skipPlainBytes(_ start: BytePointer) -> BytePointer {
        var place = start
        while true {
            let count = Int(shim_plain_bytes(place))
            if count < SHIM_VECTOR_SIZE { return place + count }
            // A step that does not depend on what was read: the next load need not wait for it.
            place += SHIM_VECTOR_SIZE
        }
    }

    /// A string that holds more than plain ASCII, from the first other byte on.
    @inline(never)
    func skipSpecialString(_ first: BytePointer) throws(JSONFault) -> ScannedValue {
        var place = first
        var isEscaped = false
        var hasUnpairedSurrogate = false
        while true {
            let byte = place.pointee
            if byte >= 0x80 {
                place += try multibyteLength(place)
            } else if byte == UInt8(ascii: "\"") {
                return ScannedValue(end: place + 1, isEscaped: isEscaped, hasUnpairedSurrogate: hasUnpairedSurrogate)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
                let escape = try scanEscape(place)
                hasUnpairedSurrogate = hasUnpairedSurrogate || escape.isUnpairedSurrogate
                place += escape.length
            } else if byte < 0x20 {
                throw fault(.controlCharacter, place)
            } else {
                place = skipPlainBytes(place)
            }
        }
    }

    @inline(__always)
    private func multibyteLength(_ place: BytePointer) throws(JSONFault) -> Int {
        let length = utf8SequenceLength(UnsafeBufferPointer(start: place, count: end - place), at: 0)
        if length == 0 { throw fault(.invalidUTF8, place) }
        return length
    }

    private func scanEscape(_ place: BytePointer) throws(JSONFault) -> JSONEscape {
        let escape = JSONEscape(at: place)
        if escape.length == 0 { throw fault(.escape, place) }
        return escape
    }
}

/// A value that was found well-formed.
struct ScannedValue {
    /// The place behind it.
    let end: BytePointer
    let isEscaped: Bool
    let hasUnpairedSurrogate: Bool
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10
}

/// Whether all eight bytes are digits: 0x30 to 0x39. Adding 6 to one that is more carries out of its lower half,
/// and a carry out of a whole byte comes of one that is none anyway.
@inline(__always)
func areEightDigits(_ word: UInt64) -> Bool {
    let upperHalves: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    let zeros: UInt64 = 0x3030_3030_3030_3030
    return word & upperHalves == zeros && (word &+ 0x0606_0606_0606_0606) & upperHalves == zeros
}

/// Why a text is not JSON, and at which byte.
package struct JSONFault: Error {
    package enum Kind: UInt8 {
        case value, name, colon, commaOrBrace, commaOrBracket
        case number, escape, controlCharacter, invalidUTF8
        case byteOrderMark, tooDeep, trailingText, truncated
    }

    package let kind: Kind
    package let offset: Int

    init(_ kind: Kind, _ offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    package var message: Text {
        var text = Text("not JSON at byte ")
        text.append(offset)
        text.append(": ")
        text.append(explanation)
        return text
    }

    private var explanation: StaticString {
        switch kind {
        case .value: "a value was expected"
        case .name: "a name in quotes was expected"
        case .colon: "a ':' was expected"
        case .commaOrBrace: "a ',' or '}' was expected"
        case .commaOrBracket: "a ',' or ']' was expected"
        case .number: "a malformed number"
        case .escape: "a malformed escape in a string"
        case .controlCharacter: "a control character in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .byteOrderMark: "a byte order mark"
        case .tooDeep: "nested deeper than 512 levels"
        case .trailingText: "text after the end of the document"
        case .truncated: "the text ends too early"
        }
    }
}
