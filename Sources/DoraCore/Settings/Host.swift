// SPDX-License-Identifier: Apache-2.0

/// `localhost`, 127.0.0.0/8 and ::1 in their ordinary spelling; everything else might leave the machine.
func isLoopback(_ host: ArraySlice<UInt8>) -> Bool {
    if equals(Text(Array(host)), "localhost") || equals(Text(Array(host)), "[::1]") { return true }
    let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4, equals(Text(Array(parts[0])), "127") else { return false }
    return parts.allSatisfy(isDecimalOctet)
}

private func isDecimalOctet(_ part: ArraySlice<UInt8>) -> Bool {
    guard part.count <= 3, part.count == 1 || part.first != UInt8(ascii: "0") else { return false }
    return decimal(part, upTo: 255) != nil
}

private func isIPv4Address(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy(isDecimalOctet)
}

/// The text of an IPv6 address (RFC 4291 section 2.2), without a zone.
func isIPv6Address(_ text: ArraySlice<UInt8>) -> Bool {
    let colon = UInt8(ascii: ":")
    var groups = text.split(separator: colon, omittingEmptySubsequences: false)
    guard groups.count >= 3 else { return false }
    // "::" at an end leaves two empty groups there.
    if groups[0].isEmpty {
        guard groups[1].isEmpty else { return false }
        groups.removeFirst()
    }
    if let last = groups.last, last.isEmpty {
        guard groups.count >= 2, groups[groups.count - 2].isEmpty else { return false }
        groups.removeLast()
    }
    var count = groups.count
    if let last = groups.last, isIPv4Address(last) {
        groups.removeLast()
        count += 1
    }
    let gaps = groups.count { $0.isEmpty }
    guard gaps <= 1, gaps == 1 ? count <= 8 : count == 8 else { return false }
    return groups.allSatisfy { $0.count <= 4 && $0.allSatisfy(isHexDigit) }
}

func isHostCharacter(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || contains("-._", byte)
}

func portNumber(_ text: ArraySlice<UInt8>) -> Int? {
    decimal(text, upTo: 65_535).flatMap { $0 > 0 ? $0 : nil }
}

func dropPrefix(_ prefix: StaticString, _ bytes: inout ArraySlice<UInt8>) -> Bool {
    guard equals(Text(Array(bytes.prefix(prefix.utf8CodeUnitCount))), prefix) else { return false }
    bytes = bytes.dropFirst(prefix.utf8CodeUnitCount)
    return true
}

/// nil where two hexadecimal digits do not follow a '%'.
func percentDecoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var decoded: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            decoded.append(byte)
            continue
        }
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else {
            return nil
        }
        decoded.append(high << 4 | low)
    }
    return decoded
}
