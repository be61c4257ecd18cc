// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#endif

/// Searches simulated worlds; run.sh says how. Of one world every request is printed.
@main struct SearchSimulation {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let count = arguments.first ?? 100_000
        let first = arguments.dropFirst().first ?? 1
        var tally = Tally()
        for kind in kinds {
            tally.begin(kind.map { "\($0)" } ?? "as it may be")
            for seed in first..<(first + count) { tally.add(seed, kind, isVerbose: count == 1) }
            tally.print()
        }
        if tally.wrong > 0 { exit(1) }
    }

    /// The kinds of strange servers that the arguments name, or all, or else the usual ones.
    private static var kinds: [Strangeness?] {
        let names = CommandLine.arguments.dropFirst(3)
        if names.isEmpty { return [nil] }
        return Strangeness.allCases.filter { names.contains("strange") || names.contains("\($0)") }
    }
}

private struct Tally {
    private(set) var wrong = 0
    private var name = ""
    private var worlds = 0
    private var complete = 0
    private var incomplete = 0
    private var mustBeComplete = 0
    private var requests = 0
    private var events = 0

    mutating func begin(_ name: String) {
        let wrong = wrong
        self = Tally()
        self.wrong = wrong
        self.name = name
    }

    mutating func add(_ seed: UInt64, _ kind: Strangeness?, isVerbose: Bool) {
        let world = kind.map { SearchWorld(strange: $0, seed: seed) } ?? SearchWorld(seed: seed)
        if isVerbose { Swift.print(world) }
        let run = SearchRun(world, isVerbose: isVerbose)
        worlds += 1
        requests += run.requests
        events += run.handedOut.count
        if world.mustBeComplete { mustBeComplete += 1 }
        switch run.end {
        case .complete: complete += 1
        case .incomplete: incomplete += 1
        case .tooLarge, .broken: break
        }
        if !run.problems.isEmpty {
            wrong += 1
            if wrong <= 20 { Swift.print("\(name), world \(seed): \(run.problems)") }
        }
    }

    func print() {
        Swift.print(
            "\(name): \(worlds) worlds, \(complete) complete, \(incomplete) incomplete, of which",
            "\(mustBeComplete) had to be complete; \(events) events in \(requests) requests; wrong so far: \(wrong)")
    }
}
