// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A string as it stands in the JSON: a member's name or a value.
struct JSONString {
    /// The opening quote.
    let quote: BytePointer
    /// Behind the closing quote.
    let end: BytePointer
    let isEscaped: Bool

    /// How many bytes lie between the quotes: no fewer than the decoded string has.
    var length: Int { end - quote &- 2 }

    /// Whether a NUL is among the decoded bytes.
    var holdsNUL: Bool {
        var sequence = JSONByteSequence(quote: quote)
        while let byte = sequence.next() {
            if byte == 0 { return true }
        }
        return false
    }

    /// No known name has more bytes.
    static let shortLength = 15

    /// Lends the decoded string if it is short enough to be a known name.
    @inline(__always)
    func withShortName<R>(_ body: (BytePointer, Int) -> R?) -> R? {
        if isEscaped { return withDecodedShortName(body) }
        return length <= JSONString.shortLength ? body(quote + 1, length) : nil
    }

    /// A quote follows the decoded name.
    func withDecodedShortName<R>(_ body: (BytePointer, Int) -> R?) -> R? {
        var decoded: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &decoded) { memory in
            guard let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            let count = decodeString(quote: quote, to: start, limit: JSONString.shortLength)
            guard count <= JSONString.shortLength else { return nil }
            start[count] = UInt8(ascii: "\"")
            return body(start, count)
        }
    }
}

/// One escape sequence of a string (RFC 8259 section 7), a surrogate pair being one.
struct JSONEscape {
    /// How many bytes it takes; 0 if it is malformed.
    let length: Int
    let scalar: UInt32
    let isUnpairedSurrogate: Bool

    /// `place` is the backslash; padding follows the text.
    init(at place: BytePointer) {
        if place[1] == UInt8(ascii: "u") {
            self.init(unicodeAt: place)
        } else {
            let scalar = JSONEscape.simple(place[1])
            self.init(length: scalar == 0 ? 0 : 2, scalar: scalar, isUnpairedSurrogate: false)
        }
    }

    private init(length: Int, scalar: UInt32, isUnpairedSurrogate: Bool) {
        self.length = length
        self.scalar = scalar
        self.isUnpairedSurrogate = isUnpairedSurrogate
    }

    private init(unicodeAt place: BytePointer) {
        guard let unit = JSONEscape.hexUnit(place + 2) else {
            self.init(length: 0, scalar: 0, isUnpairedSurrogate: false)
            return
        }
        guard unit & 0xF800 == 0xD800 else {
            self.init(length: 6, scalar: unit, isUnpairedSurrogate: false)
            return
        }
        if unit < 0xDC00, place[6] == UInt8(ascii: "\\"), place[7] == UInt8(ascii: "u"),
            let low = JSONEscape.hexUnit(place + 8), low & 0xFC00 == 0xDC00
        {
            let scalar = 0x10000 &+ ((unit & 0x3FF) &<< 10) &+ (low & 0x3FF)
            self.init(length: 12, scalar: scalar, isUnpairedSurrogate: false)
        } else {
            self.init(length: 6, scalar: 0xFFFD, isUnpairedSurrogate: true)
        }
    }

    private static func simple(_ letter: UInt8) -> UInt32 {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt32(letter)
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: 0
        }
    }

    private static func hexUnit(_ digits: BytePointer) -> UInt32? {
        var unit: UInt32 = 0
        for index in 0..<4 {
            let byte = digits[index]
            let letter = (byte | 0x20) &- UInt8(ascii: "a")
            if isDigit(byte) {
                unit = unit &<< 4 | UInt32(byte &- UInt8(ascii: "0"))
            } else if letter < 6 {
                unit = unit &<< 4 | UInt32(letter &+ 10)
            } else {
                return nil
            }
        }
        return unit
    }
}

/// The decoded bytes of a string that was found well-formed, a few at a time.
struct JSONStringDecoder {
    /// Behind the opening quote.
    private var place: BytePointer

    init(quote: BytePointer) {
        place = quote + 1
    }

    /// The next 1 to 4 bytes of UTF-8, the first of them lowest; nil at the end.
    @inline(__always)
    mutating func next() -> (bytes: UInt32, count: Int)? {
        let byte = place.pointee
        if byte == UInt8(ascii: "\"") || byte < 0x20 { return nil }
        if byte != UInt8(ascii: "\\") {
            place += 1
            return (UInt32(byte), 1)
        }
        let escape = JSONEscape(at: place)
        if escape.length == 0 { return nil }
        place += escape.length
        return encodeUTF8(escape.scalar)
    }
}

private func encodeUTF8(_ scalar: UInt32) -> (bytes: UInt32, count: Int) {
    if scalar < 0x80 { return (scalar, 1) }
    let last = 0x80 | scalar & 0x3F
    if scalar < 0x800 { return (0xC0 | scalar &>> 6 | last &<< 8, 2) }
    let third = 0x80 | scalar &>> 6 & 0x3F
    if scalar < 0x10000 { return (0xE0 | scalar &>> 12 | third &<< 8 | last &<< 16, 3) }
    let second = 0x80 | scalar &>> 12 & 0x3F
    return (0xF0 | scalar &>> 18 | second &<< 8 | third &<< 16 | last &<< 24, 4)
}

/// Writes the first `limit` decoded bytes of a string that was found well-formed; returns how many there
/// are in all.
///
/// - Parameter hasSlack: whether up to a vector of bytes behind `limit` may be overwritten.
func decodeString(
    quote: BytePointer, to target: UnsafeMutablePointer<UInt8>?, limit: Int, hasSlack: Bool = false
) -> Int {
    var place = quote + 1
    var count = 0
    while true {
        let run = Int(shim_unescaped_bytes(place))
        let room = limit &- count
        if let target, room > 0 {
            if run < SHIM_VECTOR_SIZE ? hasSlack : room >= SHIM_VECTOR_SIZE {
                copyVector(from: place, to: target + count)
            } else {
                memcpy(target + count, place, min(run, room))
            }
        }
        place += run
        count &+= run
        if run == SHIM_VECTOR_SIZE { continue }
        guard place.pointee == UInt8(ascii: "\\") else { return count }
        let escape = JSONEscape(at: place)
        if escape.length == 0 { return count }
        place += escape.length
        var (bytes, length) = encodeUTF8(escape.scalar)
        while length > 0 {
            if count < limit, let target { target[count] = UInt8(truncatingIfNeeded: bytes) }
            bytes &>>= 8
            count &+= 1
            length &-= 1
        }
    }
}

@inline(__always)
func copyVector(from source: BytePointer, to target: UnsafeMutablePointer<UInt8>) {
    let vector = UnsafeRawPointer(source).loadUnaligned(as: SIMD16<UInt8>.self)
    UnsafeMutableRawPointer(target).storeBytes(of: vector, as: SIMD16<UInt8>.self)
}

/// Whether two strings, given by their opening quotes, decode to the same bytes.
func stringsAreEqual(_ left: BytePointer, _ right: BytePointer) -> Bool {
    var left = JSONByteSequence(quote: left)
    var right = JSONByteSequence(quote: right)
    while true {
        let byte = left.next()
        if byte != right.next() { return false }
        if byte == nil { return true }
    }
}

/// Whether a string, given by its opening quote, decodes to some bytes.
func stringEquals(_ quote: BytePointer, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    // Most often the string says it in the same bytes. The body ends with a NUL.
    if let start = bytes.baseAddress, strncmp(quote + 1, start, bytes.count) == 0,
        quote[1 + bytes.count] == UInt8(ascii: "\""), memchr(start, 0x5C, bytes.count) == nil
    {
        return true
    }
    var sequence = JSONByteSequence(quote: quote)
    for byte in bytes {
        if sequence.next() != byte { return false }
    }
    return sequence.next() == nil
}

/// The decoded bytes of a string, one at a time.
struct JSONByteSequence {
    private var decoder: JSONStringDecoder
    private var bytes: UInt32 = 0
    private var count = 0

    init(quote: BytePointer) {
        decoder = JSONStringDecoder(quote: quote)
    }

    mutating func next() -> UInt8? {
        if count == 0 {
            guard let following = decoder.next() else { return nil }
            bytes = following.bytes
            count = following.count
        }
        let byte = UInt8(truncatingIfNeeded: bytes)
        bytes &>>= 8
        count &-= 1
        return byte
    }
}
