// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

func text(_ string: String) -> Text {
    Text(Array(string.utf8))
}

@Suite struct TextTests {
    static func quoted(_ bytes: [UInt8], limit: Int = 120) -> String {
        var text = Text()
        text.append(quoted: Text(bytes), limit: limit)
        return string(text)
    }

    @Test func partsAreJoined() {
        var joined = Text("a fixed text, ")
        joined.append(cString: "a C string, ")
        joined.append(text("another text, "))
        joined.append(byte: UInt8(ascii: "b"))
        #expect(string(joined) == "a fixed text, a C string, another text, b")
        #expect(!joined.isEmpty)
        #expect(Text().isEmpty)
    }

    @Test(arguments: [0, 7, 10, 99, 100, -1, -10, 1_000_000_007, Int64.max, Int64.min])
    func numbers(number: Int64) {
        var text = Text()
        text.append(number)
        #expect(string(text) == String(number))
    }

    @Test func theLargestUnsignedNumber() {
        var text = Text()
        text.append(unsigned: UInt64.max)
        #expect(string(text) == "18446744073709551615")
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("with space", #""with space""#), ("größer €𝄞", #""größer €𝄞""#),
        ("line\nfeed", #""line\x0Afeed""#), ("\r\n", #""\x0D\x0A""#), ("tab\t", #""tab\x09""#),
        ("nul\u{0}", #""nul\x00""#),
        ("escape\u{1B}[31m", #""escape\x1B[31m""#), ("delete\u{7F}", #""delete\x7F""#),
        ("c1 control\u{9B}31m", #""c1 control\xC2\x9B31m""#), ("no c1 control\u{A0}", "\"no c1 control\u{A0}\""),
    ])
    func quotingKeepsToOneLine(value: String, expected: String) {
        #expect(TextTests.quoted(Array(value.utf8)) == expected)
    }

    @Test(
        arguments: [
            ([0xFF], #""\xFF""#), ([0x61, 0xC3], #""a\xC3""#), ([0xC3, 0x61], #""\xC3a""#),
            ([0xC0, 0xAF], #""\xC0\xAF""#), ([0xED, 0xA0, 0x80], #""\xED\xA0\x80""#),
            ([0xF4, 0x90, 0x80, 0x80], #""\xF4\x90\x80\x80""#), ([0xE2, 0x82], #""\xE2\x82""#),
        ] as [([UInt8], String)])
    func whatIsNoUTF8IsWrittenInHexadecimal(value: [UInt8], expected: String) {
        #expect(TextTests.quoted(value) == expected)
    }

    @Test func longValuesAreCut() {
        #expect(TextTests.quoted(Array("abcdef".utf8), limit: 6) == #""abcdef""#)
        #expect(TextTests.quoted(Array("abcdefg".utf8), limit: 6) == #""abcdef...""#)
        #expect(TextTests.quoted([UInt8](repeating: 0x61, count: 100_000)).utf8.count == 125)
    }

    @Test func noCharacterIsCutInTwo() {
        for limit in 0...12 {
            let cut = TextTests.quoted(Array("€€€€".utf8), limit: limit)
            #expect(!cut.contains("\\x") && !cut.contains("\u{FFFD}"), "limit \(limit): \(cut)")
        }
    }

    /// Swift's own decoder as the judge of every sequence of one to three bytes with a lead byte of each kind.
    @Test func sequencesAreThoseOfUTF8() {
        let edges: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xF0, 0xF4, 0xF5,
            0xFF,
        ]
        for lead in UInt8.min...UInt8.max {
            for second in edges {
                for third in edges {
                    let bytes = [lead, second, third, 0x80]
                    let length = bytes.withUnsafeBufferPointer { utf8SequenceLength($0, at: 0) }
                    let valid = (1...4).first {
                        String(validating: bytes.prefix($0), as: UTF8.self)?.unicodeScalars.count == 1
                    }
                    #expect(length == valid ?? 0, "\(bytes)")
                }
            }
        }
    }

    @Test func aStableTextEndsInANul() {
        let stable = StableText(text("größer"))
        #expect(string(stable.cString) == "größer")
        #expect(stable.count == "größer".utf8.count)
        #expect(string(StableText(Text())) == "")
    }
}
