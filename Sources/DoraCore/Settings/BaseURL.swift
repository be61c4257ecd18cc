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
            guard isAddress(host.dropFirst().dropLast()) else { throw problem("has no valid host", url) }
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
        var number = 0
        for byte in port {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), number <= 65_535 else {
                number = 0
                break
            }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        guard number > 0, number <= 65_535 else { throw problem("has no port between 1 and 65535", url) }
        origin.append(byte: UInt8(ascii: ":"))
        origin.append(number)
    }

    private mutating func append(prefix: ArraySlice<UInt8>, _ url: Text) throws(DoraError) {
        if prefix.contains(UInt8(ascii: "?")) { throw problem("holds a query; remove it", url) }
        if prefix.contains(UInt8(ascii: "#")) { throw problem("holds a fragment; remove it", url) }
        for byte in prefix where !isAlphanumeric(byte) && !contains("-._~!$&'()*+,;=:/%", byte) {
            throw problem("has a path with a character that must be percent-encoded", url)
        }
        for segment in prefix.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
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

/// `localhost`, 127.0.0.0/8 and ::1 in their ordinary spelling; everything else might leave the machine.
private func isLoopback(_ host: ArraySlice<UInt8>) -> Bool {
    if equals(Text(Array(host)), "localhost") || equals(Text(Array(host)), "[::1]") { return true }
    let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4, equals(Text(Array(parts[0])), "127") else { return false }
    return parts.allSatisfy(isDecimalOctet)
}

private func isDecimalOctet(_ part: ArraySlice<UInt8>) -> Bool {
    guard !part.isEmpty, part.count <= 3, part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
    var value = 0
    for byte in part {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value <= 255
}

private func dropPrefix(_ prefix: StaticString, _ bytes: inout ArraySlice<UInt8>) -> Bool {
    guard equals(Text(Array(bytes.prefix(prefix.utf8CodeUnitCount))), prefix) else { return false }
    bytes = bytes.dropFirst(prefix.utf8CodeUnitCount)
    return true
}

/// Whether libcurl can use the text as a proxy (CURLOPT_PROXY).
func isProxyURL(_ proxy: Text) -> Bool {
    guard proxy.bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
    var rest = proxy.bytes[...]
    let schemes: [StaticString] = ["http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://"]
    _ = schemes.contains { dropPrefix($0, &rest) }
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
    if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
    if rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
        guard isAddress(rest[..<close].dropFirst()) else { return false }
        rest = rest[close...].dropFirst()
        return rest.isEmpty || isPortSuffix(rest)
    }
    let host = rest.prefix { $0 != UInt8(ascii: ":") }
    let port = rest.dropFirst(host.count)
    return !host.isEmpty && host.allSatisfy(isHostCharacter) && (port.isEmpty || isPortSuffix(port))
}

private func isPortSuffix(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.first == UInt8(ascii: ":"), text.count >= 2, text.count <= 6 else { return false }
    var number = 0
    for byte in text.dropFirst() {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return false }
        number = number * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number >= 1 && number <= 65_535
}

private func isHostCharacter(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || contains("-._", byte)
}

/// The characters of an IPv6 address; libcurl reads it.
private func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
    !text.isEmpty && text.allSatisfy { isHexDigit($0) || contains(":.", $0) }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    switch lowercased(byte) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
