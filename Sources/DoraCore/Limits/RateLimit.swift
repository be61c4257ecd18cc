// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What a response says of the rate limit; -1 where it says nothing.
package struct RateLimit {
    package var limit: Int64 = -1
    package var remaining: Int64 = -1
    package var periodSeconds: Int64 = -1
    /// Seconds from the response until the window starts anew.
    package var resetSeconds: Int64 = -1

    package init() {}

    /// - Parameter unixTime: seconds since 1970 on this machine's clock, to convert a reset that is given as a
    ///   Unix time where the response has no Date of its own.
    package init(_ headers: borrowing HeaderBlock, unixTime: @autoclosure () -> Int64) {
        guard headers.mayTellOfLimits else { return }
        limit = headers.value(of: "x-ratelimit-limit").map(parseCount) ?? -1
        remaining = headers.value(of: "x-ratelimit-remaining").map(parseCount) ?? -1
        periodSeconds = headers.value(of: "x-ratelimit-period").map(parseCount) ?? -1
        resetSeconds = headers.value(of: "x-ratelimit-reset").map(parseCount) ?? -1
        // No window is longer than 30 years: what is larger is a point in time.
        if resetSeconds >= 1_000_000_000 {
            resetSeconds = max(0, resetSeconds &- (headers.serverTime ?? unixTime()))
        }
    }
}

/// How long the server asks to wait, in milliseconds: Retry-After, seconds or a date (RFC 9110
/// section 10.2.3), else for a 429 the reset of the rate limit. nil if it does not say.
package func serverWait(
    status: Int, headers: borrowing HeaderBlock, rateLimit: RateLimit, unixTime: @autoclosure () -> Int64
) -> Int64? {
    if headers.mayTellOfLimits, let value = headers.value(of: "retry-after") {
        let seconds = parseCount(value)
        if seconds >= 0 { return milliseconds(seconds) }
        if let date = httpDate(value) { return milliseconds(max(0, date &- (headers.serverTime ?? unixTime()))) }
    }
    return status == 429 && rateLimit.resetSeconds >= 0 ? milliseconds(rateLimit.resetSeconds) : nil
}

private func httpDate(_ text: UnsafePointer<CChar>) -> Int64? {
    text.withMemoryRebound(to: UInt8.self, capacity: 1) {
        parseHTTPDate(UnsafeBufferPointer(start: $0, count: strlen(text)))
    }
}

extension HeaderBlock {
    /// X-RateLimit-Name.
    package var rateLimitName: Text? {
        guard mayTellOfLimits, let name = value(of: "x-ratelimit-name"), name[0] != 0 else { return nil }
        return Text(copying: name)
    }

    /// What the server's clock showed (Date, RFC 9110 section 6.6.1), in Unix seconds: this machine's may be off.
    fileprivate var serverTime: Int64? { value(of: "date").flatMap(httpDate) }
}

private func milliseconds(_ seconds: Int64) -> Int64 {
    seconds > Int64.max / 1000 ? Int64.max : seconds &* 1000
}

/// A non-negative whole number in a header. A list that repeats it ("1, 1") counts once; anything
/// else that is no number is -1.
func parseCount(_ text: UnsafePointer<CChar>) -> Int64 {
    var value: Int64 = 0
    var digits = 0
    var index = 0
    while true {
        let byte = UInt8(bitPattern: text[index])
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { break }
        guard digits < 18 else { return -1 }
        value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
        if value > 0 { digits &+= 1 }
        index &+= 1
    }
    guard index > 0 else { return -1 }
    while text[index] == 0x20 || text[index] == 0x09 { index &+= 1 }
    let next = UInt8(bitPattern: text[index])
    return next == 0 || next == UInt8(ascii: ",") ? value : -1
}
