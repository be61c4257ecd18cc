// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

private func url(_ origin: String, _ failureID: [UInt8]) -> Text {
    var url = ByteBuffer()
    Array(origin.utf8).withUnsafeBufferPointer { base in
        failureID.withUnsafeBufferPointer { FailureRequest.write(base: base, failureID: $0, to: &url) }
    }
    return Text(Array(url.bytes))
}

@Suite struct FailureRequestTests {
    static func segment(_ id: String) -> String {
        let url = string(DoraCoreTests.url("https://api.datadoghq.com", Array(id.utf8)))
        let prefix = "https://api.datadoghq.com/api/v2/dora/failures/"
        #expect(url.hasPrefix(prefix))
        return String(url.dropFirst(prefix.count))
    }

    @Test(arguments: [
        "4242fcdd31586083", "dc8a92aa-afbd-11ee-b7a5-0242ac120002", "a", "-._~", "ABCxyz0189", "...", ".a", "a.", "..a",
        "a..",
    ])
    func unreservedCharactersStay(id: String) {
        #expect(FailureRequestTests.segment(id) == id)
    }

    @Test(arguments: [
        ("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a%2Fb", "a%252Fb"),
        ("%2e%2e", "%252e%252e"),
        ("a?b=c", "a%3Fb%3Dc"), ("a#b", "a%23b"), ("a:b", "a%3Ab"), ("a@b", "a%40b"), ("a\\b", "a%5Cb"),
        ("ä", "%C3%A4"), ("€", "%E2%82%AC"),
        ("\n", "%0A"), ("\r\nX: 1", "%0D%0AX%3A%201"), ("\u{7F}", "%7F"), ("a;b,c", "a%3Bb%2Cc"), ("{id}", "%7Bid%7D"),
        ("'\"<>`", "%27%22%3C%3E%60"), ("[1]", "%5B1%5D"), ("!$&()*", "%21%24%26%28%29%2A"),
    ])
    func everythingElseIsEncoded(id: String, expected: String) {
        #expect(FailureRequestTests.segment(id) == expected)
    }

    @Test func bytesThatAreNoUTF8AreEncodedToo() {
        let url = url("https://x", [0xFF, 0x61, 0x80])
        #expect(string(url) == "https://x/api/v2/dora/failures/%FFa%80")
    }

    /// Every byte comes back from a decoder that knows RFC 3986 only.
    @Test func encodingIsReversible() {
        for byte in UInt8(1)...UInt8.max {
            let url = url("", [byte, byte])
            let segment = Array(url.bytes.dropFirst("/api/v2/dora/failures/".utf8.count))
            var decoded: [UInt8] = []
            var index = 0
            while index < segment.count {
                if segment[index] == UInt8(ascii: "%") {
                    let digits = String(decoding: segment[(index + 1)...(index + 2)], as: UTF8.self)
                    decoded.append(UInt8(digits, radix: 16) ?? 0)
                    index += 3
                } else {
                    decoded.append(segment[index])
                    index += 1
                }
            }
            #expect(decoded == [byte, byte])
        }
    }

    @Test func aPrefixIsKept() {
        #expect(
            string(url("http://127.0.0.1:1/p", Array("a".utf8)))
                == "http://127.0.0.1:1/p/api/v2/dora/failures/a")
    }

    @Test(arguments: ["", ".", ".."])
    func idsThatWouldNameAnotherEndpoint(id: String) {
        let problem = FailureRequest.error(for: id)
        #expect(problem?.code == .invalidArgument)
        #expect((problem?.message).map(string)?.hasPrefix("failure_id: ") == true)
    }

    @Test(arguments: ["a", "...", ".a", "a.", "%2e", "%2E%2e", " ", "/", "../..", "\n"])
    func allOtherIdsCanBeAskedFor(id: String) {
        #expect(FailureRequest.error(for: id) == nil)
    }
}
