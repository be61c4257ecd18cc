// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The header section of a response, line by line as it arrives: each field is kept as
/// "name: value" and a NUL, so that values can be lent as C strings.
package struct HeaderBlock: ~Copyable {
    /// Room for the headers of an ordinary response at once.
    private static let usualBytes = 1000

    private var lines = ByteBuffer()
    /// Whether a name begins as X-RateLimit-... and Retry-After do: most responses have neither.
    private(set) var mayTellOfLimits = false

    package init() {}

    package mutating func removeAll() {
        lines.removeAll()
        mayTellOfLimits = false
    }

    /// Adds a field line as it was received, line end included.
    package mutating func append(_ line: UnsafeBufferPointer<UInt8>) {
        guard let base = line.baseAddress else { return }
        var count = line.count
        if count >= 2, base[count &- 1] == 0x0A, base[count &- 2] == 0x0D { count &-= 2 }
        while count > 0, isFieldSpace(base[count &- 1]) { count &-= 1 }
        guard count > 0 else { return }
        if isFieldSpace(base[0]) {
            // obs-fold (RFC 9112 section 5.2): the line goes on with the value before.
            unfold(base, count)
        } else {
            let initial = lowercased(base[0])
            if initial == UInt8(ascii: "x") || initial == UInt8(ascii: "r") { mayTellOfLimits = true }
            lines.reserve(HeaderBlock.usualBytes)
            lines.append(line: base, count: count)
        }
    }

    private mutating func unfold(_ base: UnsafePointer<UInt8>, _ count: Int) {
        var skipped = 0
        while skipped < count, isFieldSpace(base[skipped]) { skipped &+= 1 }
        guard let start = lines.start, lines.count > 0, skipped < count else { return }
        start[lines.count &- 1] = UInt8(ascii: " ")
        lines.append(line: base + skipped, count: count &- skipped)
    }

    /// The value of the first field with that name, in any case.
    package func value(of name: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
        let length = strlen(name)
        guard length > 0 else { return nil }
        return name.withMemoryRebound(to: UInt8.self, capacity: length) { value(of: $0, length) }
    }

    package func value(of name: StaticString) -> UnsafePointer<CChar>? {
        value(of: name.utf8Start, name.utf8CodeUnitCount)
    }

    private func value(of name: UnsafePointer<UInt8>, _ length: Int) -> UnsafePointer<CChar>? {
        guard let start = lines.start else { return nil }
        var line = UnsafePointer(start)
        let end = line + lines.count
        while line < end {
            // Every line ends in a NUL, which no name holds: the comparison stops there.
            if equalIgnoringCase(line, name, length), line[length] == UInt8(ascii: ":") {
                line += length &+ 1
                while isFieldSpace(line.pointee) { line += 1 }
                return UnsafeRawPointer(line).assumingMemoryBound(to: CChar.self)
            }
            line += strlen(UnsafeRawPointer(line).assumingMemoryBound(to: CChar.self)) &+ 1
        }
        return nil
    }
}

func isFieldSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == 0x09 || byte == 0x0D || byte == 0x0A
}
