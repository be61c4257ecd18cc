// SPDX-License-Identifier: Apache-2.0

extension Text {
    /// An RFC 3339 date-time in UTC, no longer than it needs to be: whole seconds, or a fraction of three or
    /// nine digits.
    ///
    /// - Parameter time: nanoseconds since 1970.
    package mutating func append(dateTime time: Int64) {
        let seconds = floorDivide(time, 1_000_000_000)
        let nanoseconds = time &- seconds &* 1_000_000_000
        let days = floorDivide(seconds, 86_400)
        let clock = seconds &- days &* 86_400
        append(date: days)
        append("T")
        append(clock / 3600, digits: 2)
        append(":")
        append(clock / 60 % 60, digits: 2)
        append(":")
        append(clock % 60, digits: 2)
        if nanoseconds != 0 {
            append(".")
            let isMilliseconds = nanoseconds % 1_000_000 == 0
            append(isMilliseconds ? nanoseconds / 1_000_000 : nanoseconds, digits: isMilliseconds ? 3 : 9)
        }
        append("Z")
    }

    /// - Parameter days: since 1970-01-01.
    private mutating func append(date days: Int64) {
        // A guess that is off by one year at most.
        var year = 1970 &+ floorDivide(days &* 400, 146_097)
        if days < firstDay(year, 1) { year &-= 1 }
        if days >= firstDay(year &+ 1, 1) { year &+= 1 }
        var month: Int64 = 12
        while month > 1, days < firstDay(year, month) { month &-= 1 }
        append(year, digits: 4)
        append("-")
        append(month, digits: 2)
        append("-")
        append(days &- firstDay(year, month) &+ 1, digits: 2)
    }

    /// With leading zeros.
    private mutating func append(_ number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor &*= 10 }
        while divisor > 0 {
            append(byte: UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

/// Days since 1970-01-01 of the first day of a month.
private func firstDay(_ year: Int64, _ month: Int64) -> Int64 {
    Int64(CalendarDate(year: Int(year), month: Int(month), day: 1)?.daysSinceEpoch ?? 0)
}

/// The largest whole number that is not above the quotient. The divisor is positive.
func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient &- 1 : quotient
}
