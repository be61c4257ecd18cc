// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct BaseURLTests {
    static func message(_ url: String) -> String? {
        do throws(DoraError) {
            _ = try BaseURL(text(url))
            return nil
        } catch {
            #expect(error.code == .invalidArgument)
            return string(error.message)
        }
    }

    @Test(arguments: [
        ("https://example.com", "https://example.com"), ("https://example.com/", "https://example.com"),
        ("https://example.com//", "https://example.com"), ("HTTPS://Example.COM", "https://example.com"),
        ("https://example.com:8443", "https://example.com:8443"), ("https://example.com:1", "https://example.com:1"),
        ("https://example.com:65535/", "https://example.com:65535"),
        ("https://example.com:0443", "https://example.com:443"),
        ("https://example.com/prefix", "https://example.com/prefix"),
        ("https://example.com/a/b/", "https://example.com/a/b"),
        ("https://example.com/A%20b", "https://example.com/A%20b"),
        ("https://example.com/a..b/...", "https://example.com/a..b/..."),
        ("https://sub-domain.example.com", "https://sub-domain.example.com"),
        ("https://host_name", "https://host_name"),
        ("https://localhost", "https://localhost"), ("https://10.0.0.1:8443", "https://10.0.0.1:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://[::ffff:10.0.0.1]", "https://[::ffff:10.0.0.1]"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ])
    func encryptedAddresses(url: String, origin: String) throws {
        let base = try BaseURL(text(url))
        #expect(string(base.origin) == origin)
        #expect(!base.isPlainHTTP)
    }

    @Test(arguments: [
        ("http://localhost", "http://localhost"), ("http://LOCALHOST:8080/x", "http://localhost:8080/x"),
        ("http://127.0.0.1", "http://127.0.0.1"), ("http://127.255.255.255:80", "http://127.255.255.255:80"),
        ("HTTP://127.9.9.9/", "http://127.9.9.9"), ("http://[::1]", "http://[::1]"),
        ("http://[::1]:8080/x/", "http://[::1]:8080/x"),
    ])
    func plainAddressesOfLoopback(url: String, origin: String) throws {
        let base = try BaseURL(text(url))
        #expect(string(base.origin) == origin)
        #expect(base.isPlainHTTP)
    }

    @Test(arguments: [
        "http://example.com", "http://10.0.0.1", "http://0.0.0.0", "http://128.0.0.1", "http://127.0.0.1.example.com",
        "http://127.0.0",
        "http://127.1", "http://127.0.0.256", "http://127.0.0.01", "http://127.0.0.", "http://127..0.1",
        "http://0127.0.0.1", "http://2130706433",
        "http://0x7f.0.0.1", "http://localhost.example.com", "http://localhost.", "http://xlocalhost", "http://[::2]",
        "http://[::]",
        "http://[::ffff:127.0.0.1]", "http://[fe80::1]",
    ])
    func plainAddressesElsewhere(url: String) {
        #expect(BaseURLTests.message(url)?.contains("not loopback") == true)
        #expect(BaseURLTests.message(url)?.contains("use https://") == true)
    }

    @Test(arguments: [
        "", " ", "example.com", "//example.com", "https:/example.com", "https:example.com", "https//example.com",
        "ftp://example.com",
        "file:///etc/passwd", "httpss://example.com", " https://example.com", "\nhttps://example.com",
        "ht\ttps://example.com",
    ])
    func otherSchemes(url: String) {
        #expect(BaseURLTests.message(url)?.contains("does not start with https://") == true)
    }

    @Test(arguments: [
        "https://", "https:///", "https:///path", "https://:443", "https://?x", "https://#x", "https://exa mple.com",
        "https://example.com ",
        "https://example.com\n", "https://example\u{0}.com", "https://exämple.com", "https://example.com\\x",
        "https://%65xample.com",
        "https://[", "https://[]", "https://[::1", "https://[::1]x", "https://[::1]443", "https://[g::1]",
        "https://[fe80::1%25eth0]",
        "https://::1", "https://example.com;x", "https://{host}", "https://a,b",
    ])
    func hostsThatAreNone(url: String) {
        let message = BaseURLTests.message(url)
        #expect(
            message?.contains("no valid host") == true || message?.contains("no port") == true,
            "\(message ?? "accepted")")
    }

    @Test(arguments: [
        "https://example.com:", "https://example.com:0", "https://example.com:65536",
        "https://example.com:99999999999999999999",
        "https://example.com:x", "https://example.com:-1", "https://example.com:+1", "https://example.com:80x",
        "https://example.com:1:2",
        "https://[::1]:", "https://[::1]:0", "http://localhost:/", "https://example.com: 80",
    ])
    func portsThatAreNone(url: String) {
        #expect(BaseURLTests.message(url)?.contains("no port between 1 and 65535") == true)
    }

    @Test(arguments: [
        ("https://example.com?x=1", "query"), ("https://example.com/?", "query"),
        ("https://example.com/a?b#c", "query"),
        ("https://example.com#x", "fragment"), ("https://example.com/a#", "fragment"),
        ("https://example.com/a b", "percent-encoded"), ("https://example.com/a\nb", "percent-encoded"),
        ("https://example.com/ä", "percent-encoded"), ("https://example.com/\"", "percent-encoded"),
        ("https://example.com/a\\b", "percent-encoded"),
        ("https://example.com/.", "\"..\""), ("https://example.com/..", "\"..\""),
        ("https://example.com/a/../b", "\"..\""),
        ("https://example.com/./a", "\"..\""),
    ])
    func pathsThatAreRefused(url: String, word: String) {
        #expect(BaseURLTests.message(url)?.contains(word) == true)
    }

    @Test(arguments: [
        "https://name:pass-word@example.com", "https://pass-word@example.com", "http://name:pass-word@localhost",
        "https://a:pass-word@b:443/x",
        "https://example.com@pass-word", "ftp://name:pass-word@example.com", "name:pass-word@example.com",
        "//name:pass-word@example.com",
        "https:/name:pass-word@example.com",
    ])
    func aPasswordIsRefusedAndNotShown(url: String) {
        let message = BaseURLTests.message(url)
        #expect(message != nil)
        #expect(message?.contains("pass-word") == false)
    }

    @Test(arguments: [
        "ftp://example.com", "http://example.com", "https://", "https://example.com:x", "https://example.com/?",
        "https://u@example.com",
        "https://example.com/\n\u{1B}[31m",
    ])
    func aMessageNamesTheSettingOnOneLine(url: String) {
        let message = BaseURLTests.message(url) ?? ""
        #expect(message.hasPrefix("base_url: "))
        #expect(!message.utf8.contains { $0 < 0x20 })
    }
}
