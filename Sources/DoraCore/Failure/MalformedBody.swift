// SPDX-License-Identifier: Apache-2.0

/// A body that is no incident event, or no page of them; in strict mode also an event that departs from
/// the documented schema.
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

extension JSONScanner {
    /// Why the text is not JSON, in words that name what a server usually sends in its place.
    func reason(_ fault: JSONFault) -> Text {
        let place = skipSpace(start)
        if place >= end { return Text("the body is empty") }
        if place.pointee == UInt8(ascii: "<") { return Text("the body is an HTML page, not JSON") }
        return fault.message
    }
}
