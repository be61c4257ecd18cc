// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What a call failed with. It never changes once handed out.
package final class DoraError: Error, @unchecked Sendable {
    package let code: ErrorCode
    package let message: StableText
    package let isRetryable: Bool
    /// Milliseconds; -1 if the server did not say.
    package let retryAfter: Int64
    package let curlCode: Int32
    package let response: Response?
    package let items: ErrorItems?
    private let body: ByteBuffer
    private let hasBody: Bool

    /// An error before anything was sent.
    package init(_ code: ErrorCode, _ message: Text) {
        self.code = code
        self.message = StableText(message)
        isRetryable = false
        retryAfter = -1
        curlCode = 0
        response = nil
        items = nil
        body = ByteBuffer()
        hasBody = false
    }

    package init(
        _ code: ErrorCode, _ message: Text, isRetryable: Bool, retryAfter: Int64, curlCode: Int32,
        response: Response?, items: ErrorItems?, body: consuming ByteBuffer
    ) {
        self.code = code
        self.message = StableText(message)
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.curlCode = curlCode
        self.response = response
        self.items = items
        hasBody = response != nil || body.count > 0
        var body = body
        body.terminate()
        self.body = body
    }

    package static func invalidArgument(_ message: StaticString) -> DoraError {
        DoraError(.invalidArgument, Text(message))
    }

    /// The same before anything was sent, without a secret in its words.
    func redacted(by redactor: Redactor) -> DoraError {
        DoraError(
            code, redactor.redact(message.text), isRetryable: isRetryable, retryAfter: -1, curlCode: 0, response: nil,
            items: nil, body: ByteBuffer())
    }

    /// The body as it was received, nil if no response came back.
    package var receivedBody: UnsafeBufferPointer<UInt8>? {
        hasBody ? UnsafeBufferPointer(start: body.start, count: body.count) : nil
    }
}

extension DoraError {
    /// An event that was not fetched but given.
    package convenience init(malformed: MalformedBody) {
        self.init(
            .malformedResponse, malformed.reason, isRetryable: false, retryAfter: -1, curlCode: 0,
            response: nil, items: nil, body: malformed.takeBody())
    }
}
