// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The facts of one HTTP response. They never change once made.
package final class Response {
    package let status: Int
    package let httpVersion: StaticString
    package let attempts: UInt32
    /// Microseconds to lookup, connect, TLS, first byte and end.
    package let phases: (Int64, Int64, Int64, Int64, Int64)
    package let rateLimit: RateLimit
    private let headers: HeaderBlock

    package init(
        status: Int, httpVersion: StaticString, attempts: UInt32,
        phases: (Int64, Int64, Int64, Int64, Int64), headers: consuming HeaderBlock, rateLimit: RateLimit
    ) {
        self.status = status
        self.httpVersion = httpVersion
        self.attempts = attempts
        self.phases = phases
        self.rateLimit = rateLimit
        self.headers = headers
    }

    package func header(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
        headers.value(of: name)
    }
}
