// SPDX-License-Identifier: Apache-2.0

extension Failure {
    /// Takes over a body of less than 2 GiB. In strict mode the first departure from the documented
    /// schema is an error; otherwise it costs its own field.
    ///
    /// - Parameter id: the id that was asked for; an event with another one is a violation.
    package static func decode(
        _ body: consuming ByteBuffer, response: Response?, strict: Bool, id: UnsafeBufferPointer<UInt8>? = nil
    ) throws(MalformedBody) -> Failure {
        try decode(body, response: response, strict: strict, id: id, needsData: true)
    }

    /// Reads a copy of a body of less than 2 GiB.
    package static func parse(_ json: UnsafeBufferPointer<UInt8>) throws(MalformedBody) -> Failure {
        // The texts of an event of the usual kind then fit behind it, if it is short.
        let room = json.count / 4 &* 3 &+ 232
        let isShort = json.count &+ room <= FailureTextMemory.sharedSize
        var body = ByteBuffer(capacity: json.count &+ (isShort ? room : 0))
        if let start = json.baseAddress { body.append(start, count: json.count) }
        return try decode(body, response: nil, strict: false)
    }

    /// - Parameter needsData: whether `data` must be an object; an item of a page may be anything.
    static func decode(
        _ body: consuming ByteBuffer, response: Response?, strict: Bool, id: UnsafeBufferPointer<UInt8>?,
        needsData: Bool
    ) throws(MalformedBody) -> Failure {
        body.terminate()
        var decoder = FailureDecoder(JSONScanner(body))
        do throws(JSONFault) {
            try decoder.readEvent()
        } catch {
            throw MalformedBody(decoder.scanner.reason(error), body)
        }
        if needsData, decoder.place(.data)?.pointee != UInt8(ascii: "{") {
            throw MalformedBody(Text("no \"data\" object"), body)
        }
        let room = decoder.fields.textRoom
        if room.isTooLarge { throw MalformedBody(Text("strings that take more than 4 GiB"), body) }
        let memory = FailureTextMemory(room, behind: body)
        var writer = FailureTextWriter(memory.start, room, decoder.scanner, decoder.reader.violations)
        writer.write(decoder.fields.strings(0, decoder.fields.stringCount))
        decoder.reader.violations = writer.violations
        let startedAt = decoder.time(.startedAt)
        let finishedAt = decoder.time(.finishedAt)
        decoder.checkFields()
        decoder.checkTexts(writer.texts, id: id)
        let log = decoder.reader.violations
        let violations = log.total > 0 ? ViolationTexts(log, decoder.scanner) : nil
        if strict, let violation = violations?[0] {
            var reason = Text("strict mode: ")
            reason.append(cString: violation)
            throw MalformedBody(reason, body)
        }
        return Failure(
            body, writer.texts, in: memory, response: response, startedAt: startedAt, finishedAt: finishedAt,
            violations)
    }
}
