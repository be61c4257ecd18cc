// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// A header section from its lines, without line ends.
func headers(_ lines: [String]) -> HeaderBlock {
    var block = HeaderBlock()
    for line in lines { Array("\(line)\r\n".utf8).withUnsafeBufferPointer { block.append($0) } }
    return block
}

@Suite struct HeaderBlockTests {
    static func value(_ name: String, _ lines: [String]) -> String? {
        let block = headers(lines)
        return string(block.value(of: name))
    }

    @Test(arguments: ["Content-Type", "content-type", "CONTENT-TYPE", "cOnTeNt-tYpE"])
    func namesHaveNoCase(name: String) {
        #expect(HeaderBlockTests.value(name, ["Server: x", "Content-Type: text/html"]) == "text/html")
        #expect(HeaderBlockTests.value(name, ["content-TYPE: text/html"]) == "text/html")
    }

    @Test(arguments: [
        "A:1", "A: 1", "A:  1  ", "A:\t1\t", "A: 1 \t ",
    ])
    func whiteSpaceAroundAValueIsNone(line: String) {
        #expect(HeaderBlockTests.value("a", [line]) == "1")
    }

    @Test(arguments: [
        ("A:", ""), ("A: ", ""), ("A: b: c", "b: c"), ("A: 1  2", "1  2"), ("A: größe", "größe"), ("A::", ":"),
    ])
    func values(line: String, expected: String) {
        #expect(HeaderBlockTests.value("a", [line]) == expected)
    }

    @Test(arguments: ["", "B", "AA", "A:", " A", "A ", ":", "1"])
    func whatWasNotSentIsAbsent(name: String) {
        #expect(HeaderBlockTests.value(name, ["A: 1", "B-: 2", "C"]) == nil)
    }

    @Test func ofSeveralTheFirstCounts() {
        #expect(HeaderBlockTests.value("a", ["A: 1", "a: 2", "A: 3"]) == "1")
    }

    @Test func aNameIsComparedAsAWhole() {
        #expect(HeaderBlockTests.value("limit", ["X-Limit: 1", "Limit-X: 2", "Limi: 3", "Limit: 4"]) == "4")
    }

    @Test func aValueIsNotTakenForAName() {
        #expect(HeaderBlockTests.value("b", ["A: b: 1", "C: 2"]) == nil)
    }

    /// obs-fold, RFC 9112 section 5.2.
    @Test func aFoldedLineGoesOn() {
        #expect(HeaderBlockTests.value("a", ["A: 1", " 2", "\t 3", "B: 4"]) == "1 2 3")
        #expect(HeaderBlockTests.value("b", ["A: 1", " 2", "\t 3", "B: 4"]) == "4")
        #expect(HeaderBlockTests.value("a", ["A: 1", " B: 2"]) == "1 B: 2")
        #expect(HeaderBlockTests.value("b", ["A: 1", " B: 2"]) == nil)
    }

    @Test func aFoldWithNothingBeforeItIsDropped() {
        #expect(HeaderBlockTests.value("a", [" 2", "A: 1"]) == "1")
    }

    @Test func emptyLinesAreNothing() {
        #expect(HeaderBlockTests.value("a", ["", "   ", "A: 1", "", "B: 2"]) == "1")
        #expect(HeaderBlockTests.value("a", []) == nil)
    }

    @Test func aBlockCanBeEmptied() {
        var block = headers(["A: 1"])
        block.removeAll()
        #expect(string(block.value(of: "a")) == nil)
        Array("B: 2\r\n".utf8).withUnsafeBufferPointer { block.append($0) }
        #expect(string(block.value(of: "b")) == "2")
    }

    @Test func manyAndLongLines() {
        let long = String(repeating: "x", count: 100_000)
        let lines = (0..<1000).map { "X-\($0): \($0)" } + ["Long: \(long)", "Last: end"]
        #expect(HeaderBlockTests.value("x-999", lines) == "999")
        #expect(HeaderBlockTests.value("long", lines) == long)
        #expect(HeaderBlockTests.value("last", lines) == "end")
    }
}
