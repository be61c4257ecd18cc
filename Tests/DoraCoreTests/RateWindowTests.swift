// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct RateWindowTests {
    static let second = SimulatedServer.second

    static func rate(remaining: Int64, reset: Int64, period: Int64 = -1) -> RateLimit {
        var rate = RateLimit()
        rate.limit = 100
        rate.remaining = remaining
        rate.resetSeconds = reset
        rate.periodSeconds = period
        return rate
    }

    /// A window of which one request at time 0 told something at 1 ms.
    static func window(remaining: Int64, reset: Int64, period: Int64 = -1) -> RateWindow {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        let number = window.started(now: 0)
        window.answered(
            number, status: 200, rate(remaining: remaining, reset: reset, period: period), wait: nil, now: 1000)
        return window
    }

    // MARK: When a request may start

    @Test func nothingIsLimitedBeforeTheFirstAnswer() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        for now in 0..<100 as Range<Int64> {
            #expect(window.nextStart(now: now) == .now)
            _ = window.started(now: now)
        }
    }

    @Test func withoutHeadersNothingIsLimited() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        for _ in 0..<5 {
            let number = window.started(now: 0)
            window.answered(number, status: 200, RateLimit(), wait: nil, now: 1)
            #expect(window.nextStart(now: 2) == .now)
        }
    }

    @Test func whatIsInFlightCounts() {
        var window = RateWindowTests.window(remaining: 2, reset: 60)
        #expect(window.nextStart(now: 2000) == .now)
        _ = window.started(now: 2000)
        #expect(window.nextStart(now: 2000) == .now)
        let second = window.started(now: 2000)
        #expect(window.nextStart(now: 2000) == .afterAnswer, "both in flight may use up what remains")
        window.ended(second)
        #expect(window.nextStart(now: 2000) == .now, "one was not answered")
    }

    @Test func nothingRemains() {
        let window = RateWindowTests.window(remaining: 0, reset: 60)
        #expect(window.nextStart(now: 2000) == .at(1000 + 60 * RateWindowTests.second))
    }

    @Test func aWindowEndsAPeriodAfterItsFirstAnswer() {
        let window = RateWindowTests.window(remaining: 0, reset: 60, period: 10)
        #expect(window.nextStart(now: 2000) == .at(1000 + 10 * RateWindowTests.second))
    }

    @Test func aRefusalPausesAll() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        let number = window.started(now: 0)
        window.answered(number, status: 429, RateLimit(), wait: 7000, now: 1000)
        #expect(window.nextStart(now: 2000) == .at(1000 + 7 * RateWindowTests.second))
    }

    @Test func aRefusalThatDoesNotSayHowLongPausesNobody() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        let number = window.started(now: 0)
        window.answered(number, status: 429, RateLimit(), wait: nil, now: 1000)
        #expect(window.nextStart(now: 2000) == .now)
    }

    /// What a server names in seconds may be milliseconds, a Unix time, or nonsense.
    @Test func noPauseIsEndless() {
        for wait in [Int64.max, 1 << 53, 86_400_000 * 365] as [Int64] {
            var window = RateWindow(longestPause: 60 * RateWindowTests.second)
            let number = window.started(now: 0)
            window.answered(number, status: 429, RateLimit(), wait: wait, now: 0)
            #expect(window.nextStart(now: 1) == .at(60 * RateWindowTests.second))
        }
        for reset in [999_999_999, 253_402_300_799, 1_693_491_974_000] as [Int64] {
            let window = RateWindowTests.window(remaining: 0, reset: reset)
            #expect(window.nextStart(now: 2000) == .at(1000 + 3600 * RateWindowTests.second))
        }
    }

    @Test func aPeriodThatTheServerNamesIsBelieved() {
        var window = RateWindow(longestPause: 60 * RateWindowTests.second)
        let number = window.started(now: 0)
        window.answered(
            number, status: 429, RateWindowTests.rate(remaining: 0, reset: 5000, period: 3600), wait: 5_000_000, now: 0)
        #expect(window.nextStart(now: 1) == .at(3600 * RateWindowTests.second))
    }

    // MARK: A new window

    @Test func aNewWindowIsAskedForByOne() {
        var window = RateWindowTests.window(remaining: 0, reset: 1)
        let now = 1000 + RateWindowTests.second
        #expect(window.nextStart(now: now) == .now)
        let probe = window.started(now: now)
        #expect(window.nextStart(now: now) != .now, "the others wait for its answer")
        window.answered(probe, status: 200, RateWindowTests.rate(remaining: 99, reset: 1), wait: nil, now: now + 10)
        #expect(window.nextStart(now: now + 20) == .now)
    }

    @Test func aProbeThatHangsHoldsNobodyUp() {
        var window = RateWindowTests.window(remaining: 0, reset: 1)
        let now = 1000 + RateWindowTests.second
        _ = window.started(now: now)
        let later = now + RateWindowTests.second
        #expect(window.nextStart(now: later) == .now)
    }

    @Test func aProbeThatBreaksMakesWayForAnother() {
        var window = RateWindowTests.window(remaining: 0, reset: 1)
        let now = 1000 + RateWindowTests.second
        window.ended(window.started(now: now))
        #expect(window.nextStart(now: now) == .now)
    }

    /// A slow request of the window before says nothing of this one, and does not hold it up.
    @Test func whatIsLeftOfTheWindowBeforeDoesNotCount() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        let slow = window.started(now: 0)
        let quick = window.started(now: 0)
        window.answered(quick, status: 200, RateWindowTests.rate(remaining: 0, reset: 1), wait: nil, now: 1000)
        let now = 1000 + RateWindowTests.second
        #expect(window.nextStart(now: now) == .now)
        let probe = window.started(now: now)
        window.answered(probe, status: 200, RateWindowTests.rate(remaining: 1, reset: 1), wait: nil, now: now + 10)
        window.answered(slow, status: 200, RateWindowTests.rate(remaining: 0, reset: 0), wait: nil, now: now + 20)
        #expect(window.nextStart(now: now + 30) == .now)
    }

    /// The 99 of the first request comes after the 40 of the sixtieth, with nothing else in flight.
    @Test func aLateAnswerIsNoNewWindow() {
        var window = RateWindow(longestPause: 3600 * RateWindowTests.second)
        let late = window.started(now: 0)
        for _ in 0..<59 {
            let number = window.started(now: 0)
            window.answered(number, status: 200, RateWindowTests.rate(remaining: 1, reset: 60), wait: nil, now: 1000)
        }
        window.answered(late, status: 200, RateWindowTests.rate(remaining: 99, reset: 60), wait: nil, now: 2000)
        _ = window.started(now: 3000)
        #expect(window.nextStart(now: 3000) == .afterAnswer, "one remains, and it is in flight")
    }

    // MARK: Simulations: 1,000 ids where 100 are allowed in a period

    struct Case: Sendable, CustomTestStringConvertible {
        let windows: SimulatedServer.Windows
        let rounding: SimulatedServer.Rounding
        let sendsPeriod: Bool
        let period: Int64

        var testDescription: String {
            "\(windows), reset rounded \(rounding), \(sendsPeriod ? "with" : "without") the period of \(period) s"
        }

        var server: SimulatedServer {
            var server = SimulatedServer(windows)
            server.rounding = rounding
            server.sendsPeriod = sendsPeriod
            server.period = period * SimulatedServer.second
            return server
        }

        static func all(_ windows: [SimulatedServer.Windows]) -> [Case] {
            windows.flatMap { windows in
                SimulatedServer.Rounding.allCases.flatMap { rounding in
                    [true, false].flatMap { sendsPeriod in
                        [1, 10].map { Case(windows: windows, rounding: rounding, sendsPeriod: sendsPeriod, period: $0) }
                    }
                }
            }
        }
    }

    @Test(arguments: Case.all(SimulatedServer.Windows.allCases), [8, 32])
    func aLimitIsUsedUpWithoutRefusals(case test: Case, concurrency: Int) {
        var simulation = Simulation(test.server)
        simulation.concurrency = concurrency
        let outcome = simulation.run()
        #expect(!outcome.isStuck)
        // That seconds are rounded down can only be learned from one refusal.
        #expect(outcome.refusals.count <= (test.rounding == .up ? 0 : 1))
        #expect(outcome.end <= simulation.idealTime * 11 / 10)
    }

    @Test(arguments: Case.all([.fromFirstRequest, .aligned]))
    func aFirstBurstBeyondTheLimitIsTheOnlyOne(case test: Case) {
        var simulation = Simulation(test.server)
        simulation.concurrency = 150
        let outcome = simulation.run()
        #expect(!outcome.isStuck)
        #expect(outcome.refusals.count { $0 <= 100_000 } == 50)
        #expect(outcome.refusals.count { $0 > 100_000 } <= (test.rounding == .up ? 0 : 1))
        #expect(outcome.end <= simulation.idealTime * 11 / 10)
    }

    @Test(arguments: Case.all(SimulatedServer.Windows.allCases))
    func oneAtATimeIsHardlyEverRefused(case test: Case) {
        var simulation = Simulation(test.server)
        simulation.concurrency = 1
        let outcome = simulation.run()
        #expect(!outcome.isStuck)
        #expect(outcome.refusals.count <= 1)
    }

    /// Wherever on the server's clock the first request comes, windows that are nearly over among them: one is
    /// refused at the most, and all is done in the periods that it takes without knowing the server's clock, whose
    /// whole seconds may cost one.
    @Test(
        arguments: [1, 10] as [Int64],
        [100...200, 2000...20_000, 500...30_000, 5000...40_000] as [ClosedRange<Int64>])
    func anOldWindowAtTheStartCostsNothing(period: Int64, latency: ClosedRange<Int64>) {
        for handshake in [0...0, 5000...80_000] as [ClosedRange<Int64>] {
            for seed in 1...4 as ClosedRange<UInt64> {
                for thousandths in [0, 500, 900, 930, 950, 970, 980, 990, 995, 999] as [Int64] {
                    var server = SimulatedServer(.aligned)
                    server.period = period * SimulatedServer.second
                    server.clockOffset = server.period / 1000 * thousandths
                    var simulation = Simulation(server)
                    simulation.latency = latency
                    simulation.handshake = handshake
                    simulation.random = SplitMix(state: seed)
                    let bound = (simulation.idealTime + server.clockOffset) * 11 / 10 + SimulatedServer.second
                    let outcome = simulation.run()
                    #expect(!outcome.isStuck)
                    #expect(outcome.refusals.count <= 1, "\(thousandths), \(seed)")
                    #expect(outcome.end <= bound, "\(thousandths), \(seed)")
                }
            }
        }
    }
}
