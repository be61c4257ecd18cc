// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What a page keeps of an item.
struct FailureItem {
    let start: UInt32
    let end: UInt32
    /// Which of the page's strings are inside.
    let firstString: UInt32
    let endString: UInt32
    let room: FailureTextRoom
    let startedAt: Int64?
    let finishedAt: Int64?
    /// Whether it is an object, and nothing was found wrong with it so far.
    let isPlain: Bool

    var length: Int { Int(end &- start) }
}

/// One pass over a page: its items, and where their fields stand.
struct FailurePageReader: ~Copyable {
    /// A hundred times what can be asked for. What is kept of an item may be longer than the item.
    static let maximumCount = 100_000

    private(set) var decoder: FailureDecoder
    private(set) var items: [FailureItem] = []
    /// Why the page, which is JSON, is no list of events; nil if it is one.
    private(set) var problem: StaticString? = "no \"data\" list"

    /// Takes the memory of a page that was read before.
    init(_ scanner: JSONScanner, _ items: inout [FailureItem], _ fields: inout FailureFields) {
        decoder = FailureDecoder(scanner)
        decoder.reader.isWatching = false
        handBack(&items, &fields)
        self.items.removeAll(keepingCapacity: true)
        decoder.fields.removeStrings()
    }

    /// Hands the items and their strings on, once.
    mutating func handBack(_ items: inout [FailureItem], _ fields: inout FailureFields) {
        swap(&items, &self.items)
        swap(&fields, &decoder.fields)
    }

    mutating func readPage() throws(JSONFault) {
        var place = try decoder.reader.enterDocument()
        if place.pointee == UInt8(ascii: "{") {
            var hasMember = decoder.reader.enterObject(&place)
            while hasMember {
                let name = try decoder.reader.readName(&place)
                if isData(name) { try readData(&place) } else { place = try decoder.reader.skipValue(place, depth: 1) }
                hasMember = try decoder.reader.nextMember(&place)
            }
        } else {
            place = try decoder.reader.skipValue(place, depth: 0)
        }
        try decoder.reader.leaveDocument(place)
    }

    private func isData(_ name: JSONString) -> Bool {
        name.withShortName { $1 == 4 && memcmp($0, "data", 4) == 0 } == true
    }

    /// Of equal names the last one counts.
    private mutating func readData(_ place: inout BytePointer) throws(JSONFault) {
        items.removeAll(keepingCapacity: true)
        decoder.fields.removeStrings()
        guard place.pointee == UInt8(ascii: "[") else {
            problem = "no \"data\" list"
            place = try decoder.reader.skipValue(place, depth: 1)
            return
        }
        problem = nil
        decoder.reader.isWatching = true
        var hasElement = decoder.reader.enterArray(&place)
        while hasElement {
            try readItem(&place)
            hasElement = try decoder.reader.nextElement(&place)
        }
        decoder.reader.isWatching = false
    }

    private mutating func readItem(_ place: inout BytePointer) throws(JSONFault) {
        let start = place
        let firstString = decoder.fields.stringCount
        place = try decoder.readItem(start)
        let startedAt = decoder.time(.startedAt)
        let finishedAt = decoder.time(.finishedAt)
        decoder.checkFields()
        let room = decoder.fields.textRoom
        let isPlain = decoder.reader.violations.total == 0 && !room.isTooLarge
        if !isPlain { decoder.reader.violations = ViolationLog() }
        guard items.count < FailurePageReader.maximumCount else {
            problem = "a list of more than 100,000 items"
            return
        }
        items.append(
            FailureItem(
                start: decoder.scanner.offset(start), end: decoder.scanner.offset(place),
                firstString: UInt32(truncatingIfNeeded: firstString),
                endString: UInt32(truncatingIfNeeded: decoder.fields.stringCount), room: room,
                startedAt: startedAt, finishedAt: finishedAt, isPlain: isPlain))
    }
}
