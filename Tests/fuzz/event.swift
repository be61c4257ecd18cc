// SPDX-License-Identifier: Apache-2.0

import CCurl

@testable import DoraCore

/// A body, and behind a NUL, which no JSON text holds, a JSON Pointer to look up in it. What comes
/// out by different ways must agree.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    let length = input.firstIndex(of: 0) ?? count
    let pointer = Array(input[length...].dropFirst()) + [0]
    do throws(MalformedBody) {
        let body = ByteBuffer(copying: start, count: length)
        let failure = try Failure.decode(body, response: nil, strict: false)
        check(failure, UnsafeBufferPointer(rebasing: input[..<length]), pointer.map { CChar(bitPattern: $0) })
        checkStrictMode(failure, start, length)
    } catch {
        let body = error.takeBody()
        precondition(body.count == length && !error.reason.isEmpty, "the body is lost")
    }
    return 0
}

private func check(_ failure: Failure, _ input: UnsafeBufferPointer<UInt8>, _ pointer: [CChar]) {
    let json = failure.json
    precondition(json.count == input.count && json.start[json.count] == 0, "the body is not as received")
    let kept = UnsafeRawBufferPointer(start: json.start, count: json.count)
    precondition(kept.elementsEqual(UnsafeRawBufferPointer(input)), "the body is not as received")
    checkTexts(failure)
    checkLists(failure)
    _ = copy(failure.copyJSON, pointer)
    _ = copy(failure.copyString, pointer)
    precondition(failure.violationCount <= 1000)
    let violations = (0..<failure.violationCount).map { line(failure.violation($0)) }
    // An earlier one of two equal names is out of a pointer's reach, and so is what is wrong inside it.
    let isAmbiguous = failure.violationCount == 1000 || violations.contains { $0.contains(": a duplicate name") }
    for violation in violations where !isAmbiguous { checkPointer(failure, violation) }
}

private func checkTexts(_ failure: Failure) {
    let fields: [(UnsafePointer<CChar>?, String)] = [
        (failure.text(.id), "/data/id"), (failure.text(.type), "/data/type"),
        (failure.text(.name), "/data/attributes/name"),
        (failure.text(.severity), "/data/attributes/severity"), (failure.text(.version), "/data/attributes/version"),
        (failure.text(.commitSHA), "/data/attributes/git/commit_sha"),
        (failure.text(.repositoryURL), "/data/attributes/git/repository_url"),
        (failure.text(.repositoryID), "/data/attributes/git/repository_id"),
    ]
    for (text, pointer) in fields {
        precondition(bytes(text) == string(failure, pointer), "an accessor and copy_string differ")
    }
    if let time = failure.startedAt, let text = copy(failure.copyJSON, Array("/data/attributes/started_at".utf8CString))
    {
        if let number = Int64(String(decoding: text, as: UTF8.self)) { precondition(number == time) }
    }
}

/// A string at a pointer as a C program sees it.
private func string(_ failure: Failure, _ pointer: String) -> [UInt8]? {
    copy(failure.copyString, Array(pointer.utf8CString)).map { Array($0.prefix { $0 != 0 }) }
}

private func checkLists(_ failure: Failure) {
    checkList("env", failure.envCount, failure.env, failure)
    checkList("team", failure.teamCount, failure.team, failure)
    checkList("services", failure.serviceCount, failure.service, failure)
    checkList("custom_tags", failure.customTagCount, failure.customTag, failure)
    let hasNUL = (0..<failure.violationCount).contains { line(failure.violation($0)).contains(": an escaped NUL") }
    for index in 0..<failure.customTagCount where !hasNUL && failure.violationCount < 1000 {
        guard let tag = bytes(failure.customTag(index)) else { preconditionFailure("a tag is lost") }
        let colons = tag.indices.filter { tag[$0] == UInt8(ascii: ":") }
        let isFound = colons.contains { colon in
            failure.customTagValue(tag[..<colon].map { CChar(bitPattern: $0) } + [0]) != nil
        }
        precondition(colons.isEmpty || isFound, "a tag's key is not found")
    }
}

/// A list begins with the strings of the field: all of its list, or the one that it is.
private func checkList(
    _ field: String, _ count: Int, _ text: (Int) -> UnsafePointer<CChar>?, _ failure: Failure
) {
    for index in 0..<count { precondition(text(index) != nil, "a string is lost") }
    precondition(text(count) == nil && text(-1) == nil && text(.max) == nil)
    let pointer = "/data/attributes/" + field
    if field != "custom_tags", let only = string(failure, pointer) {
        precondition(bytes(text(0)) == only, "a list of one differs")
    } else if let first = string(failure, pointer + "/0") {
        precondition(bytes(text(0)) == first, "the first of a list differs")
    }
}

private func line(_ text: UnsafePointer<CChar>?) -> String {
    guard let bytes = bytes(text) else { preconditionFailure("a violation is lost") }
    let line = String(decoding: bytes, as: UTF8.self)
    precondition(line.utf8.elementsEqual(bytes), "a violation is no UTF-8")
    precondition(line.contains(": "), "a violation has no pointer")
    return line
}

/// The pointer of a violation leads somewhere, unless the member is missing or the pointer is not whole.
private func checkPointer(_ failure: Failure, _ line: String) {
    let bytes = Array(line.utf8)
    guard let colon = bytes.indices.dropLast().last(where: { bytes[$0] == 0x3A && bytes[$0 + 1] == 0x20 }) else {
        return
    }
    let pointer = bytes[..<colon]
    if pointer.contains(UInt8(ascii: "\\")) || pointer.suffix(3).elementsEqual("...".utf8) { return }
    let value = copy(failure.copyJSON, pointer.map { CChar(bitPattern: $0) } + [0])
    precondition((value == nil) == line.hasSuffix(": missing"), "a pointer leads nowhere")
}

private func checkStrictMode(_ failure: Failure, _ start: UnsafePointer<UInt8>, _ count: Int) {
    do throws(MalformedBody) {
        _ = try Failure.decode(ByteBuffer(copying: start, count: count), response: nil, strict: true)
        precondition(failure.violationCount == 0, "strict mode let a violation pass")
    } catch {
        precondition(failure.violationCount > 0, "strict mode refused an event without violation")
    }
}

private typealias Copy = (UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, Int) -> Int?

/// Asks for the length, then copies into a buffer of that length and into one that is too small.
private func copy(_ function: Copy, _ pointer: [CChar]) -> [UInt8]? {
    guard let length = function(pointer, nil, 0) else { return nil }
    var memory = [CChar](repeating: 0x7E, count: length + 1)
    precondition(function(pointer, &memory, length + 1) == length && memory[length] == 0, "a copy has another length")
    var short = [CChar](repeating: 0x7E, count: length / 2 + 1)
    precondition(function(pointer, &short, short.count) == length && short.last == 0, "a cut copy has another length")
    precondition(short.dropLast().elementsEqual(memory[..<(short.count - 1)]), "a cut copy differs")
    return memory.dropLast().map { UInt8(bitPattern: $0) }
}

private func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
    guard let text else { return nil }
    return (0..<strlen(text)).map { UInt8(bitPattern: text[$0]) }
}
