// SPDX-License-Identifier: Apache-2.0

import CCurl
import Testing

@testable import DoraCore

@Suite struct JSONPointerTests {
    /// The document of RFC 6901 section 5, inside an event.
    static let members = #"""
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8
        """#

    @Test(
        arguments: [
            ("/foo", #"["bar", "baz"]"#), ("/foo/0", #""bar""#), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"), (#"/i\j"#, "5"), ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"), ("/foo/1", #""baz""#),
            ("/foo/2", nil), ("/foo/-", nil), ("/foo/00", nil), ("/foo/01", nil), ("/foo/+0", nil), ("/foo/ 0", nil),
            ("/foo/", nil), ("/foo/0/", nil), ("/foo/18446744073709551616", nil), ("/foo/4294967296", nil),
            ("/a/b", nil),
            ("/m~n", nil), ("/m~2", nil), ("/m~", nil), ("foo", nil), ("//", nil), ("/fo", nil), ("/fooo", nil),
        ] as [(String, String?)])
    func lookups(pointer: String, expected: String?) throws {
        let failure = try event(#"{"data":{\#(JSONPointerTests.members)}}"#)
        let pointer = pointer.hasPrefix("/") ? "/data" + pointer : pointer
        #expect(failure.json(at: pointer) == expected)
    }

    @Test func theWholeDocumentHasNoWhiteSpaceAround() throws {
        #expect(try event(" \n{\"data\": { } }\t").json(at: "") == "{\"data\": { } }")
    }

    @Test func theLastOfEqualNamesCounts() throws {
        let failure = try event(#"{"data":{"x":{"y":1},"x":{"z":2}}}"#)
        #expect(failure.json(at: "/data/x") == #"{"z":2}"#)
        #expect(failure.json(at: "/data/x/y") == nil)
    }

    @Test func onlyStringsAreCopiedAsStrings() throws {
        let failure = try event(#"{"data":{"s":"a\u0000\ud83d\ude00","n":1,"o":null,"l":["x"]}}"#)
        #expect(failure.text(at: "/data/s") == "a\0😀")
        #expect(failure.text(at: "/data/l/0") == "x")
        for pointer in ["/data/n", "/data/o", "/data/l", "/data", "", "/data/none"] {
            #expect(failure.text(at: pointer) == nil)
        }
    }

    @Test func copiesAreCutAsBySnprintf() throws {
        let failure = try event(#"{"data":{"s":"a\u00e9bc"}}"#)
        let cases: [(capacity: Int, json: String, string: [UInt8])] = [
            (1, "", []), (2, "\"", [0x61]), (3, "\"a", [0x61, 0xC3]), (5, "\"a\\u", [0x61, 0xC3, 0xA9, 0x62]),
            (6, "\"a\\u0", [0x61, 0xC3, 0xA9, 0x62, 0x63]), (12, #""a\u00e9bc""#, [0x61, 0xC3, 0xA9, 0x62, 0x63]),
        ]
        for (capacity, json, decoded) in cases {
            var memory = [CChar](repeating: 0x7E, count: 16)
            #expect(failure.copyJSON(pointer: "/data/s", buffer: &memory, capacity: capacity) == 11)
            #expect(memory.prefix { $0 != 0 }.elementsEqual(json.utf8.map { CChar($0) }))
            #expect(memory[capacity] == 0x7E)
            memory = [CChar](repeating: 0x7E, count: 16)
            #expect(failure.copyString(pointer: "/data/s", buffer: &memory, capacity: capacity) == 5)
            #expect(memory.prefix { $0 != 0 }.elementsEqual(decoded.map { CChar(bitPattern: $0) }))
            #expect(memory[capacity] == 0x7E)
        }
    }

    @Test func nothingLeavesAnEmptyString() throws {
        let failure = try event(#"{"data":{"n":1}}"#)
        var memory: [CChar] = [0x7E, 0x7E]
        #expect(failure.copyJSON(pointer: "/none", buffer: &memory, capacity: 2) == nil)
        #expect(memory == [0, 0x7E])
        memory = [0x7E, 0x7E]
        #expect(failure.copyString(pointer: "/data/n", buffer: &memory, capacity: 2) == nil)
        #expect(memory == [0, 0x7E])
        #expect(failure.copyJSON(pointer: "/none", buffer: &memory, capacity: 0) == nil)
        #expect(memory == [0, 0x7E])
    }
}
