// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The names of all open objects: a hash and the place of each, so that an object's end finds out
/// which of its names stand there twice, in time that grows with their number only.
struct JSONNameStack: ~Copyable {
    /// Up to this number every pair is compared; above, a table is made. With a table for every object an event
    /// as the field sends them would take 8,656 instructions to read instead of 8,158 (Benchmarks/instructions.sh
    /// with Benchmarks/parse), and objects of 16 names would take a tenth more.
    private static let pairwiseLimit: UInt32 = 16

    /// Of an entry: another name of the object that equals it follows. No place in a body of less than 2 GiB
    /// has that bit.
    private static let repeatedMark: UInt64 = 1 &<< 31

    private let scanner: JSONScanner
    /// The hash in the upper half, the place of the opening quote in the lower one.
    private var entries: UnsafeMutablePointer<UInt64>?
    private var capacity: UInt32 = 0
    /// An address, which no sender knows: nobody can prepare names that share a hash.
    private let seed: UInt64
    var count: UInt32 = 0

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
        seed = JSONNameStack.mix(UInt64(UInt(bitPattern: scanner.start)))
    }

    deinit {
        free(entries)
    }

    @inline(__always)
    mutating func push(_ name: JSONString) {
        if count == capacity { grow() }
        guard let entries else { return }
        let hash = name.isEscaped ? hashDecoded(name) : hash(name.quote + 1, name.length)
        entries[Int(count)] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(scanner.offset(name.quote))
        count &+= 1
    }

    @inline(never)
    private mutating func grow() {
        capacity = max(64, capacity &* 2)
        entries = reallocate(entries, Int(capacity))
    }

    // MARK: Hashing

    /// A multiplication folded onto itself: each bit of the result depends on each bit of `value`.
    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// Of whole words, the last of which may overlap the one before.
    @inline(__always)
    private func hash(_ bytes: BytePointer, _ count: Int) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        if count < 8 {
            let word = loadWord(bytes) & ~(UInt64.max &<< UInt64(truncatingIfNeeded: count &* 8))
            return JSONNameStack.mix(hash ^ word)
        }
        let last = bytes + count - 8
        var place = bytes
        while place < last {
            hash = JSONNameStack.mix(hash ^ loadWord(place))
            place += 8
        }
        return JSONNameStack.mix(hash ^ loadWord(last))
    }

    /// The same hash for a name with escapes.
    @inline(never)
    private func hashDecoded(_ name: JSONString) -> UInt64 {
        // A word may be loaded where a short name starts.
        let decoded: UnsafeMutablePointer<UInt8> = reallocate(nil, name.length &+ 8)
        defer { free(decoded) }
        return hash(decoded, decodeString(quote: name.quote, to: decoded, limit: name.length))
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
        _ names: UnsafeMutablePointer<UInt64>, _ length: Int, _ violations: inout ViolationLog
    ) -> Bool {
        // Open addressing, a third of it free; 0 is a free slot, else it is the index + 1.
        let size = length &+ length / 2
        let table: UnsafeMutablePointer<UInt32> = reallocate(nil, size)
        defer { free(table) }
        memset(table, 0, size &* MemoryLayout<UInt32>.stride)
        var hasDuplicates = false
        for index in 0..<length {
            let name = names[index]
            var slot = Int(truncatingIfNeeded: (name &>> 32 &* UInt64(truncatingIfNeeded: size)) &>> 32)
            while table[slot] != 0 && !areEqual(names[Int(table[slot]) &- 1], name) {
                slot = slot &+ 1 == size ? 0 : slot &+ 1
            }
            if table[slot] != 0 {
                note(Int(table[slot]) &- 1, index, names, &violations)
                hasDuplicates = true
            }
            table[slot] = UInt32(truncatingIfNeeded: index &+ 1)
        }
        return hasDuplicates
    }

    /// `later` is the next name that equals `earlier`.
    private func note(
        _ earlier: Int, _ later: Int, _ names: UnsafeMutablePointer<UInt64>, _ violations: inout ViolationLog
    ) {
        names[earlier] |= JSONNameStack.repeatedMark
        violations.add(.duplicateName, UInt32(truncatingIfNeeded: names[later] & ~JSONNameStack.repeatedMark))
    }

    /// For each name from `mark` on, whether it comes again. `findDuplicates` must have looked.
    func repeatedNames(from mark: UInt32) -> [Bool] {
        var result: [Bool] = []
        guard let entries else { return result }
        for index in mark..<max(count, mark) { result.append(entries[Int(index)] & JSONNameStack.repeatedMark != 0) }
        return result
    }

    @inline(__always)
    private func areEqual(_ left: UInt64, _ right: UInt64) -> Bool {
        (left ^ right) &>> 32 == 0 && stringsAreEqual(quote(left), quote(right))
    }

    private func quote(_ entry: UInt64) -> BytePointer {
        scanner.start + Int(UInt32(truncatingIfNeeded: entry & ~JSONNameStack.repeatedMark))
    }
}
