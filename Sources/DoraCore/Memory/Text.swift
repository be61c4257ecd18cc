// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Text under construction, as UTF-8 bytes: messages, URLs, header lines.
///
/// `String` is not used for them: its comparison brings Unicode tables along, and what comes from
/// outside need not be valid UTF-8.
package struct Text {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package init(_ text: StaticString) {
        append(text)
    }

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(copying cString: UnsafePointer<CChar>) {
        append(cString: cString)
    }

    package var isEmpty: Bool { bytes.isEmpty }

    package mutating func append(_ text: StaticString) {
        append(text.utf8Start, count: text.utf8CodeUnitCount)
    }

    package mutating func append(cString: UnsafePointer<CChar>) {
        cString.withMemoryRebound(to: UInt8.self, capacity: 1) { append($0, count: strlen(cString)) }
    }

    package mutating func append(_ start: UnsafePointer<UInt8>, count: Int) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }

    package mutating func append(_ other: Text) {
        bytes.append(contentsOf: other.bytes)
    }

    package mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    package mutating func append(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(unsigned: number.magnitude)
    }

    package mutating func append(_ number: Int) {
        append(Int64(number))
    }

    package mutating func append(unsigned number: UInt64) {
        if number >= 10 { append(unsigned: number / 10) }
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    /// A value from outside, quoted for a message on one line: bytes that are not printable text
    /// are written \xNN, and what is longer than `limit` bytes is cut.
    package mutating func append(quoted value: Text, limit: Int = 120) {
        bytes.append(UInt8(ascii: "\""))
        value.bytes.withUnsafeBufferPointer { appendPrintable($0, limit: limit) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func appendPrintable(_ value: UnsafeBufferPointer<UInt8>, limit: Int) {
        var index = 0
        while index < value.count {
            if index >= limit {
                append("...")
                return
            }
            let length = utf8SequenceLength(value, at: index)
            if length == 0 || value[index] < 0x20 || value[index] == 0x7F || isC1Control(value, at: index) {
                append("\\x")
                bytes.append(hexDigit(value[index] >> 4))
                bytes.append(hexDigit(value[index] & 15))
                index &+= 1
            } else {
                for offset in 0..<length { bytes.append(value[index &+ offset]) }
                index &+= length
            }
        }
    }

    /// U+0080 to U+009F: terminals obey them.
    private func isC1Control(_ value: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        value[index] == 0xC2 && index &+ 1 < value.count && value[index &+ 1] < 0xA0
    }

    package func copied() -> ByteBuffer {
        var buffer = ByteBuffer(capacity: bytes.count)
        bytes.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { buffer.append(start, count: source.count) }
        }
        return buffer
    }

    /// Lends the text as a C string. It must hold no NUL.
    package func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        let stable = StableText(self)
        return withExtendedLifetime(stable) { body(stable.cString) }
    }
}

/// The length of the well-formed UTF-8 sequence at `index` (RFC 3629), 0 if there is none.
package func utf8SequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    guard index < bytes.count, let base = bytes.baseAddress else { return 0 }
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    guard lead >= 0xC2, lead <= 0xF4, bytes.count &- index >= length else { return 0 }
    let second = base[index &+ 1]
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0xE0: low = 0xA0
    case 0xED: high = 0x9F
    case 0xF0: low = 0x90
    case 0xF4: high = 0x8F
    default: break
    }
    guard second >= low, second <= high else { return 0 }
    for offset in 2..<max(length, 2) where base[index &+ offset] & 0xC0 != 0x80 { return 0 }
    return length
}

/// Text that keeps its address: what the C API lends as `const char *`.
package final class StableText {
    private let start: UnsafeMutablePointer<UInt8>
    package let count: Int

    package init(_ text: Text) {
        count = text.bytes.count
        start = reallocate(nil, count &+ 1)
        text.bytes.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { memcpy(start, base, source.count) }
        }
        start[count] = 0
    }

    deinit {
        free(start)
    }

    package var cString: UnsafePointer<CChar> {
        UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
    }

    package var text: Text {
        withExtendedLifetime(self) { Text(Array(UnsafeBufferPointer(start: start, count: count))) }
    }
}
