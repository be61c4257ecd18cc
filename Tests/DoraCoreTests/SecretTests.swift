// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct SecretTests {
    static func redacted(_ value: String, _ secrets: [String]) -> String {
        var text = text(value)
        for secret in secrets { text.redact(Secret(copying: secret)) }
        return string(text)
    }

    @Test func aSecretIsACopy() {
        let secret = "0123456789".withCString { Secret(copying: $0) }
        #expect(secret.withCString { String(cString: $0) } == "0123456789")
        #expect(secret.count == 10)
    }

    @Test func aHeaderLine() {
        let line = Secret("DD-API-KEY: ", Secret(copying: "0123"))
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

    @Test func anEmptySecretRedactsNothing() {
        #expect(SecretTests.redacted("text", [""]) == "text")
    }
}
