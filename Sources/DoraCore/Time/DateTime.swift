// SPDX-License-Identifier: Apache-2.0

/// A point in time, as an RFC 3339 date-time gives it.
package struct DateTime {
    /// Since 1970-01-01T00:00:00Z.
    package let nanoseconds: Int64
    /// Whether the fraction had more than nine digits, the rest of which is lost.
    package let isCut: Bool
}

/// Reads an RFC 3339 date-time of the years 1678 to 2261, which an int64 holds in nanoseconds
/// whatever the offset. `T` may be a lower-case letter or a space. Nothing is guessed: a day that
/// the calendar does not have, or a leap second at a time that can't have one, is no date-time.
package func parseRFC3339(_ text: UnsafeBufferPointer<UInt8>) -> DateTime? {
    if let seconds = usualDateTime(text) { return DateTime(nanoseconds: seconds &* 1_000_000_000, isCut: false) }
    return parseAnyDateTime(text)
}

/// Seconds since 1970 of a date-time in the form that the API sends, `2023-08-31T14:26:14Z`; nil for any other.
@inline(__always)
private func usualDateTime(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    guard text.count == 20, let start = text.baseAddress else { return nil }
    // Eight bytes at a time: 0000-00-, 00T00:00 and, two bytes of it once more, :00:00Z are zeros then.
    let date = loadWord(start) ^ 0x2D30_302D_3030_3030
    let middle = loadWord(start + 8) ^ 0x3030_3A30_3054_3030
    let end = loadWord(start + 12) ^ 0x5A30_303A_3030_3A30
    // What is more than 9 where a digit is, and more than 0 elsewhere, carries into the upper bit of its byte.
    let excess =
        (date &+ 0x7F76_767F_7676_7676) | (middle &+ 0x7676_7F76_767F_7676) | (end &+ 0x7F76_767F_7676_7F76)
    guard (excess | date | middle | end) & 0x8080_8080_8080_8080 == 0,
        let day = CalendarDate(
            year: twoDigits(date, 0) &* 100 &+ twoDigits(date, 2), month: twoDigits(date, 5),
            day: twoDigits(middle, 0)),
        day.isInRange,
        let time = ClockTime(hour: twoDigits(middle, 3), minute: twoDigits(middle, 6), second: twoDigits(end, 5))
    else { return nil }
    return unixSeconds(day, time, offset: 0)
}

@inline(__always)
private func twoDigits(_ digits: UInt64, _ byte: UInt64) -> Int {
    let pair = digits &>> (byte &* 8)
    return Int(truncatingIfNeeded: (pair & 0xFF) &* 10 &+ pair &>> 8 & 0xFF)
}

private func parseAnyDateTime(_ text: UnsafeBufferPointer<UInt8>) -> DateTime? {
    var reader = DateReader(text)
    guard let date = reader.date(), reader.takeDateTimeSeparator(), let time = reader.clockTime(),
        let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
        date.isInRange, let seconds = unixSeconds(date, time, offset: offset)
    else { return nil }
    return DateTime(nanoseconds: seconds &* 1_000_000_000 &+ fraction.nanoseconds, isCut: fraction.isCut)
}

/// A day of the Gregorian calendar, years 0 to 9999.
struct CalendarDate {
    let year: Int
    let month: Int
    let day: Int

    /// nil if the calendar does not have that day.
    init?(year: Int, month: Int, day: Int) {
        guard year >= 0, year <= 9999, month >= 1, month <= 12, day >= 1 else { return nil }
        guard day <= CalendarDate.daysInMonth(month, year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    var isInRange: Bool { year >= 1678 && year <= 2261 }

    var isLastOfMonth: Bool { day == CalendarDate.daysInMonth(month, year) }

    /// Since 1970-01-01.
    var daysSinceEpoch: Int {
        // Years that start in March have their leap day last.
        let dayOfYear = (153 &* ((month &+ 9) % 12) &+ 2) / 5 &+ day &- 1
        // 400 years more, the calendar's period, so that no division is of a negative number.
        let years = (month > 2 ? year : year &- 1) &+ 400
        return years &* 365 &+ years / 4 &- years / 100 &+ years / 400 &+ dayOfYear &- 865_565
    }

    private static func daysInMonth(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

/// Hour, minute and second; the second may be 60.
struct ClockTime {
    let hour: Int
    let minute: Int
    let second: Int

    init?(hour: Int, minute: Int, second: Int) {
        guard hour <= 23, minute <= 59, second <= 60 else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
    }
}

/// The Unix time of a time on a day, given `offset` seconds ahead of UTC. Second 60 exists as 23:59:60
/// UTC on the last day of a month only (ITU-R TF.460); it is the second that follows.
func unixSeconds(_ date: CalendarDate, _ time: ClockTime, offset: Int) -> Int64? {
    let days = date.daysSinceEpoch
    let seconds = days &* 86400 &+ time.hour &* 3600 &+ time.minute &* 60 &+ time.second &- offset
    if time.second == 60 {
        // It ends where a day starts in UTC: this one, or the next one.
        let isMonthStart = seconds == days &* 86400 && date.day == 1
        let isMonthEnd = seconds == (days &+ 1) &* 86400 && date.isLastOfMonth
        guard isMonthStart || isMonthEnd else { return nil }
    }
    return Int64(seconds)
}
