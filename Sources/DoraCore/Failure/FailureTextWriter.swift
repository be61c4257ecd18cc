// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Writes the texts of one event, and notes what is wrong with them.
struct FailureTextWriter {
    /// With how many of a list's strings those of a second list are compared: the time grows with the event's
    /// length only, whatever it holds.
    private static let comparedStrings = 100

    var texts: FailureTexts
    /// To which others may be added before and afterwards.
    var violations: ViolationLog
    let memory: UnsafeMutableRawPointer
    /// Over the JSON that the strings stand in.
    let scanner: JSONScanner
    let room: FailureTextRoom
    /// The next free entry of the table of places.
    private(set) var entryEnd = 0
    /// The next free byte of the memory.
    var textEnd: Int

    /// `memory` has `room.size` bytes.
    init(
        _ memory: UnsafeMutableRawPointer, _ room: FailureTextRoom, _ scanner: JSONScanner, _ violations: ViolationLog
    ) {
        self.violations = violations
        self.memory = memory
        self.room = room
        self.scanner = scanner
        texts = FailureTexts(memory)
        textEnd = FailureTexts.listSize &+ room.entries &* MemoryLayout<UInt32>.stride
    }

    mutating func write(_ strings: UnsafeMutableBufferPointer<FieldString>) {
        var place = textEnd
        for string in strings {
            guard case .text = string.role else { continue }
            let length = copy(string, to: place)
            if case .customTags = string.field { checkTag(string, place, length) }
            add(place, to: string.field)
            place &+= length &+ 1
        }
        textEnd = place
        if texts.count(.service) > 0 { mergeServices() }
        texts.documentedTagCount = UInt32(truncatingIfNeeded: texts.count(.customTags))
        if room.customTags > 0 {
            var tags = CustomTagWriter(&self)
            tags.write(strings, to: &self)
        }
    }

    // MARK: Strings

    /// Writes a decoded string and a NUL. Returns its length.
    @inline(__always)
    mutating func copy(_ string: FieldString, to place: Int) -> Int {
        let quote = scanner.start + Int(string.start)
        let target = (memory + place).assumingMemoryBound(to: UInt8.self)
        var length = Int(string.end &- string.start) &- 2
        if string.isEscaped {
            length = copyDecoded(string, length, to: target)
        } else {
            copyVectors(from: quote + 1, to: target, count: length)
        }
        target[length] = 0
        return length
    }

    /// What follows a decoded NUL is out of a C string's reach.
    @inline(never)
    private mutating func copyDecoded(
        _ string: FieldString, _ length: Int, to target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let quote = scanner.start + Int(string.start)
        let count = decodeString(quote: quote, to: target, limit: length, hasSlack: true)
        guard let nul = memchr(target, 0, count) else { return count }
        violations.add(.escapedNUL, string.start)
        return nul - UnsafeMutableRawPointer(target)
    }

    private mutating func checkTag(_ string: FieldString, _ place: Int, _ length: Int) {
        if memchr(memory + place, 0x3A, length) == nil { violations.add(.tagWithoutColon, string.start) }
    }

    // MARK: Lists

    /// One more string of a field, whose strings come one after the other.
    @inline(__always)
    private mutating func add(_ start: Int, to field: FailureField) {
        let list = texts.lists + field.rawValue
        if list.pointee.count == 0 { list.pointee.first = UInt32(truncatingIfNeeded: entryEnd) }
        list.pointee.count &+= 1
        appendEntry(start)
    }

    @inline(__always)
    mutating func appendEntry(_ value: Int) {
        texts.places[entryEnd] = UInt32(truncatingIfNeeded: value)
        entryEnd &+= 1
    }

    /// A list that begins with the strings of a field.
    mutating func copyList(_ field: FailureField) -> FailureTexts.List {
        let old = texts.lists[field.rawValue]
        let list = FailureTexts.List(first: UInt32(truncatingIfNeeded: entryEnd), count: old.count)
        for index in 0..<Int(old.count) { appendEntry(Int(texts.places[Int(old.first) &+ index])) }
        return list
    }

    /// Adds to `services` what only `service` has.
    private mutating func mergeServices() {
        let others = texts.lists[FailureField.service.rawValue]
        if texts.count(.services) == 0 {
            texts.lists[FailureField.services.rawValue] = others
            return
        }
        var list = copyList(.services)
        let compared = texts.lists[FailureField.services.rawValue]
        for index in 0..<Int(others.count) {
            let place = texts.places[Int(others.first) &+ index]
            if find(place, among: compared) != nil { continue }
            appendEntry(Int(place))
            list.count &+= 1
        }
        texts.lists[FailureField.services.rawValue] = list
    }

    /// The place of an equal text in a list.
    func find(_ place: UInt32, among list: FailureTexts.List) -> UInt32? {
        let text = texts.text(at: place)
        for index in 0..<min(Int(list.count), FailureTextWriter.comparedStrings) {
            let other = texts.places[Int(list.first) &+ index]
            if strcmp(texts.text(at: other), text) == 0 { return other }
        }
        return nil
    }
}

/// Copies short strings without a call. Reads and writes less than a vector more than `count`.
@inline(__always)
private func copyVectors(from source: BytePointer, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    copyVector(from: source, to: target)
    guard count > SHIM_VECTOR_SIZE else { return }
    if count > 2 &* SHIM_VECTOR_SIZE {
        memcpy(target, source, count)
    } else {
        copyVector(from: source + SHIM_VECTOR_SIZE, to: target + SHIM_VECTOR_SIZE)
    }
}
