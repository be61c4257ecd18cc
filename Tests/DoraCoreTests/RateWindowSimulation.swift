// SPDX-License-Identifier: Apache-2.0

@testable import DoraCore

/// A server that counts requests, in virtual microseconds.
struct SimulatedServer: Sendable {
    enum Windows: CaseIterable {
        /// A window starts with the first request after the end of the one before.
        case fromFirstRequest
        /// Windows start at multiples of the period on the server's clock.
        case aligned
        /// Tokens come back one by one.
        case bucket
    }

    enum Rounding: CaseIterable {
        case up
        case down
        case nearest
    }

    static let second: Int64 = 1_000_000

    var windows: Windows
    var rounding = Rounding.up
    var limit: Int64 = 100
    var period: Int64 = SimulatedServer.second
    var sendsPeriod = true
    /// What the server's clock shows at the client's time 0.
    var clockOffset: Int64 = 370_000

    private var windowEnd: Int64 = .min
    private var used: Int64 = 0
    private var filledAt: Int64?
    private var tokens: Double = 0

    init(_ windows: Windows) {
        self.windows = windows
    }

    mutating func answer(at now: Int64) -> (status: Int, rate: RateLimit) {
        let (isAllowed, remaining, reset) = windows == .bucket ? takeToken(now) : count(now)
        var rate = RateLimit()
        rate.limit = limit
        rate.remaining = remaining
        rate.resetSeconds = seconds(reset)
        if sendsPeriod { rate.periodSeconds = period / SimulatedServer.second }
        return (isAllowed ? 200 : 429, rate)
    }

    private mutating func count(_ now: Int64) -> (Bool, Int64, Int64) {
        let clock = now + clockOffset
        if clock >= windowEnd {
            windowEnd = (windows == .aligned ? clock / period * period : clock) + period
            used = 0
        }
        used += 1
        return (used <= limit, max(0, limit - used), windowEnd - clock)
    }

    private mutating func takeToken(_ now: Int64) -> (Bool, Int64, Int64) {
        let perToken = period / limit
        tokens = min(Double(limit), filledAt.map { tokens + Double(now - $0) / Double(perToken) } ?? Double(limit))
        filledAt = now
        let isAllowed = tokens >= 1
        if isAllowed { tokens -= 1 }
        return (isAllowed, Int64(tokens), perToken)
    }

    private func seconds(_ microseconds: Int64) -> Int64 {
        switch rounding {
        case .up: (microseconds + SimulatedServer.second - 1) / SimulatedServer.second
        case .down: microseconds / SimulatedServer.second
        case .nearest: (microseconds + SimulatedServer.second / 2) / SimulatedServer.second
        }
    }

    /// When the last of `count` requests can be allowed at the earliest, network aside.
    func idealTime(_ count: Int64) -> Int64 {
        switch windows {
        case .fromFirstRequest: (count - 1) / limit * period
        case .aligned: max(0, (count - 1) / limit * period - clockOffset % period)
        case .bucket: max(0, count - limit) * (period / limit)
        }
    }
}

/// A queue in front of such a server: requests in flight take their time, answers overtake each
/// other, and who was refused tries again when the server said.
struct Simulation {
    struct Outcome {
        /// Answers that were a 429, and when they came.
        var refusals: [Int64] = []
        var end: Int64 = 0
        /// Whether nothing was left to wait for although ids were waiting.
        var isStuck = false
    }

    private struct Flight {
        let ticket: RateWindow.Ticket
        let arrival: Int64
        let end: Int64
        var answer: (status: Int, rate: RateLimit)?
    }

    var server: SimulatedServer
    var ids: Int64 = 1000
    var concurrency = 32
    /// One way, from and to, in microseconds.
    var latency: ClosedRange<Int64> = 2000...20_000

    /// What it takes to open a connection, which each of the first requests does.
    var handshake: ClosedRange<Int64> = 0...0

    var random = SplitMix()
    private var rateWindow = RateWindow(longestPause: 3600 * SimulatedServer.second)
    private var flights: [Flight] = []
    private var sleepers: [Int64] = []

    init(_ server: SimulatedServer) {
        self.server = server
    }

    /// The least time that it can take: the limit's, and that of the last window's way through the network.
    var idealTime: Int64 {
        server.idealTime(ids) + server.limit / Int64(concurrency) * (latency.lowerBound + latency.upperBound)
    }

    mutating func run() -> Outcome {
        var outcome = Outcome()
        var waiting = ids
        var now: Int64 = 0
        while waiting > 0 || !sleepers.isEmpty || !flights.isEmpty {
            let gate = start(&waiting, now)
            var next = flights.map { $0.answer == nil ? $0.arrival : $0.end }.min() ?? .max
            if flights.count < concurrency {
                // The gate matters once there is somebody who could pass it.
                if waiting > 0 { next = min(next, gate) }
                for wake in sleepers { next = min(next, max(wake, gate)) }
            }
            guard next < .max, next - now < 3600 * SimulatedServer.second else {
                outcome.isStuck = true
                break
            }
            now = max(now, next)
            move(now, &outcome)
        }
        outcome.end = now
        return outcome
    }

    /// Starts what may start; returns when it could go on.
    private mutating func start(_ waiting: inout Int64, _ now: Int64) -> Int64 {
        while flights.count < concurrency {
            let sleeper = sleepers.firstIndex { $0 <= now }
            guard waiting > 0 || sleeper != nil else { return now }
            switch rateWindow.nextStart(now: now) {
            case .now: break
            case .at(let time): return time
            case .afterAnswer: return .max
            }
            if let sleeper { sleepers.remove(at: sleeper) } else { waiting -= 1 }
            let isFirst = waiting + Int64(sleepers.count) >= ids - Int64(concurrency)
            let arrival = now + random.next(in: latency) + (isFirst ? random.next(in: handshake) : 0)
            flights.append(
                Flight(ticket: rateWindow.started(now: now), arrival: arrival, end: arrival + random.next(in: latency)))
        }
        return now
    }

    private mutating func move(_ now: Int64, _ outcome: inout Outcome) {
        for index in flights.indices where flights[index].answer == nil && flights[index].arrival <= now {
            flights[index].answer = server.answer(at: flights[index].arrival)
        }
        for index in flights.indices.reversed() where flights[index].end <= now {
            let flight = flights[index]
            guard let answer = flight.answer else { continue }
            flights.remove(at: index)
            let wait = answer.status == 429 ? answer.rate.resetSeconds * 1000 : nil
            rateWindow.answered(flight.ticket, status: answer.status, answer.rate, wait: wait, now: now)
            if let wait {
                outcome.refusals.append(now)
                let pause = wait > 0 ? wait * 1000 : random.next(in: 0...500_000)
                sleepers.append(now + pause)
            }
        }
    }
}
