// SPDX-License-Identifier: Apache-2.0

/// The value of a well-formed JSON number if it is an exact int64, however it is written:
/// `1693491974000000000`, `1.693491974e18` and `1693491974000000000.0` are the same.
///
/// Digits and exponent are counted, never multiplied out, so that `1e999999999999` costs its length.
func exactInteger(_ start: BytePointer) -> Int64? {
    let isNegative = start.pointee == UInt8(ascii: "-")
    let digits = isNegative ? start + 1 : start
    var place = digits
    var value: UInt64 = 0
    while let eight = eightDigits(loadWord(place)) {
        value = value &* 100_000_000 &+ eight
        place += 8
    }
    while isDigit(place.pointee) {
        value = value &* 10 &+ UInt64(place.pointee &- UInt8(ascii: "0"))
        place += 1
    }
    let isPlain = place.pointee != UInt8(ascii: ".") && place.pointee | 0x20 != UInt8(ascii: "e")
    // Nineteen digits fit 64 bits in any case.
    if isPlain && place - digits <= 19 { return integer(value, isNegative: isNegative) }
    return exactInteger(digits: digits, isNegative: isNegative)
}

/// The number that eight digits are, the first of them in the lowest byte; nil if one is no digit. Each step
/// joins neighbours: pairs, then fours, then all eight are one number.
@inline(__always)
private func eightDigits(_ word: UInt64) -> UInt64? {
    guard areEightDigits(word) else { return nil }
    var digits = word ^ 0x3030_3030_3030_3030
    digits = (digits &* 10 &+ digits &>> 8) & 0x00FF_00FF_00FF_00FF
    digits = (digits &* 100 &+ digits &>> 16) & 0x0000_FFFF_0000_FFFF
    return (digits &* 10_000 &+ digits &>> 32) & 0x0000_0000_FFFF_FFFF
}

private func exactInteger(digits start: BytePointer, isNegative: Bool) -> Int64? {
    var digits = SignificantDigits()
    var place = start
    while isDigit(place.pointee) {
        digits.append(place.pointee, isFraction: false)
        place += 1
    }
    if place.pointee == UInt8(ascii: ".") {
        place += 1
        while isDigit(place.pointee) {
            digits.append(place.pointee, isFraction: true)
            place += 1
        }
    }
    if place.pointee | 0x20 == UInt8(ascii: "e") { digits.scale = digits.scale &+ exponent(place + 1) }
    return digits.integer.flatMap { integer($0, isNegative: isNegative) }
}

private func integer(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
    if magnitude > Int64.max.magnitude &+ (isNegative ? 1 : 0) { return nil }
    return Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude)
}

/// An exponent, held where no body is long enough to make up for it.
private func exponent(_ start: BytePointer) -> Int {
    let limit = 1 &<< 40
    var place = start
    let isNegative = place.pointee == UInt8(ascii: "-")
    if isNegative || place.pointee == UInt8(ascii: "+") { place += 1 }
    var value = 0
    while isDigit(place.pointee) {
        if value < limit { value = value &* 10 &+ Int(place.pointee &- UInt8(ascii: "0")) }
        place += 1
    }
    return isNegative ? 0 &- value : value
}

/// A decimal number as `value` · 10^`scale`, its trailing zeros in the scale.
private struct SignificantDigits {
    private var value: UInt64 = 0
    /// Zeros that count only if another digit follows them.
    private var pendingZeros = 0
    private var isTooLong = false
    var scale = 0

    mutating func append(_ byte: UInt8, isFraction: Bool) {
        if isFraction { scale &-= 1 }
        if isTooLong { return }
        if byte == UInt8(ascii: "0") {
            if value != 0 { pendingZeros &+= 1 }
            return
        }
        shift(by: pendingZeros &+ 1)
        pendingZeros = 0
        let (sum, overflow) = value.addingReportingOverflow(UInt64(byte &- UInt8(ascii: "0")))
        value = sum
        isTooLong = isTooLong || overflow
    }

    private mutating func shift(by zeros: Int) {
        // Twenty digits are more than an int64 has.
        if zeros > 20 { isTooLong = true }
        for _ in 0..<min(zeros, 20) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            value = product
            isTooLong = isTooLong || overflow
        }
    }

    /// The magnitude of the integer that the number is.
    var integer: UInt64? {
        var result = self
        let zeros = pendingZeros &+ scale
        if value == 0 && !isTooLong { return 0 }
        if zeros < 0 { return nil }
        result.shift(by: zeros)
        return result.isTooLong ? nil : result.value
    }
}
