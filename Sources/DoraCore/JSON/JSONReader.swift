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

    /// A value of any kind inside `depth` open levels.
    @inline(__always)
    mutating func skipValue(_ place: BytePointer, depth: Int) throws(JSONFault) -> BytePointer {
        if isContainerStart(place.pointee) { return try skipContainer(place, depth: depth) }
        return try skipScalar(place)
    }

    @inline(__always)
    mutating func skipScalar(_ place: BytePointer) throws(JSONFault) -> BytePointer {
        let value = try scanner.skipScalar(place)
        noteSurrogates(value, at: place)
        return value.end
    }

    @inline(__always)
    mutating func skipString(_ quote: BytePointer) throws(JSONFault) -> ScannedValue {
        let value = try scanner.skipString(quote)
        noteSurrogates(value, at: quote)
        return value
    }

    @inline(__always)
    mutating func noteSurrogates(_ value: ScannedValue, at place: BytePointer) {
        if value.hasUnpairedSurrogate, isWatching { violations.add(.unpairedSurrogate, scanner.offset(place)) }
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
        place = scanner.skipSpace(place)
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
        place = scanner.skipSpace(place)
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
    mutating func readName(_ place: inout BytePointer) throws(JSONFault) -> JSONName {
        let quote = place
        if quote.pointee != UInt8(ascii: "\"") { throw scanner.fault(.name, quote) }
        let string = try skipString(quote)
        place = scanner.skipSpace(string.end)
        if place.pointee != UInt8(ascii: ":") { throw scanner.fault(.colon, place) }
        place = scanner.skipSpace(place + 1)
        return JSONName(quote: quote, string)
    }

    // MARK: Arrays and objects

    private mutating func skipContainer(_ start: BytePointer, depth: Int) throws(JSONFault) -> BytePointer {
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
        if names.count &- mark > 1 { names.findDuplicates(from: mark, in: &violations) }
        names.count = mark
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

/// A member's name, quotes included.
struct JSONName {
    /// The opening quote.
    let quote: BytePointer
    /// Behind the closing quote.
    let end: BytePointer
    let isEscaped: Bool

    @inline(__always)
    init(quote: BytePointer, _ string: ScannedValue) {
        self.quote = quote
        end = string.end
        isEscaped = string.isEscaped
    }

    /// Lends the decoded name if it has no more than 16 bytes, as every known name has.
    @inline(__always)
    func withShortName<R>(_ body: (BytePointer, Int) -> R?) -> R? {
        if isEscaped { return withDecodedShortName(body) }
        let length = end - quote - 2
        return length <= JSONName.shortLength ? body(quote + 1, length) : nil
    }

    private static let shortLength = 16

    private func withDecodedShortName<R>(_ body: (BytePointer, Int) -> R?) -> R? {
        var decoded: (UInt64, UInt64, UInt64) = (0, 0, 0)
        return withUnsafeMutableBytes(of: &decoded) { memory in
            guard let start = memory.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
            let length = decodeString(quote: quote, to: start, limit: JSONName.shortLength)
            return length <= JSONName.shortLength ? body(start, length) : nil
        }
    }
}
