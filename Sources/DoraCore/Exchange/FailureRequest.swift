// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The address of one incident event: GET /api/v2/dora/failures/{failure_id}.
package enum FailureRequest {
    static let path: StaticString = "/api/v2/dora/failures"

    /// Why an id can't be asked for; nil if it can. "." and ".." would name another endpoint, percent-encoded
    /// or not (RFC 3986 section 5.2.4).
    package static func error(for failureID: UnsafePointer<CChar>) -> DoraError? {
        let dot = CChar(bitPattern: UInt8(ascii: "."))
        if failureID[0] == 0 {
            return .invalidArgument("failure_id: empty; give the id of an incident event")
        }
        if failureID[0] == dot, failureID[1] == 0 || (failureID[1] == dot && failureID[2] == 0) {
            return invalid(
                "failure_id", ": ", Text(copying: failureID), " is not an id; give the id of an incident event")
        }
        if strnlen(failureID, Limit.id &+ 1) > Limit.id { return Limit.exceeded("failure_id", Limit.id) }
        return nil
    }

    /// Writes the URL of the list of events, ended by a NUL: POST /api/v2/dora/failures.
    package static func writeList(base: UnsafeBufferPointer<UInt8>, to url: inout ByteBuffer) {
        url.removeAll()
        url.reserve(base.count &+ path.utf8CodeUnitCount)
        if let start = base.baseAddress { url.append(start, count: base.count) }
        url.append(path.utf8Start, count: path.utf8CodeUnitCount)
        url.terminate()
    }

    /// Writes the URL of an event, ended by a NUL. The id becomes one path segment, percent-encoded but for
    /// RFC 3986's unreserved characters.
    ///
    /// - Parameter base: scheme, authority and prefix, without a '/' at the end.
    package static func write(
        base: UnsafeBufferPointer<UInt8>, failureID: UnsafeBufferPointer<UInt8>, to url: inout ByteBuffer
    ) {
        url.removeAll()
        url.reserve(base.count &+ path.utf8CodeUnitCount &+ 1 &+ failureID.count &* 3)
        if let start = base.baseAddress { url.append(start, count: base.count) }
        url.append(path.utf8Start, count: path.utf8CodeUnitCount)
        url.append(UInt8(ascii: "/"))
        for byte in failureID {
            if isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
            {
                url.append(byte)
            } else {
                url.append(UInt8(ascii: "%"))
                url.append(hexDigit(byte >> 4))
                url.append(hexDigit(byte & 15))
            }
        }
        url.terminate()
    }
}
