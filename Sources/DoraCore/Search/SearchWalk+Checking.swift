// SPDX-License-Identifier: Apache-2.0

/// What a page from the other end of the span shows.
private struct EndReading {
    /// What to hand out, and whether it shows anything that was unknown.
    var indexes: [Int] = []
    var isNew = false
    /// The lowest second at which the walk has something to fetch; nil if there is nothing.
    var moreAt: Int64?
    /// Whether it shows something known at the edge, or something above it, or something above all that was seen.
    var showsEdge = false
    var reachesAbove = false
    var reachesBeyond = false
    /// Different events of the edge's second, and whether the last page showed all of those.
    var edgeCount = 0
    var isOnPage = true

    mutating func foundMore(at second: Int64) {
        moreAt = min(moreAt ?? second, second)
    }
}

/// Checking the end, from the other side.
extension SearchWalk {
    /// Room for all that is known of the edge, copies and all, and for something above it.
    var checkLimit: Int { size.limit(for: known.count &* 3 &+ 20) }

    /// Asks for the other end of the span, if the server can show it.
    mutating func check() {
        moreAt = nil
        if order.canReverse { state = .checking } else { conclude() }
    }

    mutating func takeCheck(_ count: Int, _ item: (Int) -> PageItem) -> [Int] {
        let limit = checkLimit
        let reading = PageReading(count, item, course: course, isReversed: true)
        end.checks &+= 1
        if reading.isMostlyOutside {
            fail(.bounds)
            return []
        }
        order.orderedTo = order.orderedTo.coarsest(reading.orderedTo)
        let reachesOtherEnd = reading.isInOrder ? reading.highestSecond >= summit : reading.lowestSecond <= edge ?? .max
        if !reachesOtherEnd { noteCut(reading, limit) }
        if !reading.isInOrder, reading.steps > 0 {
            // In neither order: it is not sorted by these times.
            fail(.order)
            return []
        }
        if !reading.isInOrder {
            order.canReverse = false
            conclude()
            return []
        }
        if isTopInOrder && reading.isInOrderOfTimes || count > 0 && !topHalf.contains(item(0)) { order.sawSign = true }
        let other = read(reading, item)
        if other.isNew {
            foundNew()
            end.checks = 1
        }
        if other.isNew, edge == nil, other.moreAt == nil {
            // More events without a time than the page held: nothing says where to go on.
            fail(.times)
            return other.indexes
        }
        let isAll = size.isShort(PageCount(items: count, events: count, limit: limit))
        conclude(from: other, isReliable: isAll || reading.steps > 0 || order.sawSign)
        return other.indexes
    }

    private mutating func conclude(from other: EndReading, isReliable: Bool) {
        if other.reachesBeyond, order.isOneSecond {
            wasSurprised()
        } else if let second = other.moreAt {
            foundMore(at: second)
        } else if other.reachesAbove, other.showsEdge || end.isEdgeGone && isReliable {
            if mayHideOdd { conclude() } else { state = .ended }
        } else if !other.reachesAbove {
            end.isConfirmed = other.isOnPage && page == wholePage && other.edgeCount == known.count(of: page)
            conclude()
        } else if end.startOver() {
            // One second above the edge, and the edge not shown: it has gone, or that is not the other end.
            startAgain()
        } else {
            order.canReverse = false
            conclude()
        }
    }

    private mutating func foundMore(at second: Int64) {
        moreAt = second
        if end.isLastTry, bounds.tooHigh != nil {
            fail(.instant)
        } else {
            restartBounds()
            walkOn()
        }
    }

    // MARK: Reading the page

    /// Events that are unknown are handed out if that keeps the order: those of the edge's second, and those without
    /// a time.
    private mutating func read(_ reading: PageReading, _ item: (Int) -> PageItem) -> EndReading {
        var other = EndReading()
        var ofEdge = KnownEvents()
        for index in 0..<reading.seconds.count {
            let second = reading.seconds[index]
            let event = item(index)
            if second == PageReading.outside { continue }
            if second == PageReading.odd {
                readOdd(index, event, &other)
            } else if let edge, second > edge {
                other.reachesAbove = true
                if second > summit { other.reachesBeyond = true }
            } else if isBelowSpan {
                other.showsEdge = true
            } else if second == edge {
                if ofEdge.insert(event) { other.edgeCount &+= 1 }
                readEdge(index, event, &other)
            } else {
                other.foundMore(at: second)
            }
        }
        return other
    }

    private mutating func readOdd(_ index: Int, _ event: PageItem, _ other: inout EndReading) {
        guard odd.insert(event) else { return }
        other.isNew = true
        other.indexes.append(index)
        if let edge { other.foundMore(at: edge) }
    }

    private mutating func readEdge(_ index: Int, _ event: PageItem, _ other: inout EndReading) {
        guard let edge, let time = event.startedAt else { return }
        if known.page(of: event) != page { other.isOnPage = false }
        let page = known.note(event, on: 0).page
        if page == nil {
            other.isNew = true
            if course.span.contains(time) { other.indexes.append(index) }
        }
        if let page, page > 0 {
            other.showsEdge = true
        } else if page == nil || !isAboveLast(course.place(of: time)) {
            // What lies above the place that the walk has come to has come meanwhile.
            other.foundMore(at: edge)
        }
    }

    /// Whether a place of the edge's second is surely above the last one that the walk has come to.
    private func isAboveLast(_ place: Int64) -> Bool {
        switch order.orderedTo {
        case .nanosecond: place > lastPlace
        case .millisecond: course.millisecond(of: place) > course.millisecond(of: lastPlace)
        case .second: false
        }
    }
}
