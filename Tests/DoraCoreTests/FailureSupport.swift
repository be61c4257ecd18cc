// SPDX-License-Identifier: Apache-2.0

import CCurl
import Testing

@testable import DoraCore

func buffer(_ text: String) -> ByteBuffer {
    buffer(Array(text.utf8))
}

func buffer(_ bytes: [UInt8]) -> ByteBuffer {
    ByteBuffer(copying: bytes, count: bytes.count)
}

func string(_ text: UnsafePointer<CChar>?) -> String? {
    text.map { String(cString: $0) }
}

func string(_ text: Text) -> String {
    String(decoding: text.bytes, as: UTF8.self)
}

/// Decodes an event that must be one.
func event(_ json: String, strict: Bool = false, id: String? = nil) throws -> Failure {
    guard let id else { return try Failure.decode(buffer(json), response: nil, strict: strict) }
    return try Array(id.utf8).withUnsafeBufferPointer { id in
        try Failure.decode(buffer(json), response: nil, strict: strict, id: id)
    }
}

/// An event whose attributes are `attributes`, without the braces.
func event(attributes: String) throws -> Failure {
    try event(#"{"data":{"id":"1","type":"dora_failure","attributes":{\#(attributes)}}}"#)
}

/// Why a body is refused; nil if it is an event.
func refusal(_ bytes: [UInt8], strict: Bool = false, id: String? = nil) -> String? {
    let wanted = id.map { Array($0.utf8) } ?? []
    do throws(MalformedBody) {
        _ = try wanted.withUnsafeBufferPointer { wanted throws(MalformedBody) in
            try Failure.decode(buffer(bytes), response: nil, strict: strict, id: id == nil ? nil : wanted)
        }
        return nil
    } catch {
        return string(error.reason)
    }
}

func refusal(_ text: String, strict: Bool = false) -> String? {
    refusal(Array(text.utf8), strict: strict)
}

extension Failure {
    var violationTexts: [String] {
        (0..<violationCount).compactMap { string(violation($0)) }
    }

    var envs: [String] {
        (0..<envCount).compactMap { string(env($0)) }
    }

    var teams: [String] {
        (0..<teamCount).compactMap { string(team($0)) }
    }

    var services: [String] {
        (0..<serviceCount).compactMap { string(service($0)) }
    }

    var customTags: [String] {
        (0..<customTagCount).compactMap { string(customTag($0)) }
    }

    /// The JSON text at a pointer, by way of a buffer of its size.
    func json(at pointer: String) -> String? {
        guard let length = copyJSON(pointer: pointer, buffer: nil, capacity: 0) else { return nil }
        return copy(length) { copyJSON(pointer: pointer, buffer: $0, capacity: $1) }
    }

    func text(at pointer: String) -> String? {
        guard let length = copyString(pointer: pointer, buffer: nil, capacity: 0) else { return nil }
        return copy(length) { copyString(pointer: pointer, buffer: $0, capacity: $1) }
    }

    private func copy(_ length: Int, _ write: (UnsafeMutablePointer<CChar>, Int) -> Int?) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { memory in
            guard let start = memory.baseAddress, write(start, length + 1) == length else { return nil }
            return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}
