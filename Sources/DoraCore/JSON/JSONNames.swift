// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The names of all open objects: a hash and the place of each, so that an object's end finds out
/// which of its names stand there twice, in time that grows with their number only.
struct JSONNameStack: ~Copyable {
    /// Up to this number every pair is compared; above, a table is made.
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
        let quote = name.quote
        let hash = name.isEscaped ? hashDecoded(quote) : hashPlain(quote + 1, count: name.end - quote - 2)
        if count == capacity { grow() }
        guard let entries else { return }
        entries[Int(count)] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(scanner.offset(quote))
        count &+= 1
    }

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

    private func hashPlain(_ bytes: BytePointer, count: Int) -> UInt64 {
        var hash = seed
        var place = bytes
        var remaining = count
        while remaining >= 8 {
            hash = JSONNameStack.mix(hash ^ loadWord(place))
            place += 8
            remaining &-= 8
        }
        let rest = loadWord(place) & ~(UInt64.max &<< UInt64(truncatingIfNeeded: remaining &* 8))
        return JSONNameStack.mix(JSONNameStack.mix(hash ^ rest) ^ UInt64(truncatingIfNeeded: count))
    }

    /// The same hash for a name with escapes.
    private func hashDecoded(_ quote: BytePointer) -> UInt64 {
        var sequence = JSONByteSequence(quote: quote)
        var hash = seed
        var rest: UInt64 = 0
        var count: UInt64 = 0
        while let byte = sequence.next() {
            rest |= UInt64(byte) &<< (count % 8 &* 8)
            count &+= 1
            if count % 8 == 0 {
                hash = JSONNameStack.mix(hash ^ rest)
                rest = 0
            }
        }
        return JSONNameStack.mix(JSONNameStack.mix(hash ^ rest) ^ count)
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
