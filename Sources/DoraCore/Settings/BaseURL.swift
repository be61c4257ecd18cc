// SPDX-License-Identifier: Apache-2.0

/// Where requests go: https://host[:port][/prefix], or http:// to a loopback host.
package struct BaseURL {
    /// Scheme, authority and prefix without a '/' at the end.
    package private(set) var origin = Text()
    package private(set) var isPlainHTTP = false
    /// The length of scheme and authority.
    package private(set) var prefixStart = 0

    package init(site: Text) {
        origin.append("https://api.")
        for byte in site.bytes { origin.append(byte: lowercased(byte)) }
        prefixStart = origin.bytes.count
    }

    package init(_ url: Text) throws(DoraError) {
        guard url.bytes.count <= Limit.url else { throw Limit.exceeded("base_url", Limit.url) }
        // A password before an '@' must not be shown.
        if url.bytes.contains(UInt8(ascii: "@")) {
            throw .invalidArgument("base_url: holds user information; remove it, keys are set by their own settings")
        }
        var rest = url.bytes[...]
        if dropPrefix("https://", &rest) {
            origin.append("https://")
        } else if dropPrefix("http://", &rest) {
            isPlainHTTP = true
            origin.append("http://")
        } else {
            throw problem("does not start with https://", url)
        }
        let authority = rest.prefix { !contains("/?#", $0) }
        rest = rest.dropFirst(authority.count)
        try append(authority, url)
        prefixStart = origin.bytes.count
        try append(prefix: rest, url)
    }

    private mutating func append(_ authority: ArraySlice<UInt8>, _ url: Text) throws(DoraError) {
        var host = authority
        var port: ArraySlice<UInt8>?
        if host.first == UInt8(ascii: "[") {
            guard let close = host.firstIndex(of: UInt8(ascii: "]")) else { throw problem("has no valid host", url) }
            let tail = host[(close + 1)...]
            host = host[...close]
            guard isIPv6Address(host.dropFirst().dropLast()) else { throw problem("has no valid host", url) }
            if let first = tail.first {
                guard first == UInt8(ascii: ":") else { throw problem("has no valid host", url) }
                port = tail.dropFirst()
            }
        } else if let colon = host.firstIndex(of: UInt8(ascii: ":")) {
            port = host[(colon + 1)...]
            host = host[..<colon]
        }
        guard !host.isEmpty, host.first == UInt8(ascii: "[") || host.allSatisfy(isHostCharacter) else {
            throw problem("has no valid host", url)
        }
        if isPlainHTTP, !isLoopback(host) {
            throw problem("is http:// to a host that is not loopback; keys travel encrypted only: use https://", url)
        }
        for byte in host { origin.append(byte: lowercased(byte)) }
        if let port { try append(port: port, url) }
    }

    private mutating func append(port: ArraySlice<UInt8>, _ url: Text) throws(DoraError) {
        guard let number = portNumber(port) else { throw problem("has no port between 1 and 65535", url) }
        origin.append(byte: UInt8(ascii: ":"))
        origin.append(number)
    }

    private mutating func append(prefix: ArraySlice<UInt8>, _ url: Text) throws(DoraError) {
        if prefix.contains(UInt8(ascii: "?")) { throw problem("holds a query; remove it", url) }
        if prefix.contains(UInt8(ascii: "#")) { throw problem("holds a fragment; remove it", url) }
        for byte in prefix where !isAlphanumeric(byte) && !contains("-._~!$&'()*+,;=:/%", byte) {
            throw problem("has a path with a character that must be percent-encoded", url)
        }
        guard let decoded = percentDecoded(prefix) else {
            throw problem("has a path with a '%' that two hexadecimal digits do not follow", url)
        }
        // Percent-encoded or not, they name another path (RFC 3986 section 5.2.4).
        for segment in decoded.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            if segment.allSatisfy({ $0 == UInt8(ascii: ".") }), segment.count <= 2 {
                throw problem("has a path with \".\" or \"..\"; give the path itself", url)
            }
        }
        var end = prefix.endIndex
        while end > prefix.startIndex, prefix[end - 1] == UInt8(ascii: "/") { end -= 1 }
        for byte in prefix[prefix.startIndex..<end] { origin.append(byte: byte) }
    }
}

private func problem(_ what: StaticString, _ url: Text) -> DoraError {
    var message = Text("base_url: ")
    message.append(quoted: url)
    message.append(" ")
    message.append(what)
    message.append(" (the form is https://host[:port][/prefix], or http:// to a loopback host)")
    return DoraError(.invalidArgument, message)
}
