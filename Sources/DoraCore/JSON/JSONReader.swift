// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Reads past whole values, holding them against RFC 8259, and notes what the document says twice
/// or can't say. Levels are kept in memory of its own: no input makes the stack grow.
struct JSONReader: ~Copyable {
    /// The document itself is level 1.
    static let maximumDepth = 512
    private static let arrayLevel = UInt32.max

    let scanner: JSONScanner
    /// Whether duplicate names and unpaired surrogates are looked for.
    var isWatching: Bool
    var names: JSONNameStack
    var violations = ViolationLog()
    /// For each open level that is no array, where its names start in `names`.
    private var levels: UnsafeMutablePointer<UInt32>?

    init(_ scanner: JSONScanner, isWatching: Bool) {
        self.scanner = scanner
        self.isWatching = isWatching
        names = JSONNameStack(scanner)
    }

    deinit {
        free(levels)
    }

    // MARK: The document

    /// The first byte of the document's value.
    func enterDocument() throws(JSONFault) -> BytePointer {
        if scanner.start.pointee == 0xEF { throw scanner.fault(.byteOrderMark, scanner.start) }
        return scanner.skipSpace(scanner.start)
    }

    /// Only white space may follow the document's value.
    func leaveDocument(_ end: BytePointer) throws(JSONFault) {
        let rest = scanner.skipSpace(end)
        if rest != scanner.end { throw scanner.fault(.trailingText, rest) }
    }

    // MARK: Values

    /// A value of any kind inside `depth` open levels.
    @inline(__always)
    mutating func skipValue(_ place: BytePointer, depth: Int) throws(JSONFault) -> BytePointer {
        if isContainerStart(place.pointee) { return try skipContainer(place, depth: depth) }
        return try skipScalar(place)
    }

    @inline(__always)
    mutating func skipScalar(_ place: BytePointer) throws(JSONFault) -> BytePointer {
        if place.pointee == UInt8(ascii: "\"") { return try readString(place).end }
        return try scanner.skipNumberOrLiteral(place)
    }

    @inline(__always)
    mutating func readString(_ quote: BytePointer) throws(JSONFault) -> JSONString {
        let place = scanner.skipPlainBytes(quote + 1)
        if place.pointee == UInt8(ascii: "\"") { return JSONString(quote: quote, end: place + 1, isEscaped: false) }
        return try readSpecialString(quote, place)
    }

    @inline(never)
    private mutating func readSpecialString(
        _ quote: BytePointer, _ place: BytePointer
    ) throws(JSONFault) -> JSONString {
        let value = try scanner.skipSpecialString(place)
        if value.hasUnpairedSurrogate, isWatching { violations.add(.unpairedSurrogate, scanner.offset(quote)) }
        return JSONString(quote: quote, end: value.end, isEscaped: value.isEscaped)
    }

    // MARK: Steps through one array or object

    /// Moves from the opening bracket to the first element, or behind an empty array.
    @inline(__always)
    func enterArray(_ place: inout BytePointer) -> Bool {
        place = scanner.skipSpace(place + 1)
        if place.pointee != UInt8(ascii: "]") { return true }
        place += 1
        return false
    }

    /// Moves from behind an element to the next one, or behind the array.
    @inline(__always)
    func nextElement(_ place: inout BytePointer) throws(JSONFault) -> Bool {
        if place.pointee != UInt8(ascii: ",") { place = scanner.skipSpace(place) }
        let separator = place.pointee
        if separator == UInt8(ascii: ",") {
            place = scanner.skipSpace(place + 1)
            return true
        }
        if separator != UInt8(ascii: "]") { throw scanner.fault(.commaOrBracket, place) }
        place += 1
        return false
    }

    /// Moves from the opening brace to the first member's name, or behind an empty object.
    @inline(__always)
    func enterObject(_ place: inout BytePointer) -> Bool {
        place = scanner.skipSpace(place + 1)
        if place.pointee != UInt8(ascii: "}") { return true }
        place += 1
        return false
    }

    /// Moves from behind a member's value to the next member's name, or behind the object.
    @inline(__always)
    func nextMember(_ place: inout BytePointer) throws(JSONFault) -> Bool {
        if place.pointee != UInt8(ascii: ",") { place = scanner.skipSpace(place) }
        let separator = place.pointee
        if separator == UInt8(ascii: ",") {
            place = scanner.skipSpace(place + 1)
            return true
        }
        if separator != UInt8(ascii: "}") { throw scanner.fault(.commaOrBrace, place) }
        place += 1
        return false
    }

    /// Moves from a member's name to its value.
    @inline(__always)
    mutating func readName(_ place: inout BytePointer) throws(JSONFault) -> JSONString {
        let quote = place
        if quote.pointee != UInt8(ascii: "\"") { throw scanner.fault(.name, quote) }
        let name = try readString(quote)
        place = try skipColon(name.end)
        return name
    }

    /// Moves from behind a name to the member's value.
    @inline(__always)
    func skipColon(_ nameEnd: BytePointer) throws(JSONFault) -> BytePointer {
        if nameEnd.pointee == UInt8(ascii: ":") { return scanner.skipSpace(nameEnd + 1) }
        let place = scanner.skipSpace(nameEnd)
        if place.pointee != UInt8(ascii: ":") { throw scanner.fault(.colon, place) }
        return scanner.skipSpace(place + 1)
    }

    // MARK: Arrays and objects

    private mutating func skipContainer(_ start: BytePointer, depth: Int) throws(JSONFault) -> BytePointer {
        if let end = emptyContainerEnd(start), depth < JSONReader.maximumDepth { return end }
        let levels = openLevels()
        var place = start
        var level = depth
        repeat {
            // `place` is the first byte of a value.
            if !isContainerStart(place.pointee) {
                place = try skipScalar(place)
            } else {
                if level >= JSONReader.maximumDepth { throw scanner.fault(.tooDeep, place) }
                let isArray = place.pointee == UInt8(ascii: "[")
                levels[level] = isArray ? JSONReader.arrayLevel : names.count
                level &+= 1
                if isArray ? enterArray(&place) : enterObject(&place) {
                    if !isArray { try pushName(&place) }
                    continue
                }
                level &-= 1
            }
            // `place` is behind a value.
            while level > depth {
                let mark = levels[level &- 1]
                if mark == JSONReader.arrayLevel {
                    if try nextElement(&place) { break }
                } else {
                    if try nextMember(&place) {
                        try pushName(&place)
                        break
                    }
                    closeNames(from: mark)
                }
                level &-= 1
            }
        } while level > depth
        return place
    }

    @inline(__always)
    private mutating func pushName(_ place: inout BytePointer) throws(JSONFault) {
        let name = try readName(&place)
        if isWatching { names.push(name) }
    }

    /// Ends an object whose names start at `mark`.
    @inline(__always)
    mutating func closeNames(from mark: UInt32) {
        _ = noteDuplicates(from: mark)
        names.count = mark
    }

    @inline(__always)
    mutating func noteDuplicates(from mark: UInt32) -> Bool {
        names.count &- mark > 1 && names.findDuplicates(from: mark, in: &violations)
    }

    /// Levels take memory of their own, which an event without nested unknown values does without.
    @inline(__always)
    private func emptyContainerEnd(_ bracket: BytePointer) -> BytePointer? {
        let inside = scanner.skipSpace(bracket + 1)
        // A bracket and its counterpart differ by 2.
        return inside.pointee == bracket.pointee &+ 2 ? inside + 1 : nil
    }

    private mutating func openLevels() -> UnsafeMutablePointer<UInt32> {
        if let levels { return levels }
        let memory: UnsafeMutablePointer<UInt32> = reallocate(nil, JSONReader.maximumDepth)
        levels = memory
        return memory
    }
}

@inline(__always)
func isContainerStart(_ byte: UInt8) -> Bool {
    // '[' and '{' differ in one bit.
    byte | 0x20 == UInt8(ascii: "{")
}
