// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A proxy as it is given: [scheme://][user[:password]@]host[:port][/], taken apart so that nothing that libcurl
/// says of its address shows a password.
package struct ProxyURL {
    /// Scheme, host and port; empty for no proxy at all.
    package private(set) var address = Text()
    /// Decoded.
    package private(set) var user: Secret?
    package private(set) var password: Secret?
    package private(set) var isHTTPS = false
    /// The password in the forms in which a proxy or libcurl may repeat it.
    package private(set) var secrets: [Secret] = []

    private static let schemes: [StaticString] = [
        "http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://", "socks://",
    ]

    /// No proxy at all.
    package init() {}

    /// - Parameter name: the setting or variable that the text is of, for errors: the text may hold a password.
    package init(_ text: Secret, name: StaticString) throws(DoraError) {
        guard text.count <= Limit.url else { throw Limit.exceeded(name, Limit.url) }
        var error: DoraError?
        text.withBytes { bytes in
            do throws(DoraError) { try read(bytes, name) } catch let thrown { error = thrown }
        }
        if let error { throw error }
    }

    private mutating func read(_ text: UnsafeBufferPointer<UInt8>, _ name: StaticString) throws(DoraError) {
        guard text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw ProxyURL.malformed(name) }
        var rest = text[...]
        for scheme in ProxyURL.schemes where hasPrefix(rest, scheme) {
            address.append(scheme)
            isHTTPS = scheme.utf8CodeUnitCount == 8
            rest = rest.dropFirst(scheme.utf8CodeUnitCount)
            break
        }
        if isOfUnknownScheme(rest) { throw ProxyURL.malformed(name) }
        if rest.last == UInt8(ascii: "/") { rest = rest.dropLast() }
        // In a user name or password they would end the host for one reader and not for another.
        if rest.contains(where: { contains("/?#\\", $0) }) { throw ProxyURL.reserved(name) }
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            try take(userInformation: UnsafeBufferPointer(rebasing: rest[..<at]), name)
            rest = rest[(at &+ 1)...]
        }
        let host = Array(rest)
        guard isHostAndPort(host[...]) else { throw ProxyURL.malformed(name) }
        address.append(Text(host))
    }

    private func isOfUnknownScheme(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        hasPrefix(text.drop(while: isAlphanumeric), "://")
    }

    private func hasPrefix(_ text: Slice<UnsafeBufferPointer<UInt8>>, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        guard text.count >= count, let start = UnsafeBufferPointer(rebasing: text).baseAddress else { return false }
        return equalIgnoringCase(start, prefix.utf8Start, count)
    }

    private mutating func take(
        userInformation: UnsafeBufferPointer<UInt8>, _ name: StaticString
    ) throws(DoraError) {
        let colon = userInformation.firstIndex(of: UInt8(ascii: ":")) ?? userInformation.count
        let user = try decode(UnsafeBufferPointer(rebasing: userInformation[..<colon]), name)
        let raw = UnsafeBufferPointer(rebasing: userInformation[min(colon &+ 1, userInformation.count)...])
        let password = try decode(raw, name)
        self.user = user
        self.password = password
        guard password.count > 0 else { return }
        secrets = [password, Secret(raw), Secret(base64: Secret(joining: [user, Secret(":"), password]))]
    }

    /// Percent-decodes; a control character would end the text, or the line that carries it.
    private func decode(_ text: UnsafeBufferPointer<UInt8>, _ name: StaticString) throws(DoraError) -> Secret {
        guard let decoded = Secret(percentDecoding: text) else { throw ProxyURL.malformed(name) }
        if decoded.withBytes({ $0.contains(where: isControl) }) { throw ProxyURL.control(name) }
        return decoded
    }

    // MARK: Errors, which do not show the value: it may hold a password

    private static func malformed(_ name: StaticString) -> DoraError {
        invalid(
            name,
            """
            : not of the form [scheme://][user:password@]host[:port] with http, https, socks4, socks4a, socks5 or \
            socks5h; correct it, or give "" for no proxy
            """)
    }

    private static func reserved(_ name: StaticString) -> DoraError {
        invalid(
            name,
            """
            : has a '/', '?', '#' or '\\' in its user name or password, or behind its host; percent-encode it \
            (%2F, %3F, %23, %5C), or remove what is behind the host
            """)
    }

    private static func control(_ name: StaticString) -> DoraError {
        invalid(name, ": has a control character in its user name or password (%00 to %1F, %7F); remove it")
    }
}

private func isHostAndPort(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    if rest.first == UInt8(ascii: "["), let close = rest.firstIndex(of: UInt8(ascii: "]")) {
        guard isIPv6Address(rest[..<close].dropFirst()) else { return false }
        rest = rest[close...].dropFirst()
        return rest.isEmpty || isPortSuffix(rest)
    }
    let host = rest.prefix { $0 != UInt8(ascii: ":") }
    let port = rest.dropFirst(host.count)
    return !host.isEmpty && host.allSatisfy(isHostCharacter) && (port.isEmpty || isPortSuffix(port))
}

private func isPortSuffix(_ text: ArraySlice<UInt8>) -> Bool {
    text.first == UInt8(ascii: ":") && portNumber(text.dropFirst()) != nil
}

extension Secret {
    /// nil where two hexadecimal digits do not follow a '%'.
    fileprivate convenience init?(percentDecoding text: UnsafeBufferPointer<UInt8>) {
        var isMalformed = false
        self.init(capacity: text.count) { target in
            var count = 0
            var index = 0
            while index < text.count {
                var byte = text[index]
                index &+= 1
                if byte == UInt8(ascii: "%") {
                    guard index &+ 1 < text.count, let high = hexValue(text[index]),
                        let low = hexValue(text[index &+ 1])
                    else {
                        isMalformed = true
                        return 0
                    }
                    byte = high << 4 | low
                    index &+= 2
                }
                target[count] = byte
                count &+= 1
            }
            return count
        }
        if isMalformed { return nil }
    }

    /// RFC 4648 section 4, as HTTP's Basic authentication sends a user and a password.
    fileprivate convenience init(base64 secret: Secret) {
        let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        self.init(capacity: (secret.count &+ 2) / 3 &* 4) { target in
            secret.withBytes { bytes in
                var count = 0
                var index = 0
                while index < bytes.count {
                    let left = bytes.count &- index
                    let second = left > 1 ? bytes[index &+ 1] : 0
                    let third = left > 2 ? bytes[index &+ 2] : 0
                    let group = UInt32(bytes[index]) << 16 | UInt32(second) << 8 | UInt32(third)
                    for position in 0..<4 {
                        let digit = digits.utf8Start[Int(group >> (18 &- UInt32(position) &* 6) & 63)]
                        target[count] = position <= left ? digit : UInt8(ascii: "=")
                        count &+= 1
                    }
                    index &+= 3
                }
                return count
            }
        }
    }
}
