// SPDX-License-Identifier: Apache-2.0

/// Concluding: nothing unknown is known of. Is that all?
extension SearchWalk {
    /// Looks for the next proof, or finds that there is none.
    ///
    /// A check is the first. Where it does not prove the end, the length of a page does: a page that is shorter than
    /// another shows all that there is below its bound. The edge's page may be, or one at a bound within its second. Where
    /// no page is shorter, because all that was seen is in one, it is enough to see that the server can give more.
    mutating func conclude() {
        let isOnlyPage = isOnePage && !first.isFull
        if end.checks == 0, order.canReverse {
            check()
        } else if isOnlyPage, size.isShort(first) {
            // In whichever order.
            state = .ended
        } else if order.isTrusted, isLastAll || isBelowSpan && (order.isShown || order.isOneSecond) {
            if order.isOneSecond, edge != nil { begin(.above) } else { state = .ended }
        } else if edge != nil, bounds.tooHigh == nil {
            walkOn()
        } else if order.isTrusted || isOnlyPage, mayBeAll {
            concludeFromCounts()
        } else if !order.isTrusted {
            fail(.order)
        } else if edge == nil {
            fail(.times)
        } else {
            walkOn()
        }
    }

    /// Whether the last page shows all that there is below its bound, and all above it was seen: for a bound within the
    /// only second seen that takes a sign that the server sorts.
    private var isLastAll: Bool { size.isShort(last) && (order.isShown || page == wholePage) }

    /// Whether nothing but the number of the events suggests that there are more: the server gave fewer than it was asked
    /// for, which it was not seen to do otherwise.
    private var mayBeAll: Bool { !size.isClamped && !last.isFull }

    private mutating func concludeFromCounts() {
        switch end.measure {
        case .pending: state = .measuring
        case .onlyKnown where !order.isTrusted: fail(.order)
        case .onlyKnown where end.isConfirmed:
            if edge == nil { state = .ended } else { begin(order.isOneSecond ? .above : .below) }
        case .onlyKnown:
            if end.startOver() { startAgain() } else { walkOn() }
        case .others:
            if end.startOver() {
                startAgain()
            } else {
                size.isClamped = true
                conclude()
            }
        }
    }

    /// Proves the end from the start: the edge's page, and if that is the only second the first page.
    mutating func startAgain() {
        restartBounds()
        if order.isOneSecond { state = .walking(bound: course.top) } else { walkOn() }
    }

    /// Something is where nothing should be. It may have come meanwhile.
    mutating func wasSurprised() {
        if end.startOver() {
            startAgain()
        } else if case .probing = state, isProbeWide {
            size.isClamped = true
            conclude()
        } else {
            fail(.order)
        }
    }

    /// Whether the last page ended with an event without a time, and there may be more of those: a server may put them
    /// behind all others, in either order.
    var mayHideOdd: Bool { endsOdd && !size.isShort(last) }

    /// A page of the whole span does not reach to its other end: if it is shorter than others, the length of a page
    /// says nothing. By one event it may be shorter because that has gone.
    mutating func noteCut(_ reading: PageReading, _ limit: Int) {
        let count = reading.seconds.count &+ 1
        if reading.datedCount > 0, size.isShort(PageCount(items: count, events: count, limit: limit)) {
            size.isUneven = true
        }
    }

    // MARK: Measuring

    var measureLimit: Int { size.limit(for: max(first.items, last.items) &* 2 &+ 1) }

    mutating func takeMeasure(_ count: Int, _ item: (Int) -> PageItem) {
        let limit = measureLimit
        let reading = PageReading(count, item, course: course, isWide: true)
        if !reading.isInOrder {
            fail(.order)
            return
        }
        if reading.steps > 0 { order.sawSign = true }
        var events = KnownEvents()
        var ofPage = 0
        var hasOthers = false
        for index in 0..<count where events.insert(item(index)) {
            if !isKnown(item(index)) { hasOthers = true }
            if known.page(of: item(index)) == page { ofPage &+= 1 }
        }
        if reading.lowestSecond > edge ?? .max { noteCut(reading, limit) }
        size.note(PageCount(items: count, events: events.count, limit: limit))
        end.measure = hasOthers || ofPage < known.count(of: page) ? .others : .onlyKnown
        conclude()
    }

    private func isKnown(_ item: PageItem) -> Bool { known.contains(item) || odd.contains(item) }

    // MARK: Probing

    func request(of probe: SearchProbe) -> PageRequest? {
        edge.flatMap {
            course.request(beside: $0, probe, isWide: isProbeWide, limit: size.limit(for: 2 &* last.items &+ 1))
        }
    }

    /// Where the second holds as many events as the server ever gave, others at any time show that it can't give more.
    private var isProbeWide: Bool { allowsAllTimes && !isLastAll && !isBelowSpan }

    private mutating func begin(_ probe: SearchProbe) {
        state = .probing(probe)
        if request(of: probe) == nil { goOn(after: probe) }
    }

    mutating func goOn(after probe: SearchProbe) {
        if let following = probe.following, following.isAbove || !isBelowSpan {
            begin(following)
        } else {
            state = .ended
        }
    }

    mutating func takeProbe(_ count: Int, _ item: (Int) -> PageItem, _ probe: SearchProbe) {
        for index in 0..<count {
            let isOfEdge = item(index).startedAt.map { course.second(of: $0) == edge } ?? false
            if isOfEdge, isBelowSpan, !probe.leavesSecondOut { continue }
            if !isKnown(item(index)) {
                wasSurprised()
                return
            }
            if isOfEdge, probe.leavesSecondOut {
                fail(.bounds)
                return
            }
        }
        goOn(after: probe)
    }
}
