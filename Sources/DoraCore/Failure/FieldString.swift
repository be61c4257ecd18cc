// SPDX-License-Identifier: Apache-2.0

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
