// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct FailureViolationTests {
    @Test(arguments: [
        (#"{"data":{}}"#, ["/data/attributes: missing"]),
        (#"{"data":{"attributes":null}}"#, ["/data/attributes: null, expected an object"]),
        (#"{"data":{"attributes":{}}}"#, ["/data/attributes/started_at: missing"]),
        (
            #"{"data":{"id":7,"type":null,"attributes":[]}}"#,
            [
                "/data/id: a number, expected a string", "/data/type: null, expected a string",
                "/data/attributes: a list, expected an object",
            ]
        ),
        (#"{"data":{"type":"Dora_failure","attributes":{"started_at":1}}}"#, [#"/data/type: not "dora_failure""#]),
    ])
    func envelope(json: String, expected: [String]) throws {
        #expect(try event(json).violationTexts == expected)
    }

    @Test(arguments: [
        (#""started_at":null"#, ["started_at: null, expected an integer or a date-time"]),
        (#""started_at":true"#, ["started_at: a boolean, expected an integer or a date-time"]),
        (#""started_at":1.5"#, ["started_at: not an exact 64-bit integer"]),
        (#""started_at":"1693491974""#, ["started_at: not an RFC 3339 date-time from 1678 to 2261"]),
        (#""started_at":"2023-08-31T14:26:14.1234567891Z""#, ["started_at: finer than a nanosecond, cut"]),
        (#""started_at":1,"name":null"#, ["name: null, expected a string"]),
        (#""started_at":1,"name":{}"#, ["name: an object, expected a string"]),
        (#""started_at":1,"git":{}"#, ["git/commit_sha: missing", "git/repository_url: missing"]),
        (#""started_at":1,"git":"x""#, ["git: a string, expected an object"]),
        (
            #""started_at":1,"git":{"commit_sha":1,"repository_url":"u"}"#,
            ["git/commit_sha: a number, expected a string"]
        ),
        (#""started_at":1,"custom_tags":null"#, []),
        (#""started_at":1,"custom_tags":{}"#, ["custom_tags: an object, expected a list"]),
        (#""started_at":1,"services":null"#, ["services: null, expected a list"]),
        (
            #""started_at":1,"services":["a",1,null,["b"],"c"]"#,
            [
                "services/1: a number, expected a string", "services/2: null, expected a string",
                "services/3: a list, expected a string",
            ]
        ),
        (#""started_at":1,"custom_tags":["a:b","c","d\u003ae"]"#, ["custom_tags/1: not of the form key:value"]),
        (#""started_at":1,"x":"\ud800""#, ["x: an unpaired surrogate, read as U+FFFD"]),
        (#""started_at":1,"x":["\udc00\ud800"]"#, ["x/0: an unpaired surrogate, read as U+FFFD"]),
        (#""started_at":1,"\ud83d":0"#, ["\u{FFFD}: an unpaired surrogate, read as U+FFFD"]),
        (#""started_at":1,"x":{"a":1,"b":{"a":2},"\u0061":3}"#, ["x/a: a duplicate name, the last one counts"]),
        (#""started_at":1,"started_at":2"#, ["started_at: a duplicate name, the last one counts"]),
        (#""started_at":1,"~/":[{"\n":0,"\n":1}]"#, [#"~0~1/0/\x0A: a duplicate name, the last one counts"#]),
    ])
    func attributes(json: String, expected: [String]) throws {
        #expect(try event(attributes: json).violationTexts == expected.map { "/data/attributes/" + $0 })
    }

    @Test func aFieldThatIsWrongCostsItselfOnly() throws {
        let failure = try event(attributes: #""started_at":[],"name":"n","team":5,"services":["a",2,"b"],"env":"e""#)
        #expect(failure.startedAt == nil)
        #expect(string(failure.text(.name)) == "n")
        #expect(failure.team(0) == nil)
        #expect(failure.services == ["a", "b"])
        #expect(string(failure.env(0)) == "e")
    }

    @Test func duplicatesTakeTheWholeEarlierObjectAway() throws {
        let failure = try event(
            #"{"data":{"id":"1","attributes":{"name":"a","team":"t","git":{"commit_sha":"c"}},"attributes":{"name":"b","started_at":1}}}"#
        )
        #expect(string(failure.text(.name)) == "b")
        #expect(failure.team(0) == nil)
        #expect(failure.text(.commitSHA) == nil)
        #expect(failure.violationTexts == ["/data/attributes: a duplicate name, the last one counts"])
        #expect(try event(#"{"data":{"id":"1","id":"2"},"data":{}}"#).text(.id) == nil)
        #expect(refusal(#"{"data":{"id":"1"},"data":null}"#) == #"no "data" object"#)
    }

    @Test(arguments: [2, 16, 17, 18, 64, 5000])
    func duplicatesAreFoundAmongAnyNumberOfNames(count: Int) throws {
        let names = (0..<count).map { "\"name \($0)\":0" } + ["\"n\\u0061me 1\":1"]
        let failure = try event(attributes: #""started_at":1,"x":{\#(names.joined(separator: ","))}"#)
        #expect(failure.violationTexts == ["/data/attributes/x/name 1: a duplicate name, the last one counts"])
        #expect(failure.json(at: "/data/attributes/x/name 1") == "1")
    }

    @Test func aHundredTagsAreAllowed() throws {
        let tags = Array(repeating: #""a:b""#, count: 100).joined(separator: ",")
        #expect(try event(attributes: #""started_at":1,"custom_tags":[\#(tags)]"#).violationTexts == [])
        #expect(
            try event(attributes: #""started_at":1,"custom_tags":[\#(tags),"a:b"]"#).violationTexts
                == ["/data/attributes/custom_tags: more than 100 tags"])
    }

    @Test func aThousandViolationsAreListed() throws {
        let thousand = Array(repeating: "1", count: 1000).joined(separator: ",")
        let failure = try event(attributes: #""started_at":1,"services":[\#(thousand)]"#)
        #expect(failure.violationCount == 1000)
        #expect(failure.violationTexts.last == "/data/attributes/services/999: a number, expected a string")
        let more = try event(attributes: #""started_at":1,"services":[\#(thousand),2,3]"#)
        #expect(more.violationCount == 1000)
        #expect(more.violationTexts[998] == "/data/attributes/services/998: a number, expected a string")
        #expect(more.violationTexts[999] == ": 3 more violations")
        #expect(more.violation(1000) == nil)
        #expect(more.violation(-1) == nil)
    }

    @Test func aLongPointerIsCut() throws {
        let name = String(repeating: "ab/", count: 300)
        let failure = try event(attributes: #""started_at":1,"\#(name)":{"x":"\ud800"}"#)
        let pointer = try #require(failure.violationTexts.first?.split(separator: ":").first)
        #expect(pointer.hasSuffix("..."))
        #expect(pointer.utf8.count <= 512 + 3)
    }

    @Test func strictModeRefusesTheFirstViolation() {
        let json = #"{"data":{"id":3,"attributes":{"started_at":null}}}"#
        #expect(refusal(json, strict: true) == "strict mode: /data/id: a number, expected a string")
    }
}
