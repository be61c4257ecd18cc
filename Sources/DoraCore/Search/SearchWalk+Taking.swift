// SPDX-License-Identifier: Apache-2.0

/// What a page of the walk brought.
struct PageGain {
    /// What to hand out.
    var indexes: [Int] = []
    /// Events with a time that no page of the walk showed before, whether they are in the span or not.
    var count = 0
    /// Different events, those that were known included.
    var different = 0
}

/// Taking a page in: from its first item to its last, second by second, the edge moves down.
extension SearchWalk {
    mutating func commit(_ reading: PageReading, _ item: (Int) -> PageItem) -> PageGain {
        page &+= 1
        var gain = PageGain()
        let before = edge
        var undated = KnownEvents()
        var index = 0
        while index < reading.seconds.count {
            let second = reading.seconds[index]
            if second == PageReading.odd || second == PageReading.outside {
                let event = item(index)
                if second == PageReading.odd, odd.insert(event) { gain.indexes.append(index) }
                if undated.insert(event) { gain.different &+= 1 }
                index &+= 1
            } else {
                index = commit(second, reading, item, from: index, &gain)
            }
        }
        if reading.datedCount > 0 {
            lastPlace = edge == before ? min(lastPlace, reading.lastPlace) : reading.lastPlace
        }
        return gain
    }

    /// Takes the events of one second. Returns the index behind them.
    private mutating func commit(
        _ second: Int64, _ reading: PageReading, _ item: (Int) -> PageItem, from start: Int, _ gain: inout PageGain
    ) -> Int {
        let isCovered = edge.map { second > $0 } ?? false
        summit = max(summit, second)
        if second != edge {
            if edge != nil { order.isOneSecond = false }
            if !isCovered {
                edge = second
                known.removeAll()
                if reading.isPassed(start) { return commitLone(item(start), at: start, &gain) }
            }
        }
        var end = start &+ 1
        while end < reading.seconds.count, reading.seconds[end] == second { end &+= 1 }
        if isCovered {
            gain.different &+= reading.isPassed(start) ? 1 : countDifferent(start..<end, item)
        } else {
            for index in start..<end { commitKnown(item(index), at: index, &gain) }
        }
        return end
    }

    /// The only event of a second that the next item is already below: nothing of that second can come again.
    private func commitLone(_ event: PageItem, at index: Int, _ gain: inout PageGain) -> Int {
        gain.different &+= 1
        gain.count &+= 1
        if course.span.contains(event.startedAt ?? .min) { gain.indexes.append(index) }
        return index &+ 1
    }

    private mutating func commitKnown(_ event: PageItem, at index: Int, _ gain: inout PageGain) {
        let sighting = known.note(event, on: page)
        if !sighting.isRepeated { gain.different &+= 1 }
        if sighting.page ?? 0 == 0 { gain.count &+= 1 }
        if sighting.page == nil, course.span.contains(event.startedAt ?? .min) { gain.indexes.append(index) }
    }

    private func countDifferent(_ indexes: Range<Int>, _ item: (Int) -> PageItem) -> Int {
        var events = KnownEvents()
        for index in indexes { _ = events.insert(item(index)) }
        return events.count
    }
}
