// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// The forms that the API sends in place of the documented ones.
@Suite struct FailureFormsTests {
    static let sentEvent = #"""
        {"data":{"type":"dora_failure","id":"9d0c2f6e-1f0b-4f0e-9a43-2f8f6f3f7b55","attributes":{"service":["ledger-api"],
        "env":["live"],"team":["payments"],"name":"INC-77 | Zahlungen verz\u00f6gert","severity":"Urgent",
        "started_at":"2026-04-02T08:15:00Z","finished_at":"2026-04-02T11:45:30Z","created_at":"2026-04-02T12:00:00Z",
        "time_to_restore":12630,"source":"api","internal":{},
        "custom":{"language":["jvm"],"backstage.io/owner":["team-a","team-b"]}}}}
        """#

    @Test func theSentFormIsReadInFull() throws {
        let failure = try event(FailureFormsTests.sentEvent, strict: true)
        #expect(failure.services == ["ledger-api"])
        #expect(failure.envs == ["live"])
        #expect(failure.teams == ["payments"])
        #expect(string(failure.text(.name)) == "INC-77 | Zahlungen verzögert")
        #expect(string(failure.text(.severity)) == "Urgent")
        #expect(failure.startedAt == 1_775_117_700_000_000_000)
        #expect(failure.finishedAt == 1_775_130_330_000_000_000)
        #expect(failure.customTags == ["language:jvm", "backstage.io/owner:team-a", "backstage.io/owner:team-b"])
        #expect(string(failure.customTagValue("language")) == "jvm")
        #expect(string(failure.customTagValue("backstage.io/owner")) == "team-a")
        #expect(failure.json(at: "/data/attributes/time_to_restore") == "12630")
        #expect(failure.violationTexts == [])
    }

    /// A field's JSON, nil where it is absent, and the strings that it stands for.
    typealias Form = (json: String?, strings: [String])

    static func forms(_ word: String) -> [Form] {
        [
            (nil, []), ("\"\(word)\"", [word]), ("[\"\(word)\"]", [word]),
            ("[\"\(word)\",\"\(word) 2\"]", [word, "\(word) 2"]), ("[]", []),
        ]
    }

    @Test func everyCombinationOfForms() throws {
        var count = 0
        for env in FailureFormsTests.forms("env") {
            for team in FailureFormsTests.forms("team") {
                for service in FailureFormsTests.forms("service") {
                    let members = [("env", env.json), ("team", team.json), ("service", service.json)].compactMap {
                        name, json in json.map { "\"\(name)\":\($0)" }
                    }
                    let failure = try event(attributes: (["\"started_at\":1"] + members).joined(separator: ","))
                    #expect(failure.envs == env.strings)
                    #expect(failure.teams == team.strings)
                    #expect(failure.services == service.strings)
                    #expect(failure.violationTexts == [])
                    count += 1
                }
            }
        }
        #expect(count == 125)
    }

    @Test(arguments: ["env", "team", "service", "services"])
    func valuesOfAnotherForm(field: String) throws {
        let values = [
            ("7", "a number"), ("{}", "an object"), ("true", "a boolean"), ("{\"a\":[\"b\"]}", "an object"),
        ]
        for (json, name) in values {
            let failure = try event(attributes: "\"started_at\":1,\"\(field)\":\(json)")
            #expect(failure.envs == [] && failure.teams == [] && failure.services == [])
            #expect(
                failure.violationTexts
                    == ["/data/attributes/\(field): \(name), expected a string or a list of strings"])
        }
        let failure = try event(attributes: "\"started_at\":1,\"\(field)\":[\"a\",1,[\"x\"],{\"y\":\"z\"},\"b\",null]")
        #expect(failure.envs + failure.teams + failure.services == ["a", "b"])
        #expect(
            failure.violationTexts
                == ["1: a number", "2: a list", "3: an object", "5: null"].map {
                    "/data/attributes/\(field)/\($0), expected a string"
                })
    }

    @Test(arguments: ["env", "team", "service", "custom", "custom_tags"])
    func nullIsReadAsAbsent(field: String) throws {
        let failure = try event(attributes: "\"started_at\":1,\"\(field)\":null")
        #expect(failure.envs == [] && failure.teams == [] && failure.services == [] && failure.customTags == [])
        #expect(failure.violationTexts == [])
    }

    @Test func theFormerTypeIsKnown() throws {
        let json = #"{"data":{"id":"1","type":"dora_incident","attributes":{"started_at":1}}}"#
        #expect(try event(json).violationTexts == [])
        let unknown = try event(json.replacing("dora_", with: "dora-"))
        #expect(unknown.violationTexts == [#"/data/type: not "dora_failure""#])
    }

    @Test func membersWithoutAnAccessorMayHoldAnything() throws {
        for value in ["1", "null", "\"x\"", "[1,{\"a\":2}]", "{\"a\":1}"] {
            let members = ["created_at", "time_to_restore", "source", "internal"].map { "\"\($0)\":\(value)" }
            let failure = try event(attributes: "\"started_at\":1," + members.joined(separator: ","))
            #expect(failure.violationTexts == [])
            #expect(failure.json(at: "/data/attributes/internal") == value)
        }
        let twice = try event(attributes: #""source":{"a":1,"a":2},"started_at":1,"source":"api""#)
        #expect(
            twice.violationTexts
                == ["source/a", "source"].map {
                    "/data/attributes/\($0): a duplicate name, the last one counts"
                })
    }

    // MARK: Services

    @Test func whatOnlyServiceHasFollowsServices() throws {
        for (attributes, expected) in [
            (#""services":["a","b"],"service":["b","c","a","d"]"#, ["a", "b", "c", "d"]),
            (#""service":["b","c","a","d"],"services":["a","b"]"#, ["a", "b", "c", "d"]),
            (#""services":"a","service":"a""#, ["a"]),
            (#""services":"a","service":"b""#, ["a", "b"]),
            (#""services":[],"service":["b","b"]"#, ["b", "b"]),
            (#""services":["a","a"],"service":["b","b","a"]"#, ["a", "a", "b", "b"]),
            (#""services":["a"],"service":["\u0061","ab","A",""]"#, ["a", "ab", "A", ""]),
            (#""services":null,"service":["b"]"#, ["b"]),
            (#""services":["a"],"service":null"#, ["a"]),
        ] {
            #expect(try event(attributes: "\"started_at\":1," + attributes).services == expected)
        }
    }

    @Test func theFirstHundredAreCompared() throws {
        let names = (0..<150).map { "name-\($0)" }
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let failure = try event(attributes: #""started_at":1,"services":[\#(list)],"service":[\#(list),"new"]"#)
        #expect(failure.services == names + names[100...] + ["new"])
    }

    @Test func ofEqualNamesTheLastCounts() throws {
        let lists = #""env":["a","b"],"env":"c","service":["x"],"service":["y","z"],"team":"t","team":[]"#
        let failure = try event(attributes: "\"started_at\":1," + lists)
        #expect(failure.envs == ["c"])
        #expect(failure.services == ["y", "z"])
        #expect(failure.teams == [])
        let first = #""attributes":{"env":"a","custom":{"k":"v"},"service":"s"}"#
        let replaced = try event(#"{"data":{\#(first),"attributes":{"started_at":1,"services":"n"}}}"#)
        #expect(replaced.envs == [] && replaced.customTags == [])
        #expect(replaced.services == ["n"])
    }
}
