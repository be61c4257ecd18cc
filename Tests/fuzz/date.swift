// SPDX-License-Identifier: Apache-2.0

@testable import DoraCore

/// A date-time of RFC 3339 and an HTTP-date. What is accepted has the form the RFC asks for, and
/// says the same when it is written with another offset.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // Memory of just that size: a read too far is found.
    let text = [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let time = text.withUnsafeBufferPointer({ parseRFC3339($0) }) { check(time, text) }
    if let seconds = text.withUnsafeBufferPointer({ parseHTTPDate($0) }) {
        precondition(text.count >= 24 && text.count <= 33, "an HTTP-date of an odd length")
        precondition(seconds >= -62_167_219_200 && seconds <= 253_402_300_800, "an HTTP-date of no four-digit year")
    }
    return 0
}

private func check(_ time: DateTime, _ text: [UInt8]) {
    precondition(text.count >= 20, "a date-time that is too short")
    let nanoseconds = time.nanoseconds % 1_000_000_000
    let hasFraction = text[19] == UInt8(ascii: ".")
    precondition(hasFraction || nanoseconds == 0, "a fraction from nowhere")
    precondition(hasFraction || !time.isCut, "a cut from nowhere")
    guard text.last == UInt8(ascii: "Z") else { return }
    let shifted = Array(text.dropLast()) + Array("-23:59".utf8)
    let leap = text[17] == UInt8(ascii: "6")
    let other = shifted.withUnsafeBufferPointer { parseRFC3339($0) }
    precondition(leap || other?.nanoseconds == time.nanoseconds + 86_340_000_000_000, "an offset is not exact")
}
