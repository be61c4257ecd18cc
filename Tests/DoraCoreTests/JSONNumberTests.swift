// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct JSONNumberTests {
    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("0.0", 0), ("0e99999999999999999999", 0), ("-0.000e-5", 0), ("1", 1), ("-1", -1),
            ("1693491974000000000", 1_693_491_974_000_000_000), ("1.693491974e18", 1_693_491_974_000_000_000),
            ("1693491974000000000.0", 1_693_491_974_000_000_000), ("1693491974E9", 1_693_491_974_000_000_000),
            ("1693491974e+9", 1_693_491_974_000_000_000), ("16934919740000000000e-1", 1_693_491_974_000_000_000),
            ("0.1e1", 1), ("1000000000000000000000e-21", 1), ("0.00000000000000000000000123e23", nil),
            ("0.00000000000000000000000123e26", 123), ("9223372036854775807", .max), ("9223372036854775808", nil),
            ("-9223372036854775808", .min), ("-9223372036854775809", nil), ("9223372036854775807.0", .max),
            ("9.223372036854775807e18", .max), ("922337203685477580.7e1", .max), ("9223372036854775807.5", nil),
            ("18446744073709551617", nil), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil),
            ("1e999999999999999999999", nil),
            ("1e-999999999999999999999", nil), ("0.5", nil), ("1.5e0", nil), ("15e-1", nil), ("150e-1", 15),
            ("100000000000000000000000000001", nil),
        ] as [(String, Int64?)])
    func integers(text: String, expected: Int64?) throws {
        #expect(try event(attributes: #""started_at":\#(text)"#).startedAt == expected)
    }

    @Test func manyZerosAreNoHindrance() throws {
        let zeros = String(repeating: "0", count: 100_000)
        #expect(try event(attributes: #""started_at":7\#(zeros)e-100000"#).startedAt == 7)
        #expect(try event(attributes: #""started_at":0.\#(zeros)7e100001"#).startedAt == 7)
        #expect(try event(attributes: #""started_at":7.\#(zeros)"#).startedAt == 7)
        #expect(try event(attributes: #""started_at":7.\#(zeros)1"#).startedAt == nil)
    }
}
