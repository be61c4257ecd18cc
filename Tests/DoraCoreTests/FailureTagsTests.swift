// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// Custom tags: the list `custom_tags` and the object `custom`.
@Suite struct FailureTagsTests {
    static func custom(_ json: String) throws -> Failure {
        try event(attributes: #""started_at":1,"custom":\#(json)"#)
    }

    @Test(arguments: [
        ("{}", []),
        (#"{"k":"v"}"#, ["k:v"]),
        (#"{"k":["v"]}"#, ["k:v"]),
        (#"{"k":["v","w","v"],"l":"x","m":[],"n":null}"#, ["k:v", "k:w", "k:v", "l:x"]),
        (#"{"a:b":"c:d","":"e","f":""}"#, ["a:b:c:d", ":e", "f:"]),
        (#"{"\u006b\/":["\u00fc\n","日本"]}"#, ["k/:ü\n", "k/:日本"]),
        (#" { "k" : [ "v" , "w" ] } "#, ["k:v", "k:w"]),
    ])
    func tagsOfCustom(json: String, expected: [String]) throws {
        let failure = try FailureTagsTests.custom(json)
        #expect(failure.customTags == expected)
        #expect(failure.violationTexts == [])
    }

    @Test(arguments: [
        ("7", [": a number, expected an object"]),
        (#""k:v""#, [": a string, expected an object"]),
        (#"["k:v"]"#, [": a list, expected an object"]),
        (#"{"k":7,"l":"v"}"#, ["/k: a number, expected a string or a list of strings"]),
        (
            #"{"k":{"x":"y"},"l":["v",1,null]}"#,
            [
                "/k: an object, expected a string or a list of strings", "/l/1: a number, expected a string",
                "/l/2: null, expected a string",
            ]
        ),
    ])
    func customOfAnotherForm(json: String, expected: [String]) throws {
        let failure = try FailureTagsTests.custom(json)
        #expect(failure.violationTexts == expected.map { "/data/attributes/custom" + $0 })
        #expect(failure.customTags == (json.contains("\"l\"") ? ["l:v"] : []))
    }

    @Test func documentedTagsComeFirst() throws {
        for order in [0, 1] {
            let list = #""custom_tags":["k:v","x:y"]"#
            let object = #""custom":{"k":["v","w"],"x":"y","z":"1"}"#
            let both = order == 0 ? "\(list),\(object)" : "\(object),\(list)"
            let failure = try event(attributes: "\"started_at\":1," + both)
            #expect(failure.customTags == ["k:v", "x:y", "k:w", "z:1"])
            #expect(failure.violationTexts == [])
        }
    }

    @Test func aKeyOfCustomMayHoldAColon() throws {
        let object = #"{"a:b":["c","d"],"u":"2","k:":"v",":":":"}"#
        let failure = try event(attributes: #""started_at":1,"custom_tags":["a:b:c","u:1"],"custom":\#(object)"#)
        #expect(failure.customTags == ["a:b:c", "u:1", "a:b:d", "u:2", "k::v", ":::"])
        #expect(string(failure.customTagValue("a")) == "b:c")
        #expect(string(failure.customTagValue("a:b")) == "c")
        #expect(string(failure.customTagValue("u")) == "1")
        #expect(string(failure.customTagValue("k:")) == "v")
        #expect(string(failure.customTagValue(":")) == ":")
        #expect(failure.customTagValue("k") == nil)
        #expect(failure.customTagValue("a:b:c") == nil)
    }

    @Test func ofEqualKeysTheLastCounts() throws {
        let failure = try FailureTagsTests.custom(#"{"a":["1"],"b":"2","\u0061":["3","4"],"c":"5","b":7}"#)
        #expect(failure.customTags == ["a:3", "a:4", "c:5"])
        #expect(string(failure.customTagValue("a")) == "3")
        #expect(failure.customTagValue("b") == nil)
        #expect(
            failure.violationTexts == [
                "/data/attributes/custom/a: a duplicate name, the last one counts",
                "/data/attributes/custom/b: a duplicate name, the last one counts",
                "/data/attributes/custom/b: a number, expected a string or a list of strings",
            ])
    }

    @Test(arguments: [17, 40, 3000])
    func manyEqualKeys(count: Int) throws {
        let members = (0..<count).map { "\"k\($0 % (count / 2))\":\"\($0)\"" }.joined(separator: ",")
        let failure = try FailureTagsTests.custom("{\(members)}")
        let last = (0..<count).filter { $0 + count / 2 >= count }
        #expect(failure.customTags == last.map { "k\($0 % (count / 2)):\($0)" })
    }

    @Test func anEscapedNULCutsATag() throws {
        let failure = try FailureTagsTests.custom(#"{"k\u0000x":["1","2"],"l":["a\u0000b","c"]}"#)
        #expect(failure.customTags == ["k", "l:a", "l:c"])
        #expect(failure.customTagValue("k") == nil)
        #expect(string(failure.customTagValue("l")) == "a")
        #expect(
            failure.violationTexts == [
                #"/data/attributes/custom/k\x00x: an escaped NUL, where a C string ends"#,
                "/data/attributes/custom/l/0: an escaped NUL, where a C string ends",
            ])
        #expect(failure.text(at: "/data/attributes/custom/l/0") == "a\0b")
    }

    @Test func longKeysOfManyValuesAreLimited() throws {
        let key = String(repeating: "k", count: 100_000)
        let values = (0..<1000).map { "\"\($0)\"" }.joined(separator: ",")
        let failure = try FailureTagsTests.custom(#"{"\#(key)":[\#(values)],"l":"v"}"#)
        // The short tag behind them has room again.
        let whole = (failure.json.count * 8 + 1 << 20) / 100_000 + 1
        #expect(failure.customTagCount > 1 && failure.customTagCount <= whole)
        #expect(string(failure.customTag(0)) == key + ":0")
        #expect(failure.violationCount == 1)
        #expect(failure.violationTexts[0].hasSuffix(": left out, the keys of so many tags are too long"))
    }

    @Test func onlyTheListIsLimitedToAHundredTags() throws {
        let values = (0..<200).map { "\"\($0)\"" }.joined(separator: ",")
        #expect(try FailureTagsTests.custom(#"{"k":[\#(values)]}"#).violationTexts == [])
    }
}
