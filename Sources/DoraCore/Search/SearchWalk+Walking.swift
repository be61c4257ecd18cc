// SPDX-License-Identifier: Apache-2.0

/// Walking: pages that follow each other.
extension SearchWalk {
    /// Bounds are wrong by no more seconds than this where they are kept at all.
    private static let longestOvershoot: Int64 = 3600
    /// Requests that bring nothing new; enough for all bounds within two seconds.
    private static let mostIdleRequests = 100

    mutating func takePage(_ count: Int, _ item: (Int) -> PageItem, below bound: Int64) -> [Int] {
        let reading = PageReading(count, item, course: course)
        guard keepsOrderAndBounds(reading, below: bound) else { return [] }
        order.orderedTo = order.orderedTo.coarsest(reading.orderedTo)
        guard connects(reading, item, below: bound) else {
            bounds.wasTooLow(bound)
            if count == 0, isWhole(bound), !end.isEdgeGone {
                end.isEdgeGone = true
                check()
            } else {
                walkOn()
            }
            return []
        }
        if showsHidden(reading, above: bound) {
            fail(.order)
            return []
        }
        let before = edge
        let gain = commit(reading, item)
        if gain.count > 0 {
            shown = reading.seconds
            shownBelow = bound < course.top ? reading.firstSecond : .max
        }
        if isWhole(bound) { wholePage = page }
        // The same page again changes nothing of what a check confirmed.
        let isConfirmed =
            end.isConfirmed && gain.count == 0 && page == wholePage && known.count(of: page) == known.count
        note(PageCount(items: count, events: gain.different, limit: size.limit), reading)
        end.isConfirmed = isConfirmed
        if bound >= course.top { rememberTop(count, item, reading) }
        if edge == nil {
            onlyOddSoFar(hasNew: !gain.indexes.isEmpty)
        } else if gain.count > 0 {
            order.steps &+= reading.steps
            broughtNew(below: bound, hasMoved: before != edge)
        } else {
            broughtNothing(below: bound)
        }
        return gain.indexes
    }

    private mutating func keepsOrderAndBounds(_ reading: PageReading, below bound: Int64) -> Bool {
        let overshoot = course.place(ofSecond: reading.firstSecond &- SearchWalk.longestOvershoot)
        if !reading.isInOrder {
            fail(.order)
        } else if reading.isMostlyOutside || reading.datedCount > 0 && bound < course.top && overshoot > bound {
            fail(.bounds)
        } else if idleRequests > SearchWalk.mostIdleRequests {
            fail(.instant)
        } else {
            return true
        }
        return false
    }

    /// Whether a bound is above all of the edge's second.
    private func isWhole(_ bound: Int64) -> Bool {
        edge.map { bound >= min(course.place(ofSecond: $0 &+ 1), course.top) } ?? true
    }

    private func connects(_ reading: PageReading, _ item: (Int) -> PageItem, below bound: Int64) -> Bool {
        guard let edge, bound < course.top else { return true }
        if reading.datedCount > 0, reading.firstSecond > edge { return true }
        if isWhole(bound) { return showsKnown(reading, item) }
        if case .second = order.orderedTo { return showsWholeEdge(reading, item) }
        return showsEndOfEdge(reading, item)
    }

    private func showsKnown(_ reading: PageReading, _ item: (Int) -> PageItem) -> Bool {
        for index in 0..<reading.seconds.count {
            if reading.seconds[index] == edge, let page = known.page(of: item(index)), page > 0 { return true }
        }
        return false
    }

    /// Whether what a page shows again of the edge's second is the end of what is known of it, without a gap. A server may
    /// sort by what it shows and compare more finely: then a bound within the second takes events out of the middle.
    private func showsEndOfEdge(_ reading: PageReading, _ item: (Int) -> PageItem) -> Bool {
        let again = positionsShownAgain(reading, item)
        guard var top = again.first else { return false }
        for position in again where top.isBelow(position) { top = position }
        let pageEnd = reading.lastSecond == edge ? reading.lastPlace : Int64.min
        let isOfTop = { (position: KnownEvents.Position) in position.place == top.place }
        let shown = count(again, isOfTop)
        if shown == known.countShown(course, isOfTop) { return true }
        // Times that are shown more coarsely than they are sorted: the bound leaves out what came first. One event alone
        // may be the last by accident.
        var bottom = top
        for position in again where isOfTop(position) && position.isBelow(bottom) { bottom = position }
        let isRun = known.countShown(course) { isOfTop($0) && !top.isBelow($0) && !$0.isBelow(bottom) } == shown
        if isRun, pageEnd == top.place, again.count == reading.datedCount { return true }
        return isRun && again.count > 1 && known.countShown(course) { isOfTop($0) && $0.isBelow(bottom) } == 0
    }

    private func positionsShownAgain(_ reading: PageReading, _ item: (Int) -> PageItem) -> [KnownEvents.Position] {
        var seen = KnownEvents()
        var positions: [KnownEvents.Position] = []
        for index in 0..<reading.seconds.count where reading.seconds[index] == edge {
            guard let position = known.position(of: item(index), course), seen.insert(item(index)) else { continue }
            positions.append(position)
        }
        return positions
    }

    private func count(_ positions: [KnownEvents.Position], _ isMeant: (KnownEvents.Position) -> Bool) -> Int {
        var count = 0
        for position in positions where isMeant(position) { count &+= 1 }
        return count
    }

    /// Whether a page shows again all of the edge's second that the last whole page showed. Where times within a second
    /// are in no order, only that tells that the bound lets all of the second pass.
    private func showsWholeEdge(_ reading: PageReading, _ item: (Int) -> PageItem) -> Bool {
        var seen = KnownEvents()
        for index in 0..<reading.seconds.count where reading.seconds[index] == edge {
            if known.page(of: item(index)) == wholePage { _ = seen.insert(item(index)) }
        }
        return seen.count > 0 && seen.count == known.count(of: wholePage)
    }

    /// Whether a page shows more events of a second above the edge than the one before did. They may have come meanwhile;
    /// but where it shows events that lie above its bound, the server compares and sorts more coarsely than by the second,
    /// and may have hidden them.
    private func showsHidden(_ reading: PageReading, above bound: Int64) -> Bool {
        guard let edge, reading.datedCount > 0, bound < course.top, course.place(ofSecond: reading.firstSecond) > bound
        else { return false }
        var index = 0
        while index < reading.seconds.count {
            let second = reading.seconds[index]
            let start = index
            while index < reading.seconds.count, reading.seconds[index] == second { index &+= 1 }
            guard second > edge, second < shownBelow, second != PageReading.outside else { continue }
            var count = 0
            for other in shown where other == second { count &+= 1 }
            if index &- start > count { return true }
        }
        return false
    }

    private mutating func note(_ count: PageCount, _ reading: PageReading) {
        if page == 1 { first = count }
        last = count
        endsOdd = reading.seconds.last == PageReading.odd
        end.isConfirmed = false
        size.note(count)
        size.fitted(bytes: reading.byteCount)
    }

    private mutating func rememberTop(_ count: Int, _ item: (Int) -> PageItem, _ reading: PageReading) {
        isTopInOrder = reading.isInOrderOfTimes
        topHalf.removeAll()
        for index in 0..<(count &+ 1) / 2 { _ = topHalf.insert(item(index)) }
    }

    // MARK: Where to go on

    private mutating func broughtNew(below bound: Int64, hasMoved: Bool) {
        foundNew()
        if page > 1 { isOnePage = false }
        if let more = moreAt, let edge {
            if edge <= more {
                moreAt = nil
            } else if !last.isFull {
                size.isClamped = true
            }
        }
        restartBounds()
        if isBelowSpan, order.isConvincing {
            state = .ended
            return
        }
        if hasMoved {
            size.lower()
        } else if !last.isFull || !size.raise() {
            bounds.wasTooHigh(bound)
        }
        if isBelowSpan || size.isShort(last) || moreAt == nil && size.mayBeAll(last) { check() } else { walkOn() }
    }

    private mutating func broughtNothing(below bound: Int64) {
        bounds.wasTooHigh(bound)
        if page == wholePage, known.count(of: page) == 0, size.isShort(last) { end.isEdgeGone = true }
        if moreAt != nil || last.isFull, size.raise() {
            restartBounds()
            walkOn()
        } else if moreAt == nil {
            conclude()
        } else if !size.isShort(last) {
            walkOn()
        } else if end.checks < 2 {
            // All that is below the bound, and yet not what a check found: that may have gone.
            check()
        } else {
            size.isUneven = true
            walkOn()
        }
    }

    /// No page has held anything with a time.
    private mutating func onlyOddSoFar(hasNew: Bool) {
        if hasNew { foundNew() }
        if last.items == 0 {
            state = .ended
        } else if !last.isFull, moreAt == nil || hasNew {
            check()
        } else if size.raise() {
            walkOn()
        } else {
            fail(.times)
        }
    }

    /// Whether the walk has gone through the whole span, and stands in the second below it.
    var isBelowSpan: Bool { edge.map { $0 < course.lastSecond } ?? false }

    /// Something new was found: what was concluded from finding nothing is void.
    mutating func foundNew() {
        idleRequests = 0
        end = EndEvidence()
    }

    mutating func restartBounds() {
        guard let edge else { return }
        bounds = BoundSearch(edge: course.place(ofSecond: edge), top: course.top)
    }

    /// Asks for the page at the next bound.
    mutating func walkOn() {
        if edge == nil {
            state = .walking(bound: course.top)
        } else if end.isLastTry, bounds.tooHigh != nil {
            fail(.instant)
        } else if let bound = nextBound {
            state = .walking(bound: bound)
        } else {
            end.isLastTry = !size.raise()
            end.checks = 0
            moreAt = nil
            restartBounds()
            if let bound = nextBound { state = .walking(bound: bound) } else { fail(.bounds) }
        }
    }

    private var nextBound: Int64? {
        let bound = bounds.next(
            after: lastPlace, course.millisecond(of: lastPlace), precision.coarsest(order.orderedTo))
        guard let bound, bound > course.bottom else { return nil }
        return bound
    }
}
