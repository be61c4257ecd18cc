// SPDX-License-Identifier: Apache-2.0

// ASCII, byte by byte: what is compared without regard to language.

func isControl(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}

func isHexDigit(_ byte: UInt8) -> Bool {
    hexValue(byte) != nil
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
}

package func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "A") &+ (value &- 10)
}

/// Digits alone, as a number of at most `limit`; nil for anything else.
func decimal(_ text: ArraySlice<UInt8>, upTo limit: Int) -> Int? {
    guard !text.isEmpty else { return nil }
    var number = 0
    for byte in text {
        guard isDigit(byte), number <= limit else { return nil }
        number = number &* 10 &+ Int(byte &- UInt8(ascii: "0"))
    }
    return number <= limit ? number : nil
}

/// Whether a text from outside is a fixed ASCII word, in any case.
package func equals(_ text: Text, _ word: StaticString) -> Bool {
    guard text.bytes.count == word.utf8CodeUnitCount else { return false }
    return text.bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return true }
        return equalIgnoringCase(base, word.utf8Start, bytes.count)
    }
}

func contains(_ set: StaticString, _ byte: UInt8) -> Bool {
    UnsafeBufferPointer(start: set.utf8Start, count: set.utf8CodeUnitCount).contains(byte)
}

/// Compares ASCII without case. Stops at the first difference, thus at a NUL of the left side.
func equalIgnoringCase(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    for index in 0..<count {
        let byte = left[index]
        if byte == 0 || lowercased(byte) != lowercased(right[index]) { return false }
    }
    return true
}

func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}
