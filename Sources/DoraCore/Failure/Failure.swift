// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One incident event. It never changes once made.
package final class Failure {
    package let response: Response?
    package let startedAt: Int64?
    package let finishedAt: Int64?
    private let body: ByteBuffer
    /// Over `body`.
    private let scanner: JSONScanner
    private let texts: FailureTexts
    private let violations: ViolationTexts

    private init(
        _ body: consuming ByteBuffer, _ scanner: JSONScanner, _ response: Response?, _ texts: consuming FailureTexts,
        startedAt: Int64?, finishedAt: Int64?, _ violations: consuming ViolationTexts
    ) {
        self.body = body
        self.scanner = scanner
        self.response = response
        self.texts = texts
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.violations = violations
    }

    /// Takes over a body of less than 2 GiB. In strict mode the first departure from the documented
    /// schema is an error; otherwise it costs its own field.
    package static func decode(
        _ body: consuming ByteBuffer, response: Response?, strict: Bool
    ) throws(MalformedBody) -> Failure {
        body.terminate()
        guard let start = body.start else { throw MalformedBody(Text("the body is empty"), body) }
        let scanner = JSONScanner(start: start, count: body.count)
        var decoder = FailureDecoder(scanner)
        if let reason = decoder.findFields() { throw MalformedBody(reason, body) }
        let texts = decoder.extractTexts()
        let startedAt = decoder.extractTime(.startedAt)
        let finishedAt = decoder.extractTime(.finishedAt)
        decoder.checkObjects()
        let violations = ViolationTexts(decoder.reader.violations, scanner)
        if strict, let violation = violations[0] {
            var reason = Text("strict mode: ")
            reason.append(cString: violation)
            throw MalformedBody(reason, body)
        }
        return Failure(body, scanner, response, texts, startedAt: startedAt, finishedAt: finishedAt, violations)
    }

    // MARK: Fields

    package var id: UnsafePointer<CChar>? { texts.text(.id) }
    package var type: UnsafePointer<CChar>? { texts.text(.type) }
    package var name: UnsafePointer<CChar>? { texts.text(.name) }
    package var env: UnsafePointer<CChar>? { texts.text(.env) }
    package var severity: UnsafePointer<CChar>? { texts.text(.severity) }
    package var team: UnsafePointer<CChar>? { texts.text(.team) }
    package var version: UnsafePointer<CChar>? { texts.text(.version) }
    package var gitCommitSHA: UnsafePointer<CChar>? { texts.text(.commitSHA) }
    package var gitRepositoryURL: UnsafePointer<CChar>? { texts.text(.repositoryURL) }
    package var gitRepositoryID: UnsafePointer<CChar>? { texts.text(.repositoryID) }

    package var serviceCount: Int { texts.serviceCount }
    package func service(_ index: Int) -> UnsafePointer<CChar>? { texts.service(index) }

    package var customTagCount: Int { texts.customTagCount }
    package func customTag(_ index: Int) -> UnsafePointer<CChar>? { texts.customTag(index) }

    /// What follows the first ':' of the first tag with that key.
    package func customTagValue(_ key: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
        let length = strlen(key)
        for index in 0..<customTagCount {
            // A key may hold no ':', the first one ends it.
            if let tag = customTag(index), let colon = strchr(tag, 0x3A),
                UnsafePointer(colon) - tag == length, memcmp(tag, key, length) == 0
            {
                return UnsafePointer(colon + 1)
            }
        }
        return nil
    }

    // MARK: Document

    package var json: (start: UnsafePointer<CChar>, count: Int) {
        (UnsafeRawPointer(scanner.start).assumingMemoryBound(to: CChar.self), scanner.end - scanner.start)
    }

    /// Copies the JSON text at a JSON Pointer as `snprintf` does; nil if nothing is there.
    package func copyJSON(
        pointer: UnsafePointer<CChar>, buffer: UnsafeMutablePointer<CChar>?, capacity: Int
    ) -> Int? {
        let target = CopyTarget(buffer, capacity: capacity)
        guard let value = JSONPointer(pointer).value(in: scanner) else { return nil }
        return target.copy(value.start, count: value.end - value.start)
    }

    /// The same for a string, decoded; nil also if the value is no string.
    package func copyString(
        pointer: UnsafePointer<CChar>, buffer: UnsafeMutablePointer<CChar>?, capacity: Int
    ) -> Int? {
        let target = CopyTarget(buffer, capacity: capacity)
        guard let value = JSONPointer(pointer).value(in: scanner), value.start.pointee == UInt8(ascii: "\"") else {
            return nil
        }
        return target.copyDecoded(quote: value.start)
    }

    // MARK: Violations

    package var violationCount: Int { violations.count }
    package func violation(_ index: Int) -> UnsafePointer<CChar>? { violations[index] }
}
