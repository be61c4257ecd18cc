// SPDX-License-Identifier: Apache-2.0

/// A body that is no incident event or, in strict mode, one that departs from the documented schema.
package final class MalformedBody: Error, @unchecked Sendable {
    package let reason: Text
    private var body: ByteBuffer

    init(_ reason: Text, _ body: consuming ByteBuffer) {
        self.reason = reason
        self.body = body
    }

    /// Hands the body on, once.
    package func takeBody() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &body)
        return taken
    }
}

extension FailureDecoder {
    /// The first step. Returns why the body is no incident event, nil if it is one.
    mutating func findFields() -> Text? {
        do throws(JSONFault) {
            try readDocument()
        } catch {
            return reason(error)
        }
        return hasData ? nil : Text("no \"data\" object")
    }

    private func reason(_ fault: JSONFault) -> Text {
        let place = scanner.skipSpace(scanner.start)
        if place >= scanner.end { return Text("the body is empty") }
        if place.pointee == UInt8(ascii: "<") { return Text("the body is an HTML page, not JSON") }
        return fault.message
    }
}
