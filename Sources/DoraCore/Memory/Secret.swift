// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A key or a token: bytes that are wiped when the last owner lets go.
package final class Secret {
    private let start: UnsafeMutablePointer<UInt8>
    package let count: Int

    package init(copying cString: UnsafePointer<CChar>) {
        count = strlen(cString)
        start = reallocate(nil, count &+ 1)
        memcpy(start, cString, count &+ 1)
    }

    /// A header line with a secret in it.
    package init(_ prefix: StaticString, _ secret: Secret) {
        let length = prefix.utf8CodeUnitCount
        count = length &+ secret.count
        start = reallocate(nil, count &+ 1)
        memcpy(start, prefix.utf8Start, length)
        memcpy(start + length, secret.start, secret.count &+ 1)
    }

    deinit {
        shim_wipe(start, count)
        free(start)
    }

    package func withCString<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
        withExtendedLifetime(self) { body(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)) }
    }

    func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        withExtendedLifetime(self) { body(UnsafeBufferPointer(start: start, count: count)) }
    }
}

extension Text {
    /// Replaces each occurrence of a secret: a server may echo a key in an error body.
    package mutating func redact(_ secret: Secret) {
        guard secret.count >= 4, bytes.count >= secret.count else { return }
        var result = Text()
        var index = 0
        secret.withBytes { wanted in
            guard let pattern = wanted.baseAddress else { return }
            bytes.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                while index < source.count {
                    if source.count &- index >= wanted.count, memcmp(base + index, pattern, wanted.count) == 0 {
                        result.append("[redacted]")
                        index &+= wanted.count
                    } else {
                        result.append(byte: source[index])
                        index &+= 1
                    }
                }
            }
        }
        self = result
    }
}
