// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A string of an event that C programs are handed, as it stands in the JSON.
struct FieldString {
    enum Role: UInt8 {
        /// A field's value, or an element of its list.
        case text
        /// The name of a member of `custom`. The strings of its value follow.
        case key
        /// A string under the last key.
        case keyed
        /// Of a value that another one with the same name takes the place of.
        case forgotten
    }

    /// The opening quote.
    let start: UInt32
    /// Behind the closing quote.
    let end: UInt32
    let field: FailureField
    var role: Role
    let isEscaped: Bool

    @inline(__always)
    func string(in scanner: JSONScanner) -> JSONString {
        JSONString(quote: scanner.start + Int(start), end: scanner.start + Int(end), isEscaped: isEscaped)
    }
}

/// The strings of one event or of many, in the order of the JSON. An `Array` would look at each step who
/// else holds it.
struct FieldStringList: ~Copyable {
    private var start: UnsafeMutablePointer<FieldString>?
    private var capacity = 0
    private(set) var count = 0

    deinit {
        free(start)
    }

    @inline(__always)
    mutating func append(_ string: FieldString) {
        if count == capacity { grow() }
        guard let start else { return }
        start[count] = string
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        capacity = max(32, capacity &* 2)
        start = reallocate(start, capacity)
    }

    mutating func removeAll() {
        count = 0
    }

    /// The index of the first one at `offset` or behind it.
    func firstIndex(from offset: UInt32) -> Int {
        guard let start else { return 0 }
        var low = 0
        var high = count
        while low < high {
            let middle = (low &+ high) / 2
            if start[middle].start < offset { low = middle &+ 1 } else { high = middle }
        }
        return low
    }

    /// Lends those from one index up to another.
    func slice(_ first: Int, _ end: Int) -> UnsafeMutableBufferPointer<FieldString> {
        UnsafeMutableBufferPointer(start: start.map { $0 + first }, count: start == nil ? 0 : end &- first)
    }
}
