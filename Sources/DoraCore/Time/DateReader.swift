// SPDX-License-Identifier: Apache-2.0

/// Takes the parts of a date from the front of a text.
struct DateReader {
    private let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    var isAtEnd: Bool { index == text.count }

    var next: UInt8? { index < text.count ? text[index] : nil }

    mutating func take(_ literal: StaticString) -> Bool {
        guard text.count &- index >= literal.utf8CodeUnitCount else { return false }
        for offset in 0..<literal.utf8CodeUnitCount where text[index &+ offset] != literal.utf8Start[offset] {
            return false
        }
        index &+= literal.utf8CodeUnitCount
        return true
    }

    /// Exactly `digits` digits.
    mutating func number(digits: Int) -> Int? {
        guard text.count &- index >= digits else { return nil }
        var value = 0
        for _ in 0..<digits {
            guard let digit = self.digit() else { return nil }
            value = value &* 10 &+ digit
        }
        return value
    }

    private mutating func digit() -> Int? {
        guard let byte = next, isDigit(byte) else { return nil }
        index &+= 1
        return Int(byte &- UInt8(ascii: "0"))
    }

    // MARK: RFC 3339 section 5.6

    mutating func date() -> CalendarDate? {
        guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
            let day = number(digits: 2)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    mutating func takeDateTimeSeparator() -> Bool {
        take("T") || take("t") || take(" ")
    }

    mutating func clockTime() -> ClockTime? {
        guard let hour = number(digits: 2), take(":"), let minute = number(digits: 2), take(":"),
            let second = number(digits: 2)
        else { return nil }
        return ClockTime(hour: hour, minute: minute, second: second)
    }

    /// No fraction is one of 0.
    mutating func fraction() -> (nanoseconds: Int64, isCut: Bool)? {
        guard take(".") else { return (0, false) }
        guard let first = digit() else { return nil }
        var nanoseconds = Int64(first)
        var count = 1
        var isCut = false
        while let digit = digit() {
            if count == 9 {
                isCut = true
            } else {
                nanoseconds = nanoseconds &* 10 &+ Int64(digit)
                count &+= 1
            }
        }
        for _ in count..<9 { nanoseconds = nanoseconds &* 10 }
        return (nanoseconds, isCut)
    }

    /// Seconds ahead of UTC.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isBehind = take("-")
        guard isBehind || take("+") else { return nil }
        guard let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours <= 23, minutes <= 59
        else { return nil }
        let seconds = hours &* 3600 &+ minutes &* 60
        return isBehind ? 0 &- seconds : seconds
    }
}
