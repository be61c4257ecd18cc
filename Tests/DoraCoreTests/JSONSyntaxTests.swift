// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct JSONSyntaxTests {
    @Test(arguments: [
        "0", "-0", "1.5", "-12.25E+3", "1e-400", "true", "false", "null", "[]", "{}", "[[[]],{}]", "\"\"",
        #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "\"\u{7F}é€😀\u{FEFF}\"", " \t\r\n[ 1 , 2 ] ", "\"       x\"",
    ])
    func acceptedValues(value: String) throws {
        let failure = try event(#"{"data":{"attributes":{"started_at":1,"x":\#(value)}}}"#)
        let text = value.trimmingSpaces
        #expect(failure.json(at: "/data/attributes/x") == text)
    }

    /// The position is counted from 1.
    @Test(arguments: [
        ("01", 2, "a malformed number"), ("-", 2, "a malformed number"), ("+1", 1, "a value was"),
        (".5", 1, "a value was"),
        ("1.", 3, "a malformed number"), ("1.e1", 3, "a malformed number"), ("1e", 3, "a malformed number"),
        ("NaN", 1, "a value was"), ("Infinity", 1, "a value was"), ("-Infinity", 2, "a malformed number"),
        ("nul", 4, "a value was"), ("True", 1, "a value was"), ("'x'", 1, "a value was"), ("[1,]", 4, "a value was"),
        ("[1 2]", 4, "a ',' or ']'"), ("{\"a\":1,}", 8, "a name in quotes"), ("{a:1}", 2, "a name in quotes"),
        ("{\"a\" 1}", 6, "a ':' was"), ("{\"a\":1 \"b\":2}", 8, "a ',' or '}'"), ("[1}", 3, "a ',' or ']'"),
        ("/**/1", 1, "a value was"), ("\"\t\"", 2, "a control character"), ("\"\\x\"", 2, "a malformed escape"),
        ("\"\\u12g4\"", 2, "a malformed escape"), ("\"\\U0041\"", 2, "a malformed escape"),
        ("\"abcdefgh\u{1}\"", 10, "a control character"), ("\u{A0}1", 1, "a value was"),
    ])
    func refusedValues(value: String, position: Int, message: String) {
        let prefix = #"{"data":{},"x":"#
        let offset = prefix.utf8.count + position - 1
        let reason = refusal(prefix + value + "}")
        #expect(reason?.hasPrefix("not JSON at byte \(offset): \(message)") == true, "\(reason ?? "accepted")")
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        let prefix = Array(#"{"data":{},"x":"abc"#.utf8)
        #expect(refusal(prefix + bytes + Array("\"}".utf8)) == "not JSON at byte 19: invalid UTF-8")
        #expect(
            refusal(Array(#"{"data":{},""#.utf8) + bytes + Array("\":1}".utf8)) == "not JSON at byte 12: invalid UTF-8")
    }

    @Test(arguments: [
        ("", "the body is empty"), (" \r\n ", "the body is empty"),
        ("<!DOCTYPE html><html></html>", "the body is an HTML page, not JSON"),
        ("\u{FEFF}{\"data\":{}}", "not JSON at byte 0: a byte order mark"),
        ("{\"data\":{}} x", "not JSON at byte 12: text after the end of the document"),
        ("{\"data\":{}}\0", "not JSON at byte 11: text after the end of the document"),
        ("upstream timed out", "not JSON at byte 0: a value was expected"),
        ("[]", #"no "data" object"#), ("{}", #"no "data" object"#), ("1", #"no "data" object"#),
        (#"{"data":null}"#, #"no "data" object"#), (#"{"data":[]}"#, #"no "data" object"#),
        (#"{"Data":{}}"#, #"no "data" object"#), (#"[{"data":{}}]"#, #"no "data" object"#),
    ])
    func bodiesThatAreNoEvents(body: String, reason: String) {
        #expect(refusal(body) == reason)
    }

    @Test func everyTruncationIsRefused() {
        let bytes = Array(documentedExample.utf8)
        for length in 1..<bytes.count {
            let reason = refusal(Array(bytes[..<length]))
            #expect(reason == "not JSON at byte \(length): the text ends too early", "after \(length) bytes")
        }
    }

    @Test func nestingIsCappedAt512() throws {
        // Two levels are the document and `data`.
        func nested(_ levels: Int, _ open: String, _ close: String) -> String {
            #"{"data":{"x":"# + String(repeating: open, count: levels) + "1" + String(repeating: close, count: levels)
                + "}}"
        }
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            #expect(refusal(nested(510, open, close)) == nil)
            let place = 13 + 510 * open.utf8.count
            #expect(refusal(nested(511, open, close)) == "not JSON at byte \(place): nested deeper than 512 levels")
            #expect(refusal(nested(100_000, open, close)) == "not JSON at byte \(place): nested deeper than 512 levels")
        }
        #expect(refusal(String(repeating: "[", count: 513)) == "not JSON at byte 512: nested deeper than 512 levels")
        #expect(
            refusal(String(repeating: "[", count: 512) + String(repeating: "]", count: 512)) == #"no "data" object"#)
    }

    @Test func specialBytesAreFoundAtEveryPlaceOfAWord() throws {
        for length in 0..<40 {
            let text = String(repeating: "x", count: length)
            let failure = try event(
                attributes: #""started_at":1,"name":"\#(text)","team":"\#(text)\n","env":"\#(text)é""#)
            #expect(string(failure.text(.name)) == text)
            #expect(string(failure.team(0)) == text + "\n")
            #expect(string(failure.env(0)) == text + "é")
            #expect(
                refusal("{\"data\":{},\"x\":\"\(text)\u{1F}\"}")?.hasSuffix("a control character in a string") == true)
        }
    }

    @Test func escapesAreDecoded() throws {
        let failure = try event(
            attributes:
                #""started_at":1,"name":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83D\uDE00\ud800x\udc00\ud800\ud800\udc00""#
        )
        #expect(string(failure.text(.name)) == "\"\\/\u{8}\u{C}\n\r\tAé€😀\u{FFFD}x\u{FFFD}\u{FFFD}\u{10000}")
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
