// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct FailurePageTests {
    static func page(_ json: String) throws -> FailurePage {
        let page = FailurePage()
        try page.read(buffer(json))
        return page
    }

    static func page(of items: [String]) throws -> FailurePage {
        try page("{\"data\":[" + items.joined(separator: ",") + "]}")
    }

    /// Why a body is no page; nil if it is one.
    static func refusal(_ json: String) -> String? {
        let page = FailurePage()
        do throws(MalformedBody) {
            try page.read(buffer(json))
            return nil
        } catch {
            #expect(page.count == 0)
            #expect(error.takeBody().count == json.utf8.count)
            return string(error.reason)
        }
    }

    /// Items of every kind, as a list holds them.
    static let items = [
        documentedItem, sentItem,
        #"{"id":"1","type":"dora_incident","attributes":{"started_at":5,"services":["a"],"service":["b"],"custom":{"k":["v","w"]},"custom_tags":["k:v"]}}"#,
        "{}", "7", "null", "\"x\"", "[[],{}]", "true",
        #"{"id":7,"type":"other","attributes":{"started_at":"tomorrow","name":["n"]}}"#,
        #" {"id":"a\u0000b" , "attributes":{"started_at":1.5e1,"name":"\ud800","git":{}}, "id":"c"} "#,
        #"{"attributes":{"custom":{"a":"1","a":"2"},"started_at":null,"env":{},"team":[1]}}"#,
        #"{"id":"\u0061\/b","attributes":{"started_at":"2026-04-02T08:15:00+01:00","finished_at":9,"name":"é"}}"#,
    ]

    static let documentedItem = dataOf(documentedExample)
    static let sentItem = dataOf(FailureFormsTests.sentEvent)

    static func dataOf(_ json: String) -> String {
        (try? event(json).json(at: "/data")) ?? ""
    }

    /// All that an event says.
    static func facts(_ failure: Failure) -> [String] {
        let texts = FailureField.allCases.map { string(failure.text($0)) ?? "-" }
        let lists = [failure.envs, failure.teams, failure.services, failure.customTags, failure.violationTexts]
        let times = [failure.startedAt, failure.finishedAt].map { $0.map { "\($0)" } ?? "-" }
        return texts + lists.map { "\($0)" } + times + [String(cString: failure.json.start)]
    }

    // MARK: Items

    @Test func anItemIsTheEventThatItIsOnItsOwn() throws {
        let page = try FailurePageTests.page(of: FailurePageTests.items)
        #expect(page.count == FailurePageTests.items.count)
        for (index, item) in FailurePageTests.items.enumerated() {
            let received = item.trimmingPrefix(" ").reversed().drop { $0 == " " }.reversed()
            let json = String(received)
            #expect(String(decoding: page.item(index).bytes, as: UTF8.self) == json)
            let failure = try page.makeFailure(index, response: nil, strict: false)
            let alone = try Failure.decode(
                buffer("{\"data\":\(json)}"), response: nil, strict: false, id: nil, needsData: false)
            #expect(FailurePageTests.facts(failure) == FailurePageTests.facts(alone))
            #expect(failure.startedAt == page.item(index).startedAt)
        }
    }

    @Test func whatAWalkAsksFor() throws {
        let page = try FailurePageTests.page(of: FailurePageTests.items)
        let ids = (0..<page.count).map { index in
            page.item(index).id.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(
            ids == [
                "string", "9d0c2f6e-1f0b-4f0e-9a43-2f8f6f3f7b55", "1", nil, nil, nil, nil, nil, nil, nil, "c", nil,
                #"\u0061\/b"#,
            ])
        #expect(page.item(1).startedAt == 1_775_117_700_000_000_000)
        #expect(page.item(2).startedAt == 5)
        #expect(page.item(3).startedAt == nil)
        #expect(page.item(9).startedAt == nil)
        #expect(page.item(10).startedAt == 15)
        #expect(page.item(12).startedAt == 1_775_114_100_000_000_000)
    }

    @Test func anItemThatIsNoObject() throws {
        for item in ["7", "null", "\"x\"", "[]", "false"] {
            let page = try FailurePageTests.page(of: [FailurePageTests.documentedItem, item])
            let failure = try page.makeFailure(1, response: nil, strict: false)
            #expect(failure.violationTexts == ["/data: not an object"])
            #expect(failure.text(.id) == nil && failure.startedAt == nil && failure.services == [])
            #expect(failure.json(at: "/data") == item)
            #expect(try page.makeFailure(0, response: nil, strict: true).violationTexts == [])
        }
    }

    @Test func strictModeRefusesTheItemAlone() throws {
        let page = try FailurePageTests.page(of: [#"{"id":"1","attributes":{}}"#, FailurePageTests.sentItem])
        do throws(MalformedBody) {
            _ = try page.makeFailure(0, response: nil, strict: true)
            Issue.record("the violation was let pass")
        } catch {
            #expect(string(error.reason) == "strict mode: /data/attributes/started_at: missing")
            let body = error.takeBody()
            #expect(string(Text(Array(body.bytes))) == #"{"data":{"id":"1","attributes":{}}}"#)
        }
        #expect(try page.makeFailure(1, response: nil, strict: true).envs == ["live"])
    }

    @Test func anEventOutlivesItsPage() throws {
        let failure = try {
            let page = try FailurePageTests.page(of: [FailurePageTests.sentItem])
            let failure = try page.makeFailure(0, response: nil, strict: false)
            try page.read(buffer("{\"data\":[]}" + String(repeating: " ", count: 4096)))
            return failure
        }()
        #expect(failure.customTags == ["language:jvm", "backstage.io/owner:team-a", "backstage.io/owner:team-b"])
        #expect(failure.json.count == FailurePageTests.sentItem.utf8.count + 9)
    }

    // MARK: Pages

    @Test(arguments: [0, 1, 2, 999, 1000, 1001, 2500])
    func pagesOfAnyLength(count: Int) throws {
        let page = try FailurePageTests.page(
            of: (0..<count).map { #"{"id":"\#($0)","attributes":{"started_at":\#($0)}}"# })
        #expect(page.count == count)
        for index in 0..<count {
            #expect(page.item(index).startedAt == Int64(index))
            #expect(try string(page.makeFailure(index, response: nil, strict: true).text(.id)) == "\(index)")
        }
    }

    @Test(arguments: [
        (#"{"meta":{"x":[1,{}]},"data":[],"links":null}"#, 0),
        (#" { "data" : [ 1 , 2 ] } "#, 2),
        (#"{"d\u0061ta":[1]}"#, 1),
        (#"{"data":[1,2,3],"data":[4]}"#, 1),
        (#"{"data":{},"data":[4,5]}"#, 2),
        (#"{"data":[1],"Data":{},"data ":7}"#, 1),
        (#"{"x":1,"x":2,"data":[1],"y":"\ud800"}"#, 1),
    ])
    func whatIsAPage(json: String, count: Int) throws {
        #expect(try FailurePageTests.page(json).count == count)
    }

    @Test(arguments: [
        ("{}", "no \"data\" list"), ("[]", "no \"data\" list"), ("7", "no \"data\" list"),
        (#"{"data":null}"#, "no \"data\" list"), (#"{"data":{}}"#, "no \"data\" list"),
        (#"{"data":[1],"data":null}"#, "no \"data\" list"), (#"{"errors":["x"]}"#, "no \"data\" list"),
        ("", "the body is empty"), (" \n", "the body is empty"),
        ("<html>", "the body is an HTML page, not JSON"),
        (#"{"data":[{"id":"1"}"#, "not JSON at byte 19: the text ends too early"),
        (#"{"data":[1,]}"#, "not JSON at byte 11: a value was expected"),
        (#"{"data":[1]} x"#, "not JSON at byte 13: text after the end of the document"),
        ("\u{FEFF}{\"data\":[]}", "not JSON at byte 0: a byte order mark"),
        (#"{"data":[{"attributes":{"name":"a\x"}}]}"#, "not JSON at byte 33: a malformed escape in a string"),
    ])
    func whatIsNoPage(json: String, reason: String) {
        #expect(FailurePageTests.refusal(json) == reason)
    }

    @Test func everyCutIsNoticed() {
        let whole = #"{"data":[{"id":"1","attributes":{"custom":{"k":["v"]},"started_at":1}},null]}"#
        #expect(FailurePageTests.refusal(whole) == nil)
        for count in 0..<whole.utf8.count { #expect(FailurePageTests.refusal(String(whole.prefix(count))) != nil) }
    }

    @Test func aPageIsReadInTheMemoryOfAnother() throws {
        let page = FailurePage()
        for round in 0..<3 {
            let items = (0..<round * 40).map { #"{"id":"\#(round)-\#($0)","attributes":{"started_at":1}}"# }
            try page.read(buffer("{\"data\":[\(items.joined(separator: ","))]}"))
            #expect(page.count == items.count)
            for index in 0..<page.count {
                let failure = try page.makeFailure(index, response: nil, strict: true)
                #expect(string(failure.text(.id)) == "\(round)-\(index)")
            }
        }
        let body = page.takeBody()
        #expect(body.count > 0 && page.count == 0)
        #expect(throws: MalformedBody.self) { try page.read(buffer("{}")) }
        #expect(page.count == 0)
    }

    @Test func tooManyItems() {
        let page = { (count: Int) in "{\"data\":[" + Array(repeating: "1", count: count).joined(separator: ",") + "]}" }
        #expect(FailurePageTests.refusal(page(100_000)) == nil)
        #expect(FailurePageTests.refusal(page(100_001)) == "a list of more than 100,000 items")
    }

    @Test func anItemMayBeAsDeepAsAnEvent() {
        let item = { (levels: Int) in
            "{\"x\":" + String(repeating: "[", count: levels) + String(repeating: "]", count: levels) + "}"
        }
        for levels in [509, 510, 511] {
            let isEvent = (try? event("{\"data\":\(item(levels))}")) != nil
            #expect((FailurePageTests.refusal("{\"data\":[\(item(levels))]}") == nil) == isEvent)
        }
    }
}
