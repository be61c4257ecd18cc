// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// How an attempt went wrong, in words for a person.
struct AttemptError {
    let code: ErrorCode
    let isRetryable: Bool
    private(set) var text: Text
    let remedy: StaticString

    /// - Parameter detail: libcurl's own words; empty where it has none.
    init(_ outcome: AttemptOutcome, of route: Route, detail: UnsafePointer<CChar>, redactor: Redactor) {
        if outcome.isBodyTooLarge {
            self.init(
                "the response body is larger than ", limit: outcome.bodyLimit,
                "allow more with max_response_bytes, or check what answers at this address")
        } else if outcome.areHeadersTooLarge {
            self.init(
                "the response headers are larger than ", limit: ResponseReceiver.maxHeaderBytes,
                "check what answers at this address")
        } else if let expiry = outcome.expiry {
            self.init(
                code: .timeout, isRetryable: true, text: expiry.text,
                remedy: "check the network, or allow more time")
        } else if let refusal = outcome.refusal {
            let refused = DoraError(refused: refusal.call, refusal.errorNumber)
            self.init(code: refused.code, isRetryable: refused.isRetryable, text: refused.message.text, remedy: "")
        } else if outcome.curlCode != CURLE_OK {
            self.init(transport: outcome, detail: detail, redactor: redactor)
        } else if !outcome.isHeaderComplete {
            self.init(
                code: .connection, isRetryable: true,
                text: Text("the connection closed in the middle of the response headers"), remedy: "try again")
        } else {
            self.init(status: outcome.status, route)
        }
    }

    private init(code: ErrorCode, isRetryable: Bool, text: Text, remedy: StaticString) {
        self.code = code
        self.isRetryable = isRetryable
        self.text = text
        self.remedy = remedy
    }

    private init(_ what: StaticString, limit: Int, _ remedy: StaticString) {
        self.init(code: .responseTooLarge, isRetryable: false, text: Text(what), remedy: remedy)
        text.append(limit)
        text.append(" bytes")
    }

    private init(transport outcome: AttemptOutcome, detail: UnsafePointer<CChar>, redactor: Redactor) {
        let error = TransportError(
            outcome.curlCode, osError: outcome.osError, proxyStatus: outcome.proxyStatus, detail: detail)
        let words = detail[0] != 0 ? detail : curl_easy_strerror(outcome.curlCode)
        self.init(code: error.code, isRetryable: error.isRetryable, text: Text(), remedy: error.remedy)
        if let words { text.append(printable: words, redactor) }
    }

    private init(status: Int, _ route: Route) {
        var text = Text("HTTP ")
        text.append(status)
        let remedy: StaticString
        switch status {
        case 300...399: remedy = "redirects are not followed; check site or base_url"
        case 400: remedy = route.isList ? "check the query" : "check the request"
        case 401: remedy = "check api_key and app_key (or access_token), and that they belong to this site"
        case 403: remedy = "check that the keys belong to this site and have the permission dora_metrics_read"
        case 404: remedy = route.isList ? "check site or base_url" : "check the id and the site"
        case 429: remedy = "the rate limit is used up; try again later"
        case _ where RetryPolicy.isRetryable(status: status): remedy = "try again later"
        case 500...599: remedy = "the server can't do it; check site or base_url"
        default: remedy = "check what answers at this address"
        }
        self.init(
            code: ErrorCode(status: status), isRetryable: RetryPolicy.isRetryable(status: status), text: text,
            remedy: remedy)
    }
}

extension Text {
    /// How much of a text from outside a message shows, in bytes.
    private static let shownBytes = 300

    /// A text from outside on one line, without a secret.
    mutating func append(printable cString: UnsafePointer<CChar>, _ redactor: Redactor) {
        // A secret that the end would cut in two is redacted before; what lies further on is not shown.
        let length = strnlen(cString, Text.shownBytes &+ redactor.longestMatch)
        cString.withMemoryRebound(to: UInt8.self, capacity: length) {
            let text = redactor.redact(Text(Array(UnsafeBufferPointer(start: $0, count: length))))
            text.bytes.withUnsafeBufferPointer { appendPrintable($0, limit: Text.shownBytes) }
        }
    }

    /// The first error of the API's error body: "title: detail".
    mutating func append(_ items: ErrorItems, _ redactor: Redactor) {
        guard items.count > 0 else { return }
        let title = items.title(0)
        let detail = items.detail(0)
        if title == nil, detail == nil { return }
        append(": ")
        if let title { append(printable: title, redactor) }
        if title != nil, detail != nil { append(": ") }
        if let detail { append(printable: detail, redactor) }
        if items.count > 1 {
            append(" (and ")
            append(items.count &- 1)
            append(" more)")
        }
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
            append(" ms for another would pass the deadline, see timeout_ms)")
        case .deadline:
            append(" (attempt ")
            append(Int(attempts))
            append("; the deadline has passed, see timeout_ms)")
        default: break
        }
    }

    /// What a server that refuses for a time asked for.
    mutating func append(serverWait milliseconds: Int64) {
        append("; the server asks to wait ")
        append(milliseconds)
        append(" ms")
    }
}
