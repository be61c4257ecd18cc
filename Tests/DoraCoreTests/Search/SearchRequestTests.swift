// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// What a search is given, and what it sends.
@Suite struct SearchRequestTests {
    static let time: Int64 = 1_693_491_974_000_000_000
    static let start = #"{"data":{"type":"dora_failures_list_request","attributes":{"#

    static func body(_ request: PageRequest, query: String = "") -> String {
        var body = ByteBuffer()
        request.writeBody(query: Text(Array(query.utf8)), to: &body)
        return String(decoding: Array(body.bytes), as: UTF8.self)
    }

    static func request(from: Int64, to: Int64, _ order: SearchOrder = .newestFirst) throws -> PageRequest {
        let walk = SearchWalk(try SearchSpan(from: from, to: to), order: order)
        guard case .request(let request) = walk.next else { throw NoRequest() }
        return request
    }

    struct NoRequest: Error {}

    // MARK: The body

    @Test func theBody() throws {
        let request = try SearchRequestTests.request(from: SearchRequestTests.time, to: SearchRequestTests.time + 1)
        let attributes = #""from":"2023-08-31T14:26:13Z","to":"2023-08-31T14:26:15Z","limit":1000"#
        #expect(
            SearchRequestTests.body(request)
                == SearchRequestTests.start + attributes + #","sort":"-started_at"}}}"#)
        #expect(
            SearchRequestTests.body(request, query: "env:production")
                == SearchRequestTests.start + attributes + #","query":"env:production","sort":"-started_at"}}}"#)
    }

    @Test(
        arguments: [
            (#"team:"a b""#, #"team:\"a b\""#), (#"a\b"#, #"a\\b"#),
            ("a\nb\tc\u{1}\u{1F}", #"a\u000Ab\u0009c\u0001\u001F"#),
            ("/\u{7F}", "/\u{7F}"), ("é 日本 😀", "é 日本 😀"), ("\u{2028}\u{FFFF}", "\u{2028}\u{FFFF}"),
        ])
    func queriesAreEscaped(query: String, expected: String) throws {
        let request = try SearchRequestTests.request(from: .min, to: .max)
        #expect(SearchRequestTests.body(request, query: query).contains(#""query":"\#(expected)","#))
    }

    // MARK: Bounds

    @Test func withoutBoundsAllTimesAreAskedFor() throws {
        for order in [SearchOrder.newestFirst, .oldestFirst] {
            let body = SearchRequestTests.body(try SearchRequestTests.request(from: .min, to: .max, order))
            #expect(body.contains(#""from":"1970-01-01T00:00:00Z","to":"2100-01-01T00:00:00Z""#))
        }
    }

    @Test(
        arguments: [
            (time + 1, time + 2, "2023-08-31T14:26:13Z", "2023-08-31T14:26:15Z"),
            (time, time + 1_000_000_000, "2023-08-31T14:26:13Z", "2023-08-31T14:26:15Z"),
            (time - 1, time + 1_000_000_001, "2023-08-31T14:26:12Z", "2023-08-31T14:26:16Z"),
            (Int64.min + 1, time, "1970-01-01T00:00:00Z", "2023-08-31T14:26:14Z"),
            (0, Int64.max - 1, "1970-01-01T00:00:00Z", "2262-04-11T23:47:16Z"),
            (Int64.max - 2, Int64.max - 1, "2262-04-11T23:47:15Z", "2262-04-11T23:47:16Z"),
            (Int64.max - 1, Int64.max, "2262-04-11T23:47:15Z", "2262-04-11T23:47:16Z"),
        ])
    func boundsAreRoundedOutwards(from: Int64, to: Int64, sentFrom: String, sentTo: String) throws {
        let body = SearchRequestTests.body(try SearchRequestTests.request(from: from, to: to))
        #expect(body.contains(#""from":"\#(sentFrom)","to":"\#(sentTo)""#), "\(body)")
    }

    @Test(
        arguments: [
            (time, time, "from: 1693491974000000000 is not before to; give a from that is earlier"),
            (time + 1, time, "from: 1693491974000000001 is not before to; give a from that is earlier"),
            (Int64.max, Int64.max, "from: 9223372036854775807 is not before to; give a from that is earlier"),
            (Int64.min, Int64.min, "from: -9223372036854775808 is not before to; give a from that is earlier"),
            (0, 1_693_491_974, "to: 1693491974 is before 1973: nanoseconds since 1970 are expected"),
            (0, 1_693_491_974_000, "to: 1693491974000 is before 1973: nanoseconds since 1970 are expected"),
            (
                Int64.min, SearchSpan.earliest - 1,
                "to: 99999999999999999 is before 1973: nanoseconds since 1970 are expected"
            ),
        ])
    func spansThatMakeNoSense(from: Int64, to: Int64, message: String) {
        do {
            _ = try SearchSpan(from: from, to: to)
            Issue.record("was taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(string(error.message) == message)
        }
    }

    // MARK: Arguments

    @Test func pageSizes() throws {
        for size in [1, 7, 999, 1000] as [UInt32] { #expect(try SearchArguments.pageSize(size) == Int(size)) }
        #expect(try SearchArguments.pageSize(0) == 1000)
        for size in [1001, UInt32.max] {
            do {
                _ = try SearchArguments.pageSize(size)
                Issue.record("was taken")
            } catch {
                #expect(error.code == .invalidArgument)
                #expect(
                    string(error.message)
                        == "page_size: \(size) is over 1,000, the most that the API gives; give 1 to 1,000, or 0 for "
                        + "1,000")
            }
        }
    }

    @Test func aSmallPageSizeIsRaisedToTen() throws {
        for (size, limit) in [(1, 10), (9, 10), (10, 10), (11, 11), (1000, 1000)] {
            let walk = SearchWalk(try SearchSpan(from: .min, to: .max), pageSize: size)
            guard case .request(let request) = walk.next else { throw NoRequest() }
            #expect(request.limit == limit)
        }
    }

    @Test func queries() throws {
        #expect(try SearchArguments.query(nil).isEmpty)
        #expect(try SearchArguments.query("").isEmpty)
        #expect(string(try SearchArguments.query("a\u{1}é😀")) == "a\u{1}é😀")
        let longest = String(repeating: "a", count: 4096)
        #expect(string(try SearchArguments.query(longest)) == longest)
        #expect(throws: DoraError.self) { try SearchArguments.query(longest + "a") }
    }

    @Test(
        arguments: [
            ([0x80], 0), ([0x61, 0xC3], 1), ([0x61, 0x62, 0xC0, 0xAF], 2), ([0xED, 0xA0, 0x80], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0x61, 0xFF, 0x61], 1), ([0xF0, 0x9F, 0x98], 0),
        ] as [([UInt8], Int)])
    func queriesThatAreNotUTF8(bytes: [UInt8], offset: Int) {
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        do {
            _ = try SearchArguments.query(characters)
            Issue.record("was taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(string(error.message) == "query: not UTF-8 at byte \(offset); encode it as UTF-8")
        }
    }
}
