// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct DateTimeTextTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999999999Z"),
            (1_693_491_974_000_000_000, "2023-08-31T14:26:14Z"),
            (1_693_491_974_120_000_000, "2023-08-31T14:26:14.120Z"),
            (1_693_491_974_000_000_001, "2023-08-31T14:26:14.000000001Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00Z"),
            (4_102_444_800_000_000_000, "2100-01-01T00:00:00Z"),
            (Int64.max, "2262-04-11T23:47:16.854775807Z"),
            (Int64.min, "1677-09-21T00:12:43.145224192Z"),
        ] as [(Int64, String)])
    func dateTimes(time: Int64, expected: String) {
        var text = Text()
        text.append(dateTime: time)
        #expect(string(text) == expected)
    }

    @Test func whatIsWrittenIsReadAgain() {
        var random = SplitMix()
        for _ in 0..<2000 {
            let range = Int64(-9_000_000_000)...9_000_000_000
            let time = random.next(in: range) * 1_000_000_000 + random.next(in: 0...999_999_999)
            var text = Text()
            text.append(dateTime: time)
            let read = text.bytes.withUnsafeBufferPointer { parseRFC3339($0) }
            #expect(read?.nanoseconds == time, "\(string(text))")
        }
    }

    /// Around 1970, a leap day in a century's first year, and a year that is a century's but no leap year.
    @Test(arguments: [-800...800, 10_900...11_100, 47_400...47_700] as [ClosedRange<Int64>])
    func theFirstMomentOfEachDay(days: ClosedRange<Int64>) {
        for day in days {
            var text = Text()
            text.append(dateTime: day * 86_400 * 1_000_000_000)
            let read = text.bytes.withUnsafeBufferPointer { parseRFC3339($0) }
            #expect(read?.nanoseconds == day * 86_400 * 1_000_000_000, "\(string(text))")
        }
    }
}
