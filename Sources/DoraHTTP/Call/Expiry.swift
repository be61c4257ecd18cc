// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// A limit of time that an attempt ran into, and what it waited for then.
struct Expiry {
    enum Limit {
        case connect, attempt, call

        var setting: StaticString {
            switch self {
            case .connect: "connect_timeout_ms"
            case .attempt: "attempt_timeout_ms"
            case .call: "timeout_ms"
            }
        }
    }

    let limit: Limit
    let milliseconds: Int64
    let awaited: StaticString

    /// "timed out after 500 ms (timeout_ms) while waiting for the TLS handshake"
    var text: Text {
        var text = Text("timed out after ")
        text.append(milliseconds)
        text.append(" ms (")
        text.append(limit.setting)
        text.append(") while waiting for ")
        text.append(awaited)
        return text
    }

    /// How far libcurl has come with an attempt.
    static func awaited(by easy: UnsafeMutableRawPointer, hasResponse: Bool) -> StaticString {
        if hasResponse { return "the rest of the response" }
        if shim_easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0 { return "the response" }
        if shim_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T) == 0 { return "the name lookup, or for a connection" }
        if shim_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T) == 0 { return "the connection" }
        return "the proxy or the TLS handshake"
    }
}
