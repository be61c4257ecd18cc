// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

private func items(_ json: String) -> ErrorItems? {
    ErrorItems.decode(buffer(json))
}

private func meta(_ json: String, _ index: Int) -> String? {
    items(json)?.meta(index).map {
        String(decoding: Array(json.utf8)[$0.offset..<$0.offset + $0.length], as: UTF8.self)
    }
}

@Suite struct ErrorItemsTests {
    static let documented = #"""
        {"errors": [{"detail": "Missing required attribute in body", "meta": {}, "source": {"header": "Authorization",
        "parameter": "limit", "pointer": "/data/attributes/title"}, "status": "400", "title": "Bad Request"}]}
        """#

    @Test func documentedObjectForm() {
        let list = items(ErrorItemsTests.documented)
        #expect(list?.count == 1)
        #expect(string(list?.title(0)) == "Bad Request")
        #expect(string(list?.detail(0)) == "Missing required attribute in body")
        #expect(string(list?.status(0)) == "400")
        #expect(string(list?.sourcePointer(0)) == "/data/attributes/title")
        #expect(string(list?.sourceParameter(0)) == "limit")
        #expect(string(list?.sourceHeader(0)) == "Authorization")
        #expect(meta(ErrorItemsTests.documented, 0) == "{}")
        #expect(list?.title(1) == nil)
        #expect(list?.title(-1) == nil)
        #expect(list?.meta(.max) == nil)
    }

    @Test func documentedStringForm() {
        let list = items(#"{"errors": ["Bad Request", "a\u00e9\u0000b"]}"#)
        #expect(list?.count == 2)
        #expect(string(list?.title(0)) == "Bad Request")
        #expect(string(list?.title(1)) == "aé")
        #expect(list?.detail(0) == nil)
        #expect(list?.meta(0) == nil)
    }

    @Test func mixedAndOddElements() {
        let list = items(#"{"errors":["a",{"title":"b","status":400,"source":"x"},7,null,["c"],{},{"detail":"d"}]}"#)
        #expect(list?.count == 7)
        #expect((0..<7).map { string(list?.title($0)) } == ["a", "b", nil, nil, nil, nil, nil])
        #expect(list?.status(1) == nil)
        #expect(list?.sourceHeader(1) == nil)
        #expect(string(list?.detail(6)) == "d")
    }

    @Test func metaIsTextOfAnyKind() {
        #expect(meta(#"{"errors":[{"meta": [1, {"a": "}"}] ,"title":"t"}]}"#, 0) == #"[1, {"a": "}"}]"#)
        #expect(meta(#"{"errors":[{"meta":null}]}"#, 0) == "null")
        #expect(meta(#"{"errors":["x",{"meta":"y"}]}"#, 1) == #""y""#)
    }

    @Test func theLastOfEqualNamesCounts() {
        let list = items(
            #"{"errors":["x"],"errors":[{"title":"a","title":1,"detail":"b","detail":"c","source":{"header":"h","pointer":"p"},"source":{"header":"i"}}]}"#
        )
        #expect(list?.count == 1)
        #expect(list?.title(0) == nil)
        #expect(string(list?.detail(0)) == "c")
        #expect(string(list?.sourceHeader(0)) == "i")
        #expect(list?.sourcePointer(0) == nil)
    }

    @Test(arguments: [
        "", "<html>", "[]", "{}", #"{"errors":null}"#, #"{"errors":{}}"#, #"{"errors":["x"]"#,
        #"{"errors":["x"],"errors":1}"#,
        #"{"errors":["x"]} y"#, #"["errors"]"#,
    ])
    func bodiesOfOtherForms(body: String) {
        #expect(items(body) == nil)
    }

    @Test func emptyAndHugeLists() {
        #expect(items(#"{"errors":[]}"#)?.count == 0)
        let huge = items(#"{"errors":["# + Array(repeating: #""e""#, count: 100_000).joined(separator: ",") + "]}")
        #expect(huge?.count == 100_000)
        #expect(string(huge?.title(99_999)) == "e")
    }
}
