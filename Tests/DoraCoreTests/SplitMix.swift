// SPDX-License-Identifier: Apache-2.0

/// splitmix64: the same numbers in every run.
struct SplitMix {
    var state: UInt64 = 1

    mutating func next(in range: ClosedRange<Int64>) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return range.lowerBound + Int64((mixed ^ (mixed >> 31)) % UInt64(range.upperBound - range.lowerBound + 1))
    }
}
