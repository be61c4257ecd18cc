// SPDX-License-Identifier: Apache-2.0

/// Decides which pages a search asks for, which of their events it hands out, and when it has them all. Pure: it
/// does no I/O and reads no clock.
///
/// The endpoint has no cursor: a page is the first events below a bound, and the next page needs a lower bound. What
/// was handed out so far reaches down to the **edge**: the second of the last event. All events above the edge have
/// been handed out; of the edge's own second those that are **known**.
///
/// A page **connects** if it shows again something above the edge, or known. Then nothing lies between it and what
/// was handed out, however the server compares bounds: all that is below what it shows again is in the page, or
/// below it. This needs that the server keeps the order, which every page is held to.
///
/// The end is proven from the other side. A **check** is a page in the reverse order: it shows the last events there
/// are. If all of them are known and it reaches up above the edge, nothing can be left. Where it does not reach so far,
/// because the edge's second fills it or because there is nothing above, `conclude` looks for another proof.
///
/// | state | asks for | goes on |
/// | --- | --- | --- |
/// | walking | the events below a bound | connects and brings something new: *walking*, below it, or *checking* if that may have been the last page; does not connect, or brings nothing new: *walking*, another bound; no bound is left: *incomplete* |
/// | checking | the end, in the reverse order | proof: *ended*; something unknown: *walking*; neither: as `conclude` says |
/// | measuring | events of all times | whether the server can give more than it gave: as `conclude` says |
/// | probing | what is beside the only second seen | nothing: *ended*; something: *walking* |
/// | ended, incomplete | nothing | final |
///
/// Whoever does not keep order or bounds leads from every state to *incomplete*. An error of a page is not told to the
/// walk and leaves it where it was.
package struct SearchWalk {
    /// What the caller does next.
    package enum Step {
        case request(PageRequest)
        case end
        case incomplete(SearchShortfall)
    }

    enum State {
        case walking(bound: Int64)
        case checking
        case measuring
        case probing(SearchProbe)
        case ended
        case incomplete(SearchShortfall)
    }

    let course: SearchCourse
    var state: State

    // What was handed out.

    /// The second that the walk has come to; nil before it has seen any.
    var edge: Int64?
    /// The lowest place that it has come to.
    var lastPlace: Int64
    /// The highest second that it has seen.
    var summit = Int64.min
    /// The events of the edge's second that were handed out, or left out because they are not in the span.
    var known = KnownEvents()
    /// The events handed out that have no time. They may be anywhere, so they are kept to the end.
    var odd = KnownEvents()
    /// Where a check found something unknown, at the edge or below it, that the walk has not come to.
    var moreAt: Int64?

    // Where to look next.

    var bounds: BoundSearch
    /// How finely the server takes bounds.
    var precision = BoundSearch.Precision.nanosecond
    var size: PageSize

    /// Whether the server takes bounds beyond the span.
    var allowsAllTimes = true

    // What the pages said.

    /// The number of the last page of the walk, from 1, and of the last one whose bound was above all of the edge's
    /// second.
    var page = 0
    var wholePage = 0
    var first = PageCount()
    var last = PageCount()
    /// The seconds of the events that the last page with something new showed, and down from which it showed all.
    var shown: [Int64] = []
    var shownBelow = Int64.max
    /// Whether the last page ended with an event that has no time.
    var endsOdd = false
    /// The first half of the last page whose bound was the highest: what a page in the reverse order does not begin with.
    var topHalf = KnownEvents()
    /// Whether that page's times show that it is in order.
    var isTopInOrder = false
    /// Whether all that was handed out was in the first page.
    var isOnePage = true
    var order = OrderEvidence()
    var end = EndEvidence()
    /// Requests since something new was last found.
    var idleRequests = 0

    /// - Parameter pageSize: 1 to 1,000.
    package init(_ span: SearchSpan, order: SearchOrder = .newestFirst, pageSize: Int = SearchArguments.largestPage) {
        course = SearchCourse(span: span, order: order)
        state = .walking(bound: course.top)
        lastPlace = course.top
        bounds = BoundSearch(edge: course.top, top: course.top)
        size = PageSize(wanted: pageSize)
    }

    package var next: Step {
        switch state {
        case .walking(let bound): .request(course.request(below: bound, limit: size.limit))
        case .checking: .request(course.requestFromTheEnd(limit: checkLimit))
        case .measuring: .request(course.requestOfAllTimes(limit: measureLimit))
        case .probing(let probe): request(of: probe).map { .request($0) } ?? .end
        case .ended: .end
        case .incomplete(let shortfall): .incomplete(shortfall)
        }
    }

    /// Takes in the page that `next` asked for.
    ///
    /// - Parameter item: lends an item of the page, by its index.
    /// - Returns: the indexes of the items to hand out, in this order. The others were handed out before, or are not
    ///   in the span.
    package mutating func take(_ count: Int, _ item: (Int) -> PageItem) -> [Int] {
        guard case .request(let request) = next else { return [] }
        idleRequests &+= 1
        size.accepted(request.limit)
        var indexes: [Int] = []
        switch state {
        case .walking(let bound): indexes = takePage(count, item, below: bound)
        case .checking: indexes = takeCheck(count, item)
        case .measuring: takeMeasure(count, item)
        case .probing(let probe): takeProbe(count, item, probe)
        case .ended, .incomplete: break
        }
        return indexes
    }

    /// The page was larger than the caller can take: half as many events are asked for.
    ///
    /// - Returns: false if it was one of two, the least that can connect with what was handed out: that is an error.
    package mutating func halve() -> Bool {
        guard case .request(let request) = next, request.limit > 2 else { return false }
        size.halve(request.limit)
        return true
    }

    /// The server answered 400: what it may have refused is asked for otherwise, or the walk does without.
    ///
    /// - Returns: false if there is nothing to do without: the 400 is an error.
    package mutating func refuse() -> Bool {
        guard case .request(let request) = next else { return false }
        let isFiner = if case .walking = state { request.mayBeRefused } else { false }
        if !isFiner, size.forgo(request.limit) { return true }
        guard request.mayBeRefused else { return false }
        switch state {
        case .walking(let bound):
            precision = bound % BoundSearch.Precision.millisecond.rawValue == 0 ? .second : .millisecond
            walkOn()
        case .checking:
            order.canReverse = false
            end.checks &+= 1
            conclude()
        case .measuring:
            allowsAllTimes = false
            end.measure = .onlyKnown
            conclude()
        case .probing(let probe): goOn(after: probe)
        case .ended, .incomplete: break
        }
        return true
    }

    mutating func fail(_ reason: SearchShortfall.Reason) {
        state = .incomplete(
            SearchShortfall(
                reason: reason, instant: edge == nil ? nil : course.time(of: lastPlace), pageSize: size.inForce))
    }
}
