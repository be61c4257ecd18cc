// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A key, a token or a password: bytes that are wiped when the last owner lets go.
package final class Secret {
    private let start: UnsafeMutablePointer<UInt8>
    package let count: Int

    /// Room for `capacity` bytes; `fill` returns how many it wrote.
    init(capacity: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Int) {
        start = reallocate(nil, capacity &+ 1)
        count = fill(start)
        start[count] = 0
    }

    package convenience init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.init(capacity: bytes.count) { target in
            if let base = bytes.baseAddress { memcpy(target, base, bytes.count) }
            return bytes.count
        }
    }

    package convenience init(copying cString: UnsafePointer<CChar>) {
        let start = UnsafeRawPointer(cString).assumingMemoryBound(to: UInt8.self)
        self.init(UnsafeBufferPointer(start: start, count: strlen(cString)))
    }

    package convenience init(_ text: StaticString) {
        self.init(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// One behind the other: a header line with a secret in it.
    package convenience init(joining parts: [Secret]) {
        self.init(capacity: parts.reduce(0) { $0 &+ $1.count }) { target in
            var count = 0
            for part in parts {
                memcpy(target + count, part.start, part.count)
                count &+= part.count
            }
            return count
        }
    }

    deinit {
        shim_wipe(start, count)
        free(start)
    }

    /// Nothing but spaces and tabs, or nothing at all.
    package var isBlank: Bool { withBytes { $0.allSatisfy { $0 == 0x20 || $0 == 0x09 } } }

    package func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        withExtendedLifetime(self) { body(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)) }
    }

    func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        withExtendedLifetime(self) { body(UnsafeBufferPointer(start: start, count: count)) }
    }
}
