// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Finds the JSON Pointers of places in a well-formed document, in one walk: each place asked for
/// must not lie before the last one.
struct JSONLocator: ~Copyable {
    private static let longestPointer = 512

    /// What leads from an open level to the value being read.
    private enum Step {
        case element(UInt32)
        /// The place of the name's opening quote.
        case member(UInt32)
    }

    private let scanner: JSONScanner
    private var reader: JSONReader
    private var steps: [Step] = []
    private var place: BytePointer
    /// Whether `place` is the first byte of a name, a value, or behind a value.
    private var state = State.value

    private enum State {
        case name, value, behindValue
    }

    private var isBehindValue: Bool {
        if case .behindValue = state { true } else { false }
    }

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
        reader = JSONReader(scanner, isWatching: false)
        place = scanner.skipSpace(scanner.start)
    }

    /// The pointer to the value or the member's name at `offset`.
    mutating func pointer(to offset: UInt32) -> Text {
        do throws(JSONFault) {
            while isBehindValue || scanner.offset(place) < offset { try advance() }
        } catch {
            // The document is well-formed: this does not happen.
        }
        return pointer()
    }

    private mutating func advance() throws(JSONFault) {
        switch state {
        case .name:
            _ = try reader.readName(&place)
            state = .value
        case .value where place.pointee == UInt8(ascii: "["):
            state = reader.enterArray(&place) ? .value : .behindValue
            if case .value = state { steps.append(.element(0)) }
        case .value where place.pointee == UInt8(ascii: "{"):
            state = reader.enterObject(&place) ? .name : .behindValue
            if case .name = state { steps.append(.member(scanner.offset(place))) }
        case .value:
            place = try reader.skipScalar(place)
            state = .behindValue
        case .behindValue:
            try goOn()
        }
    }

    private mutating func goOn() throws(JSONFault) {
        switch steps.popLast() {
        case .element(let index):
            guard try reader.nextElement(&place) else { return }
            steps.append(.element(index &+ 1))
            state = .value
        case .member:
            guard try reader.nextMember(&place) else { return }
            steps.append(.member(scanner.offset(place)))
            state = .name
        case nil:
            throw scanner.fault(.trailingText, place)
        }
    }

    // MARK: Text

    private func pointer() -> Text {
        var text = Text()
        for step in steps {
            if text.bytes.count >= JSONLocator.longestPointer {
                text.append("...")
                return text
            }
            text.append("/")
            switch step {
            case .element(let index): text.append(Int(index))
            case .member(let offset): if !append(name: offset, to: &text) { return text }
            }
        }
        return text
    }

    /// Returns whether the name was short enough to be written whole.
    private func append(name offset: UInt32, to text: inout Text) -> Bool {
        let room = max(0, JSONLocator.longestPointer &- text.bytes.count)
        var name = Text()
        var sequence = JSONByteSequence(quote: scanner.start + Int(offset))
        // Some bytes more than there is room for, so that the cut falls between characters.
        while name.bytes.count < room &+ 8, let byte = sequence.next() {
            switch byte {
            case UInt8(ascii: "~"): name.append("~0")
            case UInt8(ascii: "/"): name.append("~1")
            default: name.append(byte: byte)
            }
        }
        name.bytes.withUnsafeBufferPointer { text.appendPrintable($0, limit: room) }
        return name.bytes.count <= room
    }
}
