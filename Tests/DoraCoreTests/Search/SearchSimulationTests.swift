// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// Searches through random worlds, the same in every run. Tests/simulation/run.sh searches many more of them.
@Suite struct SearchSimulationTests {
    @Test(arguments: 0..<8 as Range<UInt64>)
    func nothingIsLostAndNothingComesTwice(group: UInt64) {
        for seed in (group * 300 + 1)...(group * 300 + 300) {
            let run = SearchRun(SearchWorld(seed: seed))
            #expect(run.problems.isEmpty, "world \(seed)")
        }
    }

    /// Events that vanish from an over-full second, or move within it, while it is walked.
    @Test(arguments: [40_846, 47_072, 49_158])
    func worldsThatChangedAmidASecond(seed: UInt64) {
        #expect(SearchRun(SearchWorld(seed: seed)).problems.isEmpty)
    }

    @Test(arguments: Strangeness.allCases)
    func strangeServers(kind: Strangeness) {
        for seed in 1...60 as ClosedRange<UInt64> {
            let run = SearchRun(SearchWorld(strange: kind, seed: seed))
            #expect(run.problems.isEmpty, "\(kind), world \(seed)")
        }
    }

    /// Worlds that an earlier walk lost events in.
    @Test(arguments: [803, 12340, 13463] as [UInt64])
    func minutesThatHidEvents(seed: UInt64) {
        #expect(SearchRun(SearchWorld(strange: .comparesMinutes, seed: seed)).problems.isEmpty)
    }

    /// The verdict is worth something: it sees an event that never comes, and one that comes twice.
    @Test func theVerdictSeesWhatIsWrong() {
        var world = SearchWorld()
        for number in 0..<3 { world.events.append(ListedEvent(number: number, time: SearchWorld.base)) }
        let run = SearchRun(world)
        #expect(run.problems.isEmpty)
        #expect(run.problems(ifHandedOut: [0, 2]) == ["1 lost"])
        #expect(run.problems(ifHandedOut: [0, 1, 2, 2]) == ["2 twice"])
        world.events[1].time += SearchWorld.second
        #expect(SearchRun(world).problems(ifHandedOut: [0, 1, 2]) == ["1 out of order"])
        world.from = SearchWorld.base + 1
        #expect(SearchRun(world).problems(ifHandedOut: [1, 0]) == ["0 was not asked for"])
    }
}
