// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Bytes that grow at the end: a response body, a header block, decoded strings.
///
/// `padding` zero bytes follow the content once `terminate` was called, so that readers may load
/// whole words and C programs find a NUL.
@frozen
@usableFromInline
package struct ByteBuffer: ~Copyable {
    package static let padding = 16

    @usableFromInline
    package private(set) var start: UnsafeMutablePointer<UInt8>?
    package private(set) var count = 0
    private var capacity = 0

    package init() {}

    package init(capacity: Int) {
        reserve(capacity)
    }

    package init(copying bytes: UnsafePointer<UInt8>, count: Int) {
        append(bytes, count: count)
    }

    // Inlinable because Embedded Swift wants to see it where a buffer dies.
    @inlinable
    deinit {
        free(start)
    }

    /// Makes room for `total` bytes and the padding.
    ///
    /// - Parameter limit: what the content will never exceed.
    package mutating func reserve(_ total: Int, limit: Int = .max) {
        guard total > capacity || start == nil else { return }
        // Doubling keeps the cost of growing linear.
        grow(to: max(total, min(capacity &* 2, limit)))
    }

    package mutating func append(_ bytes: UnsafePointer<UInt8>, count length: Int, limit: Int = .max) {
        guard length > 0 else { return }
        reserve(count &+ length, limit: limit)
        guard let start else { return }
        memcpy(start + count, bytes, length)
        count &+= length
    }

    /// Appends bytes and a NUL.
    package mutating func append(line bytes: UnsafePointer<UInt8>, count length: Int) {
        reserve(count &+ length &+ 1)
        guard let start else { return }
        memcpy(start + count, bytes, length)
        start[count &+ length] = 0
        count &+= length &+ 1
    }

    package mutating func append(_ byte: UInt8) {
        reserve(count &+ 1)
        guard let start else { return }
        start[count] = byte
        count &+= 1
    }

    /// Writes the padding behind the content. Needed before any reader that relies on it.
    package mutating func terminate() {
        reserve(count)
        guard let start else { return }
        memset(start + count, 0, ByteBuffer.padding)
    }

    /// Memory for `size` bytes, aligned for words, behind the content and its padding, if there is enough. It
    /// lives as long as the content does not grow.
    func spareMemory(_ size: Int) -> UnsafeMutableRawPointer? {
        let offset = (count &+ ByteBuffer.padding &+ 7) & ~7
        guard let start, offset &+ size <= capacity &+ ByteBuffer.padding else { return nil }
        return UnsafeMutableRawPointer(start + offset)
    }

    package var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: start, count: count)
    }

    /// The content as a C string; needs `terminate` before.
    package var cString: UnsafePointer<CChar>? {
        UnsafeRawPointer(start)?.assumingMemoryBound(to: CChar.self)
    }

    /// Forgets the content and keeps the memory.
    package mutating func removeAll() {
        count = 0
    }

    /// Gives back what the content does not need.
    package mutating func shrink() {
        if capacity > count &+ count / 4 { grow(to: count) }
    }

    private mutating func grow(to size: Int) {
        start = reallocate(start, size &+ ByteBuffer.padding)
        capacity = size
    }
}

/// `realloc` for memory that must be had: a process without memory ends, as dora.h says.
package func reallocate<T>(_ pointer: UnsafeMutablePointer<T>?, _ count: Int) -> UnsafeMutablePointer<T> {
    guard let memory = realloc(pointer, count &* MemoryLayout<T>.stride) else { abort() }
    return memory.assumingMemoryBound(to: T.self)
}
