// SPDX-License-Identifier: Apache-2.0

/// Reads an HTTP-date (RFC 9110 section 5.6.7), in the form of today or in one of the two obsolete
/// ones, as Unix time in seconds. The day's name must be one, it is not compared with the date.
package func parseHTTPDate(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    var reader = DateReader(text)
    guard let weekday = reader.weekday() else { return nil }
    let parts: (date: CalendarDate, time: ClockTime)?
    if !reader.take(",") {
        parts = weekday.isShort ? reader.asctimeDate() : nil
    } else {
        parts = weekday.isShort ? reader.fixdate() : reader.rfc850Date()
    }
    guard let parts, reader.isAtEnd else { return nil }
    return unixSeconds(parts.date, parts.time, offset: 0)
}

extension DateReader {
    /// "Sun" or "Sunday".
    fileprivate mutating func weekday() -> Weekday? {
        let rests: [(StaticString, StaticString)] = [
            ("Mon", "day"), ("Tue", "sday"), ("Wed", "nesday"), ("Thu", "rsday"), ("Fri", "day"), ("Sat", "urday"),
            ("Sun", "day"),
        ]
        for (short, rest) in rests where take(short) { return Weekday(isShort: !take(rest)) }
        return nil
    }

    private mutating func month() -> Int? {
        let names: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        for index in 0..<names.count where take(names[index]) { return index &+ 1 }
        return nil
    }

    /// " 06 Nov 1994 08:49:37 GMT"
    fileprivate mutating func fixdate() -> (date: CalendarDate, time: ClockTime)? {
        guard take(" "), let day = number(digits: 2), take(" "), let month = month(), take(" "),
            let year = number(digits: 4), take(" "), let time = clockTime(), take(" GMT"),
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        return (date, time)
    }

    /// " 06-Nov-94 08:49:37 GMT"; the years 70 to 99 are of the last century, as POSIX has it.
    fileprivate mutating func rfc850Date() -> (date: CalendarDate, time: ClockTime)? {
        guard take(" "), let day = number(digits: 2), take("-"), let month = month(), take("-"),
            let year = number(digits: 2), take(" "), let time = clockTime(), take(" GMT"),
            let date = CalendarDate(year: year &+ (year < 70 ? 2000 : 1900), month: month, day: day)
        else { return nil }
        return (date, time)
    }

    /// " Nov  6 08:49:37 1994"
    fileprivate mutating func asctimeDate() -> (date: CalendarDate, time: ClockTime)? {
        guard take(" "), let month = month(), take(" "), let day = take(" ") ? number(digits: 1) : number(digits: 2),
            take(" "), let time = clockTime(), take(" "), let year = number(digits: 4),
            let date = CalendarDate(year: year, month: month, day: day)
        else { return nil }
        return (date, time)
    }
}

private struct Weekday {
    let isShort: Bool
}
