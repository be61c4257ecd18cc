// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Keeps secrets out of messages: replaces what a server, a proxy or libcurl repeats of them.
///
/// Each byte of a secret is recognised as it is, with its case changed, percent-encoded (RFC 3986), escaped as
/// JSON strings are (\", \/, \u0041), as HTML is (&amp;, &#65;, &#x41;),
/// and in the \x41 form of the library's own messages.
package struct Redactor {
    /// What is shorter would be found in ordinary words.
    private static let shortest = 4

    private let secrets: [Secret]

    /// How many bytes of a text a secret may take, each of its bytes written as &#x0041; at the longest.
    package let longestMatch: Int

    package init(_ secrets: [Secret]) {
        self.secrets = secrets.filter { $0.count >= Redactor.shortest }
        longestMatch = 12 &* self.secrets.reduce(0) { max($0, $1.count) }
    }

    /// The text with "[redacted]" in the place of each secret, and of secrets that overlap.
    package func redact(_ text: Text) -> Text {
        guard !secrets.isEmpty else { return text }
        return text.bytes.withUnsafeBufferPointer { source in
            var result = Text()
            var index = 0
            var hiddenUntil = 0
            while index < source.count {
                let end = secretEnd(source, index)
                if end > index, end > hiddenUntil {
                    if hiddenUntil <= index { result.append("[redacted]") }
                    hiddenUntil = end
                }
                if index >= hiddenUntil { result.append(byte: source[index]) }
                index &+= 1
            }
            return result
        }
    }

    /// Behind the longest secret that starts at `index`; `index` if none does.
    private func secretEnd(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        var end = index
        for secret in secrets {
            end = max(end, secret.withBytes { matchEnd(text, index, $0) })
        }
        return end
    }

    private func matchEnd(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ secret: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var index = start
        for wanted in secret {
            let encoded = EncodedByte(text, index)
            if encoded.length > 1, lowercased(encoded.value) == lowercased(wanted) {
                index &+= encoded.length
            } else if index < text.count, lowercased(text[index]) == lowercased(wanted) {
                index &+= 1
            } else {
                return start
            }
        }
        return index
    }
}

/// One byte of a text in an encoding that a sender may have chosen for it.
private struct EncodedByte {
    let value: UInt8
    /// How many bytes it takes; 0 if none of the encodings is here.
    let length: Int

    private static let entities: [(StaticString, UInt8)] = [
        ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")),
        ("&quot;", UInt8(ascii: "\"")), ("&apos;", UInt8(ascii: "'")),
    ]

    init(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) {
        (value, length) = EncodedByte.read(text, index)
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt8, Int) {
        guard index &+ 1 < text.count else { return (0, 0) }
        switch text[index] {
        case UInt8(ascii: "%"): return hexadecimal(text, index, digitsAt: 1, 2)
        case UInt8(ascii: "\\"): return escape(text, index)
        case UInt8(ascii: "&"): return entity(text, index)
        default: return (0, 0)
        }
    }

    private static func escape(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt8, Int) {
        switch text[index &+ 1] {
        case UInt8(ascii: "u"): hexadecimal(text, index, digitsAt: 2, 4)
        case UInt8(ascii: "x"): hexadecimal(text, index, digitsAt: 2, 2)
        default: (text[index &+ 1], 2)
        }
    }

    private static func hexadecimal(
        _ text: UnsafeBufferPointer<UInt8>, _ index: Int, digitsAt offset: Int, _ digits: Int
    ) -> (UInt8, Int) {
        guard index &+ offset &+ digits <= text.count else { return (0, 0) }
        var value: UInt32 = 0
        for position in 0..<digits {
            guard let digit = hexValue(text[index &+ offset &+ position]) else { return (0, 0) }
            value = value << 4 | UInt32(digit)
        }
        return value < 256 ? (UInt8(truncatingIfNeeded: value), offset &+ digits) : (0, 0)
    }

    private static func entity(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt8, Int) {
        for (name, value) in entities {
            let count = name.utf8CodeUnitCount
            if index &+ count <= text.count, let base = text.baseAddress,
                memcmp(base + index, name.utf8Start, count) == 0
            {
                return (value, count)
            }
        }
        guard text[index &+ 1] == UInt8(ascii: "#") else { return (0, 0) }
        return character(text, index)
    }

    /// &#65; or &#x41;
    private static func character(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (UInt8, Int) {
        var place = index &+ 2
        let isHexadecimal = place < text.count && text[place] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { place &+= 1 }
        var value: UInt32 = 0
        var digits = 0
        while place < text.count, let digit = hexValue(text[place]), isHexadecimal || digit < 10, digits < 7 {
            value = value &* (isHexadecimal ? 16 : 10) &+ UInt32(digit)
            digits &+= 1
            place &+= 1
        }
        guard digits > 0, value < 256, place < text.count, text[place] == UInt8(ascii: ";") else { return (0, 0) }
        return (UInt8(truncatingIfNeeded: value), place &+ 1 &- index)
    }
}
