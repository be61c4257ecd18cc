// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct SecretTests {
    static func redacted(_ value: String, _ secrets: [String]) -> String {
        string(Redactor(secrets.map { Secret(copying: $0) }).redact(text(value)))
    }

    @Test func aSecretIsACopy() {
        let secret = "0123456789".withCString { Secret(copying: $0) }
        #expect(secret.withCString { String(cString: $0) } == "0123456789")
        #expect(secret.count == 10)
    }

    @Test func aHeaderLine() {
        let line = Secret(joining: [Secret("DD-API-KEY: "), Secret(copying: "0123")])
        #expect(line.withCString { String(cString: $0) } == "DD-API-KEY: 0123")
        #expect(line.count == 16)
    }

    @Test(arguments: [
        ("", ["0123"], ""), ("nothing here", ["0123"], "nothing here"), ("0123", ["0123"], "[redacted]"),
        ("a 0123 b", ["0123"], "a [redacted] b"), ("01230123", ["0123"], "[redacted][redacted]"),
        ("0120123", ["0123"], "012[redacted]"), ("012", ["0123"], "012"), ("x0123", ["0123"], "x[redacted]"),
        ("0123 and 4567", ["0123", "4567"], "[redacted] and [redacted]"), ("größe-key", ["größe-key"], "[redacted]"),
    ])
    func redaction(value: String, secrets: [String], expected: String) {
        #expect(SecretTests.redacted(value, secrets) == expected)
    }

    /// In the forms in which a server or a proxy may repeat a key.
    @Test(arguments: [
        "se/cr&e\"t", "SE/CR&E\"T", "se%2Fcr%26e%22t", "se%2fcr%26e%22t", "%73%65%2F%63%72%26%65%22%74",
        "se\\/cr\\u0026e\\\"t", "se\\u002fcr&e\\u0022t", "se/cr&amp;e&quot;t", "se/cr&#38;e&#x22;t",
        "se/cr&#x26;e&#34;t",
        "se\\x2Fcr&e\"t",
    ])
    func encodedSecrets(value: String) {
        #expect(SecretTests.redacted("a \(value) b", ["se/cr&e\"t"]) == "a [redacted] b")
    }

    @Test(arguments: [
        ("0123456789", ["0123", "0123456789"], "[redacted]"), ("0123456789", ["456789", "01234567"], "[redacted]"),
        ("01234567890123", ["0123456789", "567890"], "[redacted]123"),
        ("x01234567x", ["1234", "0123", "4567"], "x[redacted]x"),
    ])
    func secretsThatOverlap(value: String, secrets: [String], expected: String) {
        #expect(SecretTests.redacted(value, secrets) == expected)
    }

    /// Whatever is cut off at the end of a text cannot be told from chance.
    @Test(arguments: ["%", "%2", "\\", "\\u", "\\u002", "&", "&#", "&#x2", "&am"])
    func halfAnEncoding(value: String) {
        #expect(SecretTests.redacted(value, ["0123"]) == value)
    }

    @Test func aSecretThatIsAnEncodingItself() {
        #expect(SecretTests.redacted("a %41bcd b", ["%41bcd"]) == "a [redacted] b")
        #expect(SecretTests.redacted("a %2541bcd b", ["%41bcd"]) == "a [redacted] b")
    }

    @Test func anEmptySecretRedactsNothing() {
        #expect(SecretTests.redacted("text", [""]) == "text")
    }
}
