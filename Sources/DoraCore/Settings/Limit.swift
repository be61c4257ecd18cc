// SPDX-License-Identifier: Apache-2.0

/// How long, in bytes, what the caller gives may be. Servers take no more of a request line or a header.
package enum Limit {
    package static let id = 4096
    package static let query = 4096
    static let key = 4096
    static let header = 8192
    static let headers = 32_768
    static let url = 4096
    static let path = 4096

    static func exceeded(_ name: StaticString, _ limit: Int) -> DoraError {
        var message = Text(name)
        message.append(": longer than ")
        message.append(limit)
        message.append(" bytes; give a shorter one")
        return DoraError(.invalidArgument, message)
    }
}
