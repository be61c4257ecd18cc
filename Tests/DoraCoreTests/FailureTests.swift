// SPDX-License-Identifier: Apache-2.0

import CCurl
import Testing

@testable import DoraCore

let documentedExample = #"""
    {
      "data": {
        "attributes": {
          "custom_tags": [
            "language:java",
            "department:engineering"
          ],
          "env": "production",
          "finished_at": 1693491984000000000,
          "git": {
            "commit_sha": "66adc9350f2cc9b250b69abddab733dd55e1a588",
            "repository_url": "https://github.com/organization/example-repository"
          },
          "name": "Database outage",
          "services": [
            "shopist"
          ],
          "severity": "SEV-1",
          "started_at": 1693491974000000000,
          "team": "backend",
          "version": "v1.12.07"
        },
        "id": "string",
        "type": "dora_failure"
      }
    }
    """#

@Suite struct FailureTests {
    @Test func documentedExampleIsReadInFull() throws {
        let failure = try event(documentedExample)
        #expect(string(failure.text(.id)) == "string")
        #expect(string(failure.text(.type)) == "dora_failure")
        #expect(string(failure.text(.name)) == "Database outage")
        #expect(string(failure.env(0)) == "production")
        #expect(string(failure.text(.severity)) == "SEV-1")
        #expect(string(failure.team(0)) == "backend")
        #expect(string(failure.text(.version)) == "v1.12.07")
        #expect(string(failure.text(.commitSHA)) == "66adc9350f2cc9b250b69abddab733dd55e1a588")
        #expect(string(failure.text(.repositoryURL)) == "https://github.com/organization/example-repository")
        #expect(failure.text(.repositoryID) == nil)
        #expect(failure.startedAt == 1_693_491_974_000_000_000)
        #expect(failure.finishedAt == 1_693_491_984_000_000_000)
        #expect(failure.services == ["shopist"])
        #expect(failure.customTags == ["language:java", "department:engineering"])
        #expect(string(failure.customTagValue("department")) == "engineering")
        #expect(failure.violationTexts == [])
        #expect(refusal(documentedExample, strict: true) == nil)
    }

    @Test func bodyIsKeptAsReceived() throws {
        let failure = try event(documentedExample)
        let (start, count) = failure.json
        #expect(UnsafeRawBufferPointer(start: start, count: count).elementsEqual(documentedExample.utf8))
        #expect(start[count] == 0)
    }

    @Test func dateTimesAreAcceptedWithoutViolation() throws {
        let failure = try event(
            attributes: #""started_at":"2023-08-31T14:26:14Z","finished_at":"2023-08-31t14:26:24.5+00:00""#)
        #expect(failure.startedAt == 1_693_491_974_000_000_000)
        #expect(failure.finishedAt == 1_693_491_984_500_000_000)
        #expect(failure.violationTexts == [])
    }

    @Test func escapedDateTimeIsDecodedFirst() throws {
        #expect(
            try event(attributes: #""started_at":"2023-08-31\u005414:26:14Z""#).startedAt == 1_693_491_974_000_000_000)
    }

    @Test func deploymentsFormOfGitIsAccepted() throws {
        let failure = try event(attributes: #""started_at":1,"git":{"commit_sha":"a","repository_id":"r"}"#)
        #expect(string(failure.text(.repositoryID)) == "r")
        #expect(failure.violationTexts == [])
    }

    @Test func namesMayBeEscaped() throws {
        let failure = try event(#"{"d\u0061ta":{"\u0069d":"x","attributes":{"te\u0061m":"t"}}}"#)
        #expect(string(failure.text(.id)) == "x")
        #expect(string(failure.team(0)) == "t")
    }

    @Test func unknownTypeAndAttributesAreKept() throws {
        let failure = try event(
            #"{"data":{"type":"dora_outage","attributes":{"started_at":1,"new":[1,{"a/b":"ü"}]}}}"#)
        #expect(string(failure.text(.type)) == "dora_outage")
        #expect(failure.violationTexts == [#"/data/type: not "dora_failure""#])
        #expect(failure.json(at: "/data/attributes/new") == #"[1,{"a/b":"ü"}]"#)
        #expect(failure.text(at: "/data/attributes/new/1/a~1b") == "ü")
    }

    @Test(arguments: [0, 1, 3, 4, 5, 8, 9, 1000])
    func listsOfAnyLength(count: Int) throws {
        let names = (0..<count).map { "service-\($0)" }
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let failure = try event(attributes: #""started_at":1,"services":[\#(list)],"custom_tags":["a:b"]"#)
        #expect(failure.services == names)
        #expect(failure.customTags == ["a:b"])
        #expect(failure.service(count) == nil)
        #expect(failure.service(-1) == nil)
        #expect(failure.service(.max) == nil)
    }

    @Test func aCStringEndsAtADecodedNUL() throws {
        let failure = try event(attributes: #""started_at":1,"name":"a\u0000b","services":["x\u0000y","\u0000","z"]"#)
        #expect(string(failure.text(.name)) == "a")
        #expect(failure.services == ["x", "", "z"])
        #expect(failure.text(at: "/data/attributes/name") == "a\0b")
        #expect(
            failure.violationTexts
                == ["name", "services/0", "services/1"].map {
                    "/data/attributes/\($0): an escaped NUL, where a C string ends"
                })
    }

    @Test(arguments: ["other", "i", "id\\u0000", "I"])
    func anotherIDThanTheOneAskedFor(id: String) throws {
        let json = #"{"data":{"id":"\#(id)","type":"dora_failure","attributes":{"started_at":1}}}"#
        let violation = try event(json, id: "id").violationTexts.first { $0.contains("asked") }
        #expect(violation?.hasPrefix("/data/id: \"\(id.prefix(2))") == true)
        #expect(violation?.hasSuffix("\", not the id that was asked for") == true)
        #expect(try event(json).violationTexts.allSatisfy { !$0.contains("asked") })
        #expect(refusal(Array(json.utf8), strict: true, id: "id")?.contains("/data/id: ") == true)
    }

    @Test func theIDThatWasAskedFor() throws {
        for id in [#""id":"i/d","#, #""id":"\u0069\/d","#, ""] {
            #expect(try event("{\"data\":{\(id)\"attributes\":{\"started_at\":1}}}", id: "i/d").violationTexts == [])
        }
        #expect(
            try event(#"{"data":{"id":"a\\u0041","attributes":{"started_at":1}}}"#, id: #"a\u0041"#).violationTexts
                == [])
        #expect(
            try event(#"{"data":{"id":"a\u0041","attributes":{"started_at":1}}}"#, id: #"a\u0041"#).violationTexts
                == [#"/data/id: "aA", not the id that was asked for"#])
        #expect(
            try event(#"{"data":{"id":7,"attributes":{"started_at":1}}}"#, id: "7").violationTexts
                == ["/data/id: a number, expected a string"])
    }

    @Test func firstTagWithTheKeyCounts() throws {
        let failure = try event(attributes: #""started_at":1,"custom_tags":["k","kk:0","k:","k:2","u:a:b",":e"]"#)
        #expect(string(failure.customTagValue("k")) == "")
        #expect(string(failure.customTagValue("u")) == "a:b")
        #expect(string(failure.customTagValue("")) == "e")
        #expect(failure.customTagValue("u:a") == nil)
        #expect(failure.customTagValue("K") == nil)
    }
}
