// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// All events of a span of time: a walk that says which pages to ask for, in front of an engine. A page is a call
/// like that for an event. While the second half of a page is handed out, the next one is on its way.
///
/// Each entry is between `enter` and `leave`.
package final class Search {
    package enum Step {
        case event(Failure)
        /// The time is up; later more.
        case waiting
        case end
        case error(DoraError)
    }

    private var lease: EngineLease
    private let query: Text
    private let span: SearchSpan
    private var walk: SearchWalk
    private var hasBegun = false
    private var hasEnded = false
    private var seenCancellations: UInt64

    // The page that is handed out: which of its items, and how many of those have been.
    private var page = FailurePage()
    private var response: Response?
    private var items: [Int] = []
    private var position = 0

    // The page that comes next.
    private var nextPage = FailurePage()
    /// From which position on it is asked for and looked after.
    private var nextLook = 0
    /// Whether the caller waits for it, so that its limits of time run.
    private var isAwaited = false
    /// When the rate limit lets it be asked for, as far as is known.
    private var gateOpens = Int64.max
    private var lastTurn: Int64 = 0

    /// How many events are handed out between two looks at the sockets.
    private static let lookInterval = 64

    /// Nothing is sent yet.
    ///
    /// - Parameter query: nil, like "", asks for all events.
    package static func make(
        _ client: Client, query: UnsafePointer<CChar>?, from: Int64, to: Int64
    ) throws(DoraError) -> Search {
        let query = try SearchArguments.query(query)
        let span = try SearchSpan(from: from, to: to)
        let seenCancellations = client.cancellationCount
        let lease = try EngineLease(client, maxRunning: 1, for: "search")
        return Search(lease, query, span, seenCancellations)
    }

    private init(_ lease: consuming EngineLease, _ query: Text, _ span: SearchSpan, _ seenCancellations: UInt64) {
        self.lease = lease
        self.query = query
        self.span = span
        self.seenCancellations = seenCancellations
        walk = SearchWalk(span)
    }

    private var client: Client { lease.client }
    private var engine: Engine { lease.engine }

    // MARK: What the C API asks for

    /// - Parameter events: 0 = the most that the API gives.
    package func setPageSize(_ events: UInt32) throws(DoraError) {
        let size = try SearchArguments.pageSize(events)
        if hasBegun { throw .invalidArgument("page_size: the search has begun; set it before the first next") }
        walk = SearchWalk(span, pageSize: size)
    }

    /// The next event; waits for it, milliseconds; below 0 without limit.
    package func next(timeout: Int64) -> Step {
        do throws(DoraError) { try enter() } catch { return .error(error) }
        let step = takeStep(timeout)
        leave(after: step)
        return step
    }

    /// A descriptor that polls readable when there is something to do; -1 where there can be none.
    package func watch() -> Int32 {
        guard (try? enter()) != nil else { return -1 }
        defer { lease.leave() }
        return lease.watch()
    }

    // MARK: Entries

    private func enter() throws(DoraError) {
        if try lease.enter() != nil {
            // In a child: the page that the parent waits for is asked for anew, and read into memory of its own.
            nextPage = FailurePage()
            gateOpens = .max
        }
        engine.listen()
    }

    private func leave(after step: Step) {
        if lease.isWatched { settle(after: step) }
        lease.leave()
    }

    /// Makes the descriptor tell the truth.
    private func settle(after step: Step) {
        switch step {
        case .event:
            engine.signal()
        case .waiting:
            engine.settle(deadline: gateOpens, isBusy: engine.finishedCount > 0) {
                client.cancellationCount != seenCancellations
            }
        case .end, .error:
            engine.hush()
        }
    }

    // MARK: Steps

    private func takeStep(_ timeout: Int64) -> Step {
        hasBegun = true
        if hasEnded { return .end }
        if noticeCancellation() { return cancelled }
        return position < items.count ? takeItem() : awaitItem(timeout)
    }

    private func takeItem() -> Step {
        let index = items[position]
        position &+= 1
        if position >= nextLook { lookAfterNextPage() }
        do throws(MalformedBody) {
            return .event(
                try page.makeFailure(
                    index, response: response, strict: client.settings.configuration.strict))
        } catch {
            return .error(violation(error))
        }
    }

    private func awaitItem(_ timeout: Int64) -> Step {
        let start = shim_monotonic_microseconds()
        let limit = timeout < 0 ? Int64.max : start &+ min(timeout, 1 << 40) &* 1000
        var isLate = false
        while true {
            do throws(DoraError) {
                if !isAsked, try !askForNextPage() { break }
                if try takeNextPage() {
                    if position < items.count { return takeItem() }
                    continue
                }
            } catch {
                return .error(error)
            }
            if isLate { return .waiting }
            turn(limit: min(limit, gateOpens))
            isAwaited = isAsked
            if noticeCancellation() { return cancelled }
            isLate = limit != .max && shim_monotonic_microseconds() >= limit
        }
        hasEnded = true
        return .end
    }

    // MARK: The next page

    private var isAsked: Bool { engine.count &+ engine.finishedCount > 0 }

    /// Asks for it, unless the rate limit lets it wait. Returns false at the end of the search.
    private func askForNextPage() throws(DoraError) -> Bool {
        switch walk.next {
        case .end:
            return false
        case .incomplete(let shortfall):
            throw DoraError(.incomplete, shortfall.message)
        case .request(let request):
            gateOpens = engine.earliestStart(.list) ?? .max
            if gateOpens != .max { return true }
            try engine.start(request, query: query, into: nextPage)
            isAwaited = false
            lastTurn = shim_monotonic_microseconds()
            return true
        }
    }

    /// While a page is handed out. What goes wrong is told behind its last event.
    private func lookAfterNextPage() {
        nextLook = position &+ Search.lookInterval
        if !isAsked { _ = try? askForNextPage() }
        if isAsked { turn(limit: 0) }
    }

    /// The time that the caller spent elsewhere while the page was not waited for does not count.
    private func turn(limit: Int64) {
        if !isAwaited { engine.postpone(by: shim_monotonic_microseconds() &- lastTurn) }
        engine.turn(limit: limit)
        lastTurn = shim_monotonic_microseconds()
    }

    /// Goes over to it if it is there. Returns whether something was taken.
    private func takeNextPage() throws(DoraError) -> Bool {
        guard let call = engine.takeFinished() else { return false }
        defer { engine.recycle(call) }
        do throws(DoraError) {
            response = try call.takePage()
        } catch {
            if canGoOn(after: error, of: call) { return true }
            throw error
        }
        swap(&page, &nextPage)
        items = walk.take(page.count) { page.item($0) }
        position = 0
        nextLook = (items.count &+ 1) / 2
        return true
    }

    private func canGoOn(after error: DoraError, of call: Call) -> Bool {
        if call.receiver.isBodyTooLarge { return walk.halve() }
        if case .badRequest = error.code { return walk.refuse() }
        // libcurl's own limits run on while the caller is elsewhere.
        if case .timeout = error.code { return !isAwaited }
        return false
    }

    // MARK: Errors

    /// Returns whether the search was cancelled since it last looked.
    private func noticeCancellation() -> Bool {
        let count = client.cancellationCount
        guard count != seenCancellations else { return false }
        seenCancellations = count
        for call in engine.cancel(where: { _ in true }) { engine.recycle(call) }
        return true
    }

    private var cancelled: Step { .error(DoraError(.cancelled, Text("search: cancelled"))) }

    /// In strict mode: an event that departs from the documented schema.
    private func violation(_ malformed: MalformedBody) -> DoraError {
        var message = Text("search: an event of the page: ")
        message.append(malformed.reason)
        return DoraError(
            .malformedResponse, client.settings.redactor.redact(message), isRetryable: false, retryAfter: -1,
            curlCode: 0,
            response: response, items: nil, body: malformed.takeBody())
    }
}
