// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

/// One search through a world, and what is wrong with it.
struct SearchRun {
    enum End {
        case complete
        case incomplete(SearchShortfall)
        /// A single event is larger than a page may be.
        case tooLarge
        /// The server refused a request that the walk can't do without, or the walk never ends.
        case broken(String)
    }

    private static let mostRequests = 20_000

    private(set) var end = End.complete
    private(set) var requests = 0
    /// The numbers of the events, in the order that they were handed out in, and the moments.
    private(set) var handedOut: [(number: Int, moment: Int)] = []
    private(set) var problems: [String] = []
    private var world: SearchWorld
    /// Prints each request and what came back.
    private let isVerbose: Bool

    init(_ world: SearchWorld, isVerbose: Bool = false) {
        self.world = world
        self.isVerbose = isVerbose
        do throws(DoraError) {
            run(try SearchSpan(from: world.from, to: world.to))
        } catch {
            end = .broken("the span was refused")
        }
        judge()
    }

    // MARK: The search

    private mutating func run(_ span: SearchSpan) {
        let texts = EventTexts(world.events)
        var walk = SearchWalk(span, order: world.order, pageSize: world.pageSize)
        while true {
            switch walk.next {
            case .end: return
            case .incomplete(let shortfall):
                end = .incomplete(shortfall)
                return
            case .request(let request):
                requests += 1
                if requests > SearchRun.mostRequests {
                    end = .broken("no end in sight")
                    return
                }
                guard send(request, &walk, texts) else { return }
            }
        }
    }

    /// Returns whether the search goes on.
    private mutating func send(_ request: PageRequest, _ walk: inout SearchWalk, _ texts: EventTexts) -> Bool {
        let moment = requests - 1
        if request.limit < 1 || request.limit > 1000 || request.from >= request.to {
            end = .broken("a senseless request")
            return false
        }
        let answer = world.server.answer(request, world.events, moment: moment, &world.random)
        if world.faultyEvery > 0, world.random.next(in: 1...world.faultyEvery) == 1 { return true }
        switch answer {
        case .refused:
            log(request, "refused")
            if walk.refuse() { return true }
            end = .broken("refused")
            return false
        case .page(let page) where page.count > world.largestPage:
            log(request, "too large")
            if walk.halve() { return true }
            end = .tooLarge
            return false
        case .page(let page):
            let indexes = walk.take(page.count) { index in
                let event = world.events[page[index]]
                return texts.item(event, startedAt: world.server.shownTime(event, moment: moment))
            }
            log(request, "\(page.map { describe($0, moment) }) -> \(indexes.map { page[$0] }), then \(walk.state)")
            for index in indexes { handedOut.append((page[index], moment)) }
            return true
        }
    }

    private func describe(_ number: Int, _ moment: Int) -> String {
        guard let time = world.server.shownTime(world.events[number], moment: moment) else { return "\(number)@-" }
        return "\(number)@\(Double(time - SearchWorld.base) / 1e9)"
    }

    private func log(_ request: PageRequest, _ text: String) {
        guard isVerbose else { return }
        let isNewestFirst = if case .newestFirst = request.order { true } else { false }
        let bounds = [request.from, request.to].map { Double($0 - SearchWorld.base) / 1e9 }
        print(
            "  #\(requests) \(bounds[0])..\(bounds[1]) limit \(request.limit)",
            "\(isNewestFirst ? "newest" : "oldest"): \(text)")
    }

    // MARK: The verdict

    /// What would be wrong if these had been handed out.
    func problems(ifHandedOut numbers: [Int]) -> [String] {
        var other = self
        other.handedOut = numbers.map { ($0, 0) }
        other.problems = []
        other.judge()
        return other.problems
    }

    private mutating func judge() {
        var counts = Array(repeating: 0, count: world.events.count)
        for (number, _) in handedOut { counts[number] += 1 }
        for event in world.events {
            let isWanted = isWanted(event)
            if counts[event.number] > 1, event.change == .max { problems.append("\(event.number) twice") }
            if counts[event.number] > 0, isWanted == false { problems.append("\(event.number) was not asked for") }
            if case .complete = end, counts[event.number] == 0, isWanted == true, mustCome(event) {
                problems.append("\(event.number) lost")
            }
        }
        judgeOrder()
        switch end {
        case .complete, .tooLarge: break
        case .incomplete(let shortfall):
            if world.mustBeComplete { problems.append("incomplete: \(shortfall.reason)") }
        case .broken(let reason): problems.append(reason)
        }
    }

    private func mustCome(_ event: ListedEvent) -> Bool {
        event.isSteady && !world.isHopeless && !world.isBlind(to: event)
    }

    /// Whether the search has to hand it out; nil where it may.
    private func isWanted(_ event: ListedEvent) -> Bool? {
        if event.change != .max { return nil }
        switch event.form {
        case .dated:
            return isInSpan(world.server.shownTime(event, moment: 0))
        case .misdated:
            return isInSpan(world.server.shownTime(event, moment: 0)) ? isWellInside(event) : false
        case .withoutTime, .inSeconds, .inMilliseconds:
            return isWellInside(event)
        }
    }

    private func isInSpan(_ time: Int64?) -> Bool {
        guard let time else { return false }
        return time >= world.from && (time < world.to || world.to == .max)
    }

    /// Nothing that is shown tells whether it is in the span: near a bound that is for the server to say.
    private func isWellInside(_ event: ListedEvent) -> Bool? {
        let second: Int64 = 1_000_000_000
        let isInside =
            (world.from == .min || event.time >= world.from + second)
            && (world.to == .max || event.time < world.to - second)
        return isInside ? true : nil
    }

    private mutating func judgeOrder() {
        var last: Int64?
        for (number, moment) in handedOut {
            let event = world.events[number]
            guard case .dated = event.form, let time = world.server.shownTime(event, moment: moment) else { continue }
            let second = time / 1_000_000_000
            let isNewestFirst = if case .newestFirst = world.order { true } else { false }
            if let last, isNewestFirst ? second > last : second < last { problems.append("\(number) out of order") }
            last = second
        }
    }
}
