// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One incident event. It never changes once made.
package final class Failure {
    package let response: Response?
    package let startedAt: Int64?
    package let finishedAt: Int64?
    private let body: ByteBuffer
    /// In `memory`.
    private let texts: FailureTexts
    private let memory: FailureTextMemory
    /// nil if there are none.
    private let violations: ViolationTexts?

    init(
        _ body: consuming ByteBuffer, _ texts: FailureTexts, in memory: consuming FailureTextMemory,
        response: Response?, startedAt: Int64?, finishedAt: Int64?, _ violations: ViolationTexts?
    ) {
        self.body = body
        self.texts = texts
        self.memory = memory
        self.response = response
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.violations = violations
    }

    // MARK: Fields

    /// A field that is one string, or the first of several.
    package func text(_ field: FailureField) -> UnsafePointer<CChar>? { texts.text(field) }

    package var envCount: Int { texts.count(.env) }
    package func env(_ index: Int) -> UnsafePointer<CChar>? { texts.text(.env, index) }

    package var teamCount: Int { texts.count(.team) }
    package func team(_ index: Int) -> UnsafePointer<CChar>? { texts.text(.team, index) }

    package var serviceCount: Int { texts.count(.services) }
    package func service(_ index: Int) -> UnsafePointer<CChar>? { texts.text(.services, index) }

    package var customTagCount: Int { texts.count(.customTags) }
    package func customTag(_ index: Int) -> UnsafePointer<CChar>? { texts.text(.customTags, index) }

    /// What follows the key and a ':' in the first tag with that key.
    package func customTagValue(_ key: UnsafePointer<CChar>) -> UnsafePointer<CChar>? { texts.customTagValue(key) }

    // MARK: Document

    package var json: (start: UnsafePointer<CChar>, count: Int) {
        (UnsafeRawPointer(scanner.start).assumingMemoryBound(to: CChar.self), body.count)
    }

    private var scanner: JSONScanner { JSONScanner(body) }

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

    package var violationCount: Int { violations?.count ?? 0 }
    package func violation(_ index: Int) -> UnsafePointer<CChar>? { violations?[index] }
}
