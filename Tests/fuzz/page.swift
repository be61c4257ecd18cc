// SPDX-License-Identifier: Apache-2.0

import CCurl

@testable import DoraCore

/// A page of events. Each item must come out as the event that it is on its own, and the page must be JSON
/// by the same rules as an event.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let page = FailurePage()
    do throws(MalformedBody) {
        try page.read(ByteBuffer(copying: start, count: count))
        check(page)
        precondition(refusal(of: start, count) == "no \"data\" object", "an event reader finds the page malformed")
        let body = page.takeBody()
        let received = UnsafeBufferPointer(start: start, count: count)
        precondition(body.bytes.elementsEqual(received), "the body is changed")
    } catch {
        let reason = text(error.reason)
        precondition(page.count == 0 && !reason.isEmpty && error.takeBody().count == count, "the body is lost")
        checkRefusal(reason, start, count)
    }
    return 0
}

private func check(_ page: FailurePage) {
    for index in 0..<min(page.count, 200) {
        let item = page.item(index)
        let json = Array("{\"data\":".utf8) + Array(item.bytes) + Array("}".utf8)
        let alone = decode(json, strict: false)
        let failure = make(page, index, strict: false)
        guard let alone, let failure else { preconditionFailure("an item is refused") }
        precondition(facts(failure) == facts(alone), "an item differs from the event that it is")
        precondition(failure.startedAt == item.startedAt, "the times differ")
        let isStrict = make(page, index, strict: true) != nil
        precondition(isStrict == (failure.violationCount == 0), "strict mode and the violations differ")
        checkID(item, failure)
    }
}

/// The walk compares ids as they were received: one that has an escape is not compared here.
private func checkID(_ item: PageItem, _ failure: Failure) {
    let id = bytes(failure.text(.id)) ?? []
    precondition(item.id?.isEmpty != true, "an id that is none")
    if item.id == nil { precondition(id.isEmpty, "an id is lost") }
    if let given = item.id, !given.contains(UInt8(ascii: "\\")) { precondition(Array(given) == id, "the ids differ") }
}

private func make(_ page: FailurePage, _ index: Int, strict: Bool) -> Failure? {
    do throws(MalformedBody) {
        return try page.makeFailure(index, response: nil, strict: strict)
    } catch {
        precondition(text(error.reason).hasPrefix("strict mode: "), "an item is refused")
        return nil
    }
}

private func decode(_ json: [UInt8], strict: Bool) -> Failure? {
    do throws(MalformedBody) {
        let body = ByteBuffer(copying: json, count: json.count)
        return try Failure.decode(body, response: nil, strict: strict, id: nil, needsData: false)
    } catch {
        return nil
    }
}

private func refusal(of start: UnsafePointer<UInt8>, _ count: Int) -> String? {
    do throws(MalformedBody) {
        _ = try Failure.decode(ByteBuffer(copying: start, count: count), response: nil, strict: false)
        return nil
    } catch {
        return text(error.reason)
    }
}

/// A page that is no JSON is none for an event either. An item may lie one level deeper than it does there.
private func checkRefusal(_ reason: String, _ start: UnsafePointer<UInt8>, _ count: Int) {
    if reason == "no \"data\" list" || reason.hasPrefix("a list of more") { return }
    let other = refusal(of: start, count)
    precondition(other == reason || other?.contains("512 levels") == true, "two readers find different things wrong")
}

private func facts(_ failure: Failure) -> [[UInt8]?] {
    var facts = FailureField.allCases.map { bytes(failure.text($0)) }
    facts += (0..<failure.envCount).map { bytes(failure.env($0)) } + [nil]
    facts += (0..<failure.teamCount).map { bytes(failure.team($0)) } + [nil]
    facts += (0..<failure.serviceCount).map { bytes(failure.service($0)) } + [nil]
    facts += (0..<failure.customTagCount).map { bytes(failure.customTag($0)) } + [nil]
    facts += (0..<failure.violationCount).map { bytes(failure.violation($0)) } + [nil]
    facts += [failure.startedAt, failure.finishedAt].map { time in time.map { Array("\($0)".utf8) } }
    let json = failure.json
    precondition(json.start[json.count] == 0, "the JSON is not terminated")
    return facts + [Array(UnsafeRawBufferPointer(start: json.start, count: json.count))]
}

private func text(_ text: Text) -> String {
    String(decoding: text.bytes, as: UTF8.self)
}

private func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    guard let text else { return nil }
    return (0..<strlen(text)).map { UInt8(bitPattern: text[$0]) }
}
