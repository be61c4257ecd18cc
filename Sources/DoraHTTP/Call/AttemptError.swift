// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// How an attempt failed, in words for a person.
struct AttemptError {
    let code: ErrorCode
    let isRetryable: Bool
    private(set) var text: Text
    let remedy: StaticString

    init(_ answer: AttemptOutcome, detail: UnsafePointer<CChar>) {
        if answer.isBodyTooLarge {
            self.init(
                "the response body is larger than ", limit: answer.bodyLimit,
                "allow more with dora_config_set_max_response_bytes, or check what answers at this address")
        } else if answer.areHeadersTooLarge {
            self.init(
                "the response headers are larger than ", limit: ResponseReceiver.maxHeaderBytes,
                "check what answers at this address")
        } else if answer.curlCode != CURLE_OK {
            self.init(transport: answer, detail: detail)
        } else if !answer.isHeaderComplete {
            self = AttemptError.brokenHeader
        } else {
            self.init(status: answer.status)
        }
    }

    private static var brokenHeader: AttemptError {
        AttemptError(
            code: .connection, isRetryable: true,
            text: Text("the connection closed in the middle of the response headers"), remedy: "try again")
    }

    private init(code: ErrorCode, isRetryable: Bool, text: Text, remedy: StaticString) {
        self.code = code
        self.isRetryable = isRetryable
        self.text = text
        self.remedy = remedy
    }

    private init(_ what: StaticString, limit: Int, _ remedy: StaticString) {
        code = .responseTooLarge
        isRetryable = false
        text = Text(what)
        text.append(limit)
        text.append(" bytes")
        self.remedy = remedy
    }

    private init(transport answer: AttemptOutcome, detail: UnsafePointer<CChar>) {
        let failure = TransportError(
            answer.curlCode, osError: answer.osError, proxyStatus: answer.proxyStatus, detail: detail)
        code = failure.code
        isRetryable = failure.isRetryable
        remedy = failure.remedy
        text = Text()
        if detail[0] != 0 {
            let length = strlen(detail)
            detail.withMemoryRebound(to: UInt8.self, capacity: length) {
                text.appendPrintable(UnsafeBufferPointer(start: $0, count: length), limit: 300)
            }
        } else {
            text.append(cString: curl_easy_strerror(answer.curlCode))
        }
    }

    private init(status: Int) {
        code = ErrorCode(status: status)
        isRetryable = RetryPolicy.isRetryable(status: status)
        text = Text("HTTP ")
        text.append(status)
        switch status {
        case 300...399: remedy = "redirects are not followed; check site or base_url"
        case 400: remedy = "check the id"
        case 401: remedy = "check api_key and app_key (or access_token), and that they belong to this site"
        case 403: remedy = "check that the keys belong to this site and have the permission dora_metrics_read"
        case 404: remedy = "check the id and the site"
        case 429: remedy = "the rate limit is used up; try again later"
        case 408, 500...599: remedy = "try again later"
        default: remedy = "check what answers at this address"
        }
    }
}

extension Text {
    /// The first error of the API's error body: "title: detail".
    mutating func append(_ items: ErrorItems, redacting secrets: [Secret]) {
        guard items.count > 0 else { return }
        let title = items.title(0)
        let detail = items.detail(0)
        if title == nil, detail == nil { return }
        append(": ")
        if let title { append(printable: title, redacting: secrets) }
        if title != nil, detail != nil { append(": ") }
        if let detail { append(printable: detail, redacting: secrets) }
        if items.count > 1 {
            append(" (and ")
            append(items.count &- 1)
            append(" more)")
        }
    }

    private mutating func append(printable cString: UnsafePointer<CChar>, redacting secrets: [Secret]) {
        var text = Text(copying: cString)
        for secret in secrets { text.redact(secret) }
        text.bytes.withUnsafeBufferPointer { appendPrintable($0, limit: 300) }
    }

    /// Why there was no further attempt.
    mutating func append(_ decision: RetryPolicy.Decision, attempts: UInt32) {
        switch decision {
        case .exhausted where attempts > 1:
            append(" (after ")
            append(Int(attempts))
            append(" attempts)")
        case .deadline(let wait) where wait > 0:
            append(" (attempt ")
            append(Int(attempts))
            append("; waiting ")
            append(wait)
            append(" ms for another would pass the deadline, see dora_config_set_timeout_ms)")
        case .deadline:
            append(" (attempt ")
            append(Int(attempts))
            append("; the deadline has passed, see dora_config_set_timeout_ms)")
        default: break
        }
    }
}
