// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The names of all open objects, so that an object's end finds out which of its names stand there twice, in
/// time that grows with their number only.
struct JSONNameStack: ~Copyable {
    /// Up to this number every pair is compared, most by their lengths alone; above, a table is made. With a table
    /// for every object an event as the field sends it takes 8,538 instructions to read in place of 7,866
    /// (Benchmarks/instructions.sh with Benchmarks/parse); from about ten names on a table is faster.
    private static let pairwiseLimit = 8

    /// Where a name starts and ends. No place in a body of less than 2 GiB has the upper bits.
    private struct Entry {
        var start: UInt32
        let end: UInt32

        /// In `start`: another name of the object that equals it follows.
        static let repeatedBit: UInt32 = 1 &<< 31
        /// In `end`: the name is written with escapes.
        static let escapedBit: UInt32 = 1 &<< 31
    }

    private let scanner: JSONScanner
    private var entries: UnsafeMutablePointer<Entry>?
    private var capacity: UInt32 = 0
    var count: UInt32 = 0

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
    }

    deinit {
        free(entries)
    }

    @inline(__always)
    mutating func push(_ name: JSONString) {
        if count == capacity { grow() }
        guard let entries else { return }
        entries[Int(count)] = Entry(
            start: scanner.offset(name.quote), end: scanner.offset(name.end) | (name.isEscaped ? Entry.escapedBit : 0))
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        capacity = max(64, capacity &* 2)
        entries = reallocate(entries, Int(capacity))
    }

    // MARK: Duplicates

    /// Notes each name from `mark` on that repeats an earlier one. Returns whether there is one.
    func findDuplicates(from mark: UInt32, in violations: inout ViolationLog) -> Bool {
        guard let entries else { return false }
        let names = entries + Int(mark)
        let length = Int(count &- mark)
        if length > JSONNameStack.pairwiseLimit { return findInTable(names, length, &violations) }
        var hasDuplicates = false
        for later in 1..<max(length, 1) {
            var earlier = later &- 1
            while earlier >= 0 && !areEqual(names[earlier], names[later]) { earlier &-= 1 }
            guard earlier >= 0 else { continue }
            note(earlier, later, names, &violations)
            hasDuplicates = true
        }
        return hasDuplicates
    }

    private func findInTable(
        _ names: UnsafeMutablePointer<Entry>, _ length: Int, _ violations: inout ViolationLog
    ) -> Bool {
        // Open addressing, a third of it free; 0 is a free slot, else it is the index + 1. The hashes follow.
        let size = length &+ length / 2
        let table: UnsafeMutablePointer<UInt32> = reallocate(nil, size &+ length)
        defer { free(table) }
        memset(table, 0, size &* MemoryLayout<UInt32>.stride)
        let hashes = table + size
        let seed = hashSeed
        var hasDuplicates = false
        for index in 0..<length {
            let hash = hash(string(names[index]), seed)
            hashes[index] = hash
            var slot = Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(truncatingIfNeeded: size)) &>> 32)
            while table[slot] != 0 {
                let other = Int(table[slot]) &- 1
                if hashes[other] == hash, areEqual(names[other], names[index]) {
                    note(other, index, names, &violations)
                    hasDuplicates = true
                    break
                }
                slot = slot &+ 1 == size ? 0 : slot &+ 1
            }
            table[slot] = UInt32(truncatingIfNeeded: index &+ 1)
        }
        return hasDuplicates
    }

    /// `later` is the next name that equals `earlier`.
    private func note(
        _ earlier: Int, _ later: Int, _ names: UnsafeMutablePointer<Entry>, _ violations: inout ViolationLog
    ) {
        names[earlier].start |= Entry.repeatedBit
        violations.add(.duplicateName, names[later].start & ~Entry.repeatedBit)
    }

    /// For each name from `mark` on, whether it comes again. `findDuplicates` must have looked.
    func repeatedNames(from mark: UInt32) -> [Bool] {
        var result: [Bool] = []
        guard let entries else { return result }
        for index in mark..<max(count, mark) { result.append(entries[Int(index)].start & Entry.repeatedBit != 0) }
        return result
    }

    private func string(_ entry: Entry) -> JSONString {
        JSONString(
            quote: scanner.start + Int(entry.start & ~Entry.repeatedBit),
            end: scanner.start + Int(entry.end & ~Entry.escapedBit), isEscaped: entry.end & Entry.escapedBit != 0)
    }

    @inline(__always)
    private func areEqual(_ left: Entry, _ right: Entry) -> Bool {
        let left = string(left)
        let right = string(right)
        if left.isEscaped || right.isEscaped { return stringsAreEqual(left.quote, right.quote) }
        // Names of one length often differ in the last byte alone.
        return left.length == right.length && left.end[-2] == right.end[-2]
            && memcmp(left.quote, right.quote, left.length &+ 1) == 0
    }

    // MARK: Hashing

    /// An address, which no sender knows: nobody can prepare names that share a hash.
    private var hashSeed: UInt64 { JSONNameStack.mix(UInt64(UInt(bitPattern: scanner.start))) }

    /// A multiplication folded onto itself: each bit of the result depends on each bit of `value`.
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    private func hash(_ name: JSONString, _ seed: UInt64) -> UInt32 {
        guard name.isEscaped else { return hash(name.quote + 1, name.length, seed) }
        // A word may be loaded where a short name starts.
        let decoded: UnsafeMutablePointer<UInt8> = reallocate(nil, name.length &+ 8)
        defer { free(decoded) }
        return hash(decoded, decodeString(quote: name.quote, to: decoded, limit: name.length), seed)
    }

    /// Of whole words, the last of which may overlap the one before.
    private func hash(_ bytes: BytePointer, _ count: Int, _ seed: UInt64) -> UInt32 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        var last = loadWord(bytes) & ~(UInt64.max &<< UInt64(truncatingIfNeeded: count &* 8))
        if count >= 8 {
            last = loadWord(bytes + count - 8)
            for place in stride(from: 0, to: count &- 8, by: 8) {
                hash = JSONNameStack.mix(hash ^ loadWord(bytes + place))
            }
        }
        return UInt32(truncatingIfNeeded: JSONNameStack.mix(hash ^ last) &>> 32)
    }
}
