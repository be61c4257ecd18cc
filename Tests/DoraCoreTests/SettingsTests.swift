// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// Validation: each setting that can't be used is named, with the value at fault unless that is a
/// secret, and with what to do.
@Suite struct SettingsTests {
    static let secret = "pass-word-0123456789"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout Configuration) -> Void
        let fragments: [String]

        init(_ description: String, _ fragments: [String], _ change: @escaping @Sendable (inout Configuration) -> Void)
        {
            testDescription = description
            self.change = change
            self.fragments = fragments
        }
    }

    /// A file that can be read, and variables.
    static func surroundings(_ variables: [String: String] = [:]) -> Surroundings {
        Surroundings(
            openError: { equals($0, "readable.pem") ? 0 : 2 },
            variable: { name in variables[name.description].map { Secret(copying: $0) } })
    }

    static func message(_ variables: [String: String] = [:], change: (inout Configuration) -> Void) -> String? {
        var configuration = Configuration(ConfigurationTests.environment(api: "0123456789-api", app: "0123456789-app"))
        change(&configuration)
        do throws(DoraError) {
            _ = try configuration.validated(surroundings(variables))
            return nil
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(!error.isRetryable)
            #expect(error.response == nil)
            return string(error.message)
        }
    }

    static func header(_ name: String, _ value: String) -> @Sendable (inout Configuration) -> Void {
        { $0.addHeader(name: text(name), value: Secret(copying: value)) }
    }

    static let long = String(repeating: "x", count: 4097)

    static let refused: [Case] = [
        Case("unknown site", ["site: \"datadog.com\"", "datadoghq.eu", "DD_SITE"]) { $0.site = text("datadog.com") },
        Case("empty site", ["site: \"\""]) { $0.site = Text() },
        Case("base URL", ["base_url: \"ftp://x\"", "https://host"]) { $0.baseURL = text("ftp://x") },
        Case("empty base URL", ["base_url: \"\""]) { $0.baseURL = Text() },
        Case("empty API key", ["api_key: empty", "clear the setting"]) { $0.apiKey = Secret(copying: "") },
        Case("empty application key", ["app_key: empty"]) { $0.appKey = Secret(copying: "") },
        Case("empty token", ["access_token: empty"]) { $0.accessToken = Secret(copying: "") },
        Case("newline after an API key", ["api_key: holds a control character"]) {
            $0.apiKey = Secret(copying: secret + "\n")
        },
        Case("newline before an application key", ["app_key: holds"]) { $0.appKey = Secret(copying: "\r\n" + secret) },
        Case("escape in a token", ["access_token: holds"]) { $0.accessToken = Secret(copying: secret + "\u{1B}") },
        Case("tab in an API key", ["api_key: holds"]) { $0.apiKey = Secret(copying: secret + "\tx") },
        Case("delete in an API key", ["api_key: holds"]) { $0.apiKey = Secret(copying: secret + "\u{7F}") },
        Case("CA file", ["ca_file: can't read \"absent.pem\"", "PEM"]) { $0.caFile = text("absent.pem") },
        Case("empty CA file", ["ca_file: can't read \"\""]) { $0.caFile = Text() },
        Case("certificate", ["client_certificate: can't read \"absent.pem\""]) {
            $0.certificateFile = text("absent.pem")
        },
        Case("key of a certificate", ["client_certificate: can't read \"absent.key\""]) {
            $0.certificateFile = text("readable.pem")
            $0.keyFile = text("absent.key")
        },
        Case("key without a certificate", ["client_certificate: a key without"]) { $0.keyFile = text("readable.pem") },
        Case("proxy scheme", ["proxy: ", "socks5h"]) { $0.proxy = Secret(copying: "ftp://proxy:1") },
        Case("proxy without a host", ["proxy: "]) { $0.proxy = Secret(copying: "http://name:\(secret)@") },
        Case("proxy port", ["proxy: "]) { $0.proxy = Secret(copying: "http://name:\(secret)@proxy:65536") },
        Case("proxy port 0", ["proxy: "]) { $0.proxy = Secret(copying: "proxy:0") },
        Case("proxy path", ["proxy: "]) { $0.proxy = Secret(copying: "http://proxy:1/path") },
        Case("proxy with a space", ["proxy: "]) { $0.proxy = Secret(copying: "http://proxy :1") },
        Case("proxy with a newline", ["proxy: "]) { $0.proxy = Secret(copying: "http://name:\(secret)\n@proxy:1") },
        Case("proxy with an empty address", ["proxy: "]) { $0.proxy = Secret(copying: "http://[]:1") },
        Case("proxy with a bad address", ["proxy: "]) { $0.proxy = Secret(copying: "http://[x y]:1") },
        Case("proxy password with a slash", ["proxy: ", "percent-encode"]) {
            $0.proxy = Secret(copying: "http://name:\(secret)/x@proxy:1")
        },
        Case("proxy password with a hash", ["proxy: ", "%23"]) {
            $0.proxy = Secret(copying: "http://name:\(secret)#x@proxy:1")
        },
        Case("proxy password with a question mark", ["proxy: ", "%3F"]) {
            $0.proxy = Secret(copying: "name:\(secret)?x@proxy:1")
        },
        Case("proxy password with a NUL", ["proxy: ", "control"]) {
            $0.proxy = Secret(copying: "http://name:\(secret)%00@proxy:1")
        },
        Case("proxy user with a control character", ["proxy: ", "control"]) {
            $0.proxy = Secret(copying: "http://na%01me:\(secret)@proxy:1")
        },
        Case("proxy password with a return", ["proxy: ", "control"]) {
            $0.proxy = Secret(copying: "http://name:\(secret)%0d@proxy:1")
        },
        Case("proxy password with half an escape", ["proxy: "]) {
            $0.proxy = Secret(copying: "http://name:\(secret)%2@proxy:1")
        },
        Case("proxy address that is none", ["proxy: "]) { $0.proxy = Secret(copying: "http://[1]:1") },
        Case("base URL with an address that is none", ["base_url: ", "host"]) { $0.baseURL = text("https://[1]") },
        Case("base URL with an encoded dot segment", ["base_url: ", ".."]) { $0.baseURL = text("https://x/%2E%2e/y") },
        Case("long API key", ["api_key: longer than 4096"]) { $0.apiKey = Secret(copying: long) },
        Case("long application key", ["app_key: longer"]) { $0.appKey = Secret(copying: long) },
        Case("long token", ["access_token: longer"]) { $0.accessToken = Secret(copying: long) },
        Case("long base URL", ["base_url: longer"]) { $0.baseURL = text("https://x/" + long) },
        Case("long proxy", ["proxy: longer"]) { $0.proxy = Secret(copying: long) },
        Case("long user agent", ["user_agent: longer"]) { $0.userAgent = text(long + long) },
        Case("long header", ["header: longer"], header("X-Long", long + long)),
        Case("long path", ["ca_file: longer"]) { $0.caFile = text(long) },
        Case("proxy for loopback", ["proxy: ", "http:// base_url"]) {
            $0.baseURL = text("http://127.0.0.1:1")
            $0.proxy = Secret(copying: "http://name:\(secret)@proxy:1")
        },
        Case("empty user agent", ["user_agent: \"\""]) { $0.userAgent = Text() },
        Case("newline in the user agent", ["user_agent: ", #"\x0D\x0A"#]) { $0.userAgent = text("a\r\nX-Evil: 1") },
        Case("user agent that is not ASCII", ["user_agent: "]) { $0.userAgent = text("ägent/1") },
        Case("header without a name", ["header: \"\""], header("", "1")),
        Case("header name with a space", ["header: \"X Bad\""], header("X Bad", "1")),
        Case("header name with a colon", ["header: \"X-Bad:\""], header("X-Bad:", "1")),
        Case("header name with a newline", ["header: ", #"\x0A"#], header("X\nBad", "1")),
        Case("header name that is not ASCII", ["header: "], header("X-Bäd", "1")),
        Case(
            "header value with a newline", ["header: ", "X-Bad", "control"], header("X-Bad", "\(secret)\r\nX-Evil: 1")),
        Case("header value with a lone return", ["header: ", "X-Bad", "control"], header("X-Bad", "1\r2")),
        Case("second header", ["header: ", "X Bad"]) {
            $0.addHeader(name: text("X-Good"), value: Secret(copying: "1"))
            $0.addHeader(name: text("X Bad"), value: Secret(copying: "1"))
        },
        Case("backoff", ["retry_backoff_ms: base"]) {
            $0.retry.backoffBase = 2
            $0.retry.backoffMax = 1
        },
        Case("response size", ["max_response_bytes: 0"]) { $0.maxResponseBytes = 0 },
    ]

    @Test(arguments: refused)
    func aSettingThatCannotBeUsed(case test: Case) {
        guard let message = SettingsTests.message(change: test.change) else {
            Issue.record("accepted")
            return
        }
        for fragment in test.fragments { #expect(message.contains(fragment)) }
        for secret in [SettingsTests.secret, "0123456789-api", "0123456789-app"] { #expect(!message.contains(secret)) }
        #expect(!message.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "one line")
    }

    @Test(arguments: [
        "Accept", "Accept-Encoding", "Authorization", "DD-API-KEY", "DD-APPLICATION-KEY", "User-Agent", "Connection",
        "Content-Length",
        "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
    ])
    func headersOfTheLibraryItself(name: String) {
        for spelling in [name, name.lowercased(), name.uppercased()] {
            let message =
                SettingsTests.message(change: SettingsTests.header(spelling, SettingsTests.secret)) ?? "accepted"
            #expect(message.hasPrefix("header: \"\(spelling)\" is sent by the library itself"))
            #expect(!message.contains(SettingsTests.secret))
        }
    }

    static let accepted: [Case] = [
        Case("nothing", []) { _ in },
        Case("every site", []) { $0.site = text("us2.ddog-gov.com") },
        Case("key with spaces and UTF-8", []) { $0.apiKey = Secret(copying: "a b ä") },
        Case("files", []) {
            $0.caFile = text("readable.pem")
            $0.certificateFile = text("readable.pem")
            $0.keyFile = text("readable.pem")
        },
        Case("certificate with its key in it", []) { $0.certificateFile = text("readable.pem") },
        Case("user agent", []) { $0.userAgent = text("agent/1.2 (comment)") },
        Case("headers", []) {
            $0.addHeader(name: text("X-One"), value: Secret(copying: "1\t2"))
            $0.addHeader(name: text("X-One"), value: Secret(copying: "größe"))
            $0.addHeader(name: text("!#$%&'*+-.^_`|~9"), value: Secret(""))
        },
        Case("no limits", []) {
            $0.connectTimeout = 0
            $0.attemptTimeout = 0
            $0.timeout = 0
            $0.retry.maxRetries = 0
            $0.retry.backoffBase = 0
            $0.retry.backoffMax = 0
        },
        Case("largest numbers", []) {
            $0.connectTimeout = .max
            $0.attemptTimeout = .max
            $0.timeout = .max
            $0.retry.maxRetries = .max
            $0.retry.backoffBase = .max
            $0.retry.backoffMax = .max
            $0.maxResponseBytes = .max
        },
        Case("no proxy for loopback", []) {
            $0.baseURL = text("http://127.0.0.1:1")
            $0.proxy = Secret("")
        },
    ]

    @Test(arguments: accepted)
    func aSettingThatCanBeUsed(case test: Case) {
        #expect(SettingsTests.message(change: test.change) == nil)
    }

    @Test(arguments: [
        "", "proxy", "proxy:3128", "10.0.0.1:3128", "[::1]", "[::1]:1080", "http://proxy", "http://proxy:1/",
        "https://proxy:65535",
        "HTTP://proxy:1", "socks4://proxy:1", "socks4a://proxy:1", "socks5://proxy:1", "socks5h://[2001:db8::1]:1080",
        "http://name:word@proxy:3128", "http://name:w%40rd@proxy", "http://name@proxy", "http://na:me:wo@rd@proxy:1",
        "pro_xy.example.com:1",
    ])
    func proxies(proxy: String) {
        #expect(SettingsTests.message { $0.proxy = Secret(copying: proxy) } == nil)
    }

    @Test(arguments: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
    func aProxyOfTheEnvironmentIsCheckedToo(name: String) {
        let wrong = [name: "http://name:\(SettingsTests.secret)#@proxy:1"]
        let message = SettingsTests.message(wrong) { _ in }
        #expect(message?.hasPrefix("\(name): ") == true)
        #expect(message?.contains(SettingsTests.secret) == false)
        #expect(SettingsTests.message(wrong) { $0.proxy = Secret("") } == nil, "it is not used")
        #expect(SettingsTests.message(wrong) { $0.baseURL = text("http://127.0.0.1:1") } == nil, "it is not used")
        #expect(SettingsTests.message([name: "http://name:word@proxy:1"]) { _ in } == nil)
    }

    @Test func aProxyIsTakenApart() throws {
        let proxy = try ProxyURL(Secret("HTTPS://us%40er:pa%3Ass@[2001:db8::1]:8080/"), name: "proxy")
        #expect(string(proxy.address) == "https://[2001:db8::1]:8080")
        #expect(proxy.user.map(ConfigurationTests.shown) == "us@er")
        #expect(proxy.password.map(ConfigurationTests.shown) == "pa:ss")
        #expect(proxy.isHTTPS)
        #expect(proxy.secrets.map(ConfigurationTests.shown) == ["pa:ss", "pa%3Ass", "dXNAZXI6cGE6c3M="])
        let plain = try ProxyURL(Secret("proxy:3128"), name: "proxy")
        #expect(string(plain.address) == "proxy:3128")
        #expect(plain.user == nil && plain.password == nil && !plain.isHTTPS)
    }

    @Test(arguments: [
        "::", "::1", "1::", "1::8", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::1",
        "::ffff:127.0.0.1", "1:2:3:4:5:6:127.0.0.1", "2001:DB8::",
    ])
    func addresses(address: String) {
        #expect(isIPv6Address(Array(address.utf8)[...]))
    }

    @Test(arguments: [
        "", "1", ":", ":::", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "::g", ":1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:", "::256.0.0.1", "::1.2.3", "::1%25eth0", "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4",
    ])
    func whatIsNoAddress(address: String) {
        #expect(!isIPv6Address(Array(address.utf8)[...]))
    }

    @Test func theFirstProblemIsReported() {
        let message = SettingsTests.message {
            $0.maxResponseBytes = 0
            $0.baseURL = text("ftp://x")
        }
        #expect(message?.hasPrefix("base_url: ") == true)
    }
}
