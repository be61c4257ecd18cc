// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A caller's buffer that is written to as snprintf(3) does: as much as fits and a NUL, never more. It holds an
/// empty string to begin with.
package struct CopyTarget {
    private let buffer: UnsafeMutablePointer<UInt8>?
    /// How many bytes fit before the NUL.
    private let room: Int

    /// - Parameter capacity: a size_t: below 0 it is one beyond `Int.max`.
    package init(_ buffer: UnsafeMutablePointer<CChar>?, capacity: Int) {
        self.buffer =
            capacity == 0 ? nil : buffer.map { UnsafeMutableRawPointer($0).assumingMemoryBound(to: UInt8.self) }
        room = capacity > 0 ? capacity &- 1 : capacity < 0 ? .max : 0
        self.buffer?.pointee = 0
    }

    /// Returns the length of the whole text.
    package func copy(_ start: UnsafePointer<UInt8>, count: Int) -> Int {
        if let buffer {
            memcpy(buffer, start, min(count, room))
            buffer[min(count, room)] = 0
        }
        return count
    }

    /// The same for a string of a JSON text, decoded.
    func copyDecoded(quote: BytePointer) -> Int {
        let count = decodeString(quote: quote, to: buffer, limit: room)
        buffer?[min(count, room)] = 0
        return count
    }
}
