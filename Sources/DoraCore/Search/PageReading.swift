// SPDX-License-Identifier: Apache-2.0

/// What a page shows, before anything is concluded from it: when its events started and whether they are in order.
struct PageReading {
    /// Stands in `seconds` for an item that has no time, or a number that is no time: it may be anywhere.
    static let odd = Int64.min
    /// Stands in `seconds` for an item with a time that was not asked for.
    static let outside = Int64.max

    /// The second of each item, counted as the walk's course does.
    private(set) var seconds: [Int64] = []
    /// How many items have a time that was asked for. The rest says nothing of order or bounds.
    private(set) var datedCount = 0
    private(set) var outsideCount = 0
    /// Of the first and the last of those.
    private(set) var firstSecond: Int64 = 0
    private(set) var lastSecond: Int64 = 0
    private(set) var lastPlace: Int64 = 0
    private(set) var lowestSecond = Int64.max
    private(set) var highestSecond = Int64.min
    /// Whether the seconds are in the order that was asked for, and how finely the times are.
    private(set) var isInOrder = true
    private(set) var orderedTo = BoundSearch.Precision.nanosecond
    /// How often the second changes, and how often the time does, in the right direction.
    private(set) var steps = 0
    private(set) var fineSteps = 0
    /// Of all items together.
    private(set) var byteCount = 0

    /// - Parameter isWide: whether it is a page of all times.
    init(_ count: Int, _ item: (Int) -> PageItem, course: SearchCourse, isReversed: Bool = false, isWide: Bool = false)
    {
        seconds.reserveCapacity(count)
        for index in 0..<count {
            let item = item(index)
            byteCount &+= item.bytes.count
            guard let time = item.startedAt, time >= SearchSpan.earliest else {
                seconds.append(PageReading.odd)
                continue
            }
            guard course.span.mayHold(time) || isWide else {
                let isWanted = course.span.contains(time)
                seconds.append(isWanted ? PageReading.odd : PageReading.outside)
                if !isWanted { outsideCount &+= 1 }
                continue
            }
            let second = course.second(of: time)
            seconds.append(second)
            follow(second, course.place(of: time), course, isReversed)
        }
    }

    private mutating func follow(_ second: Int64, _ place: Int64, _ course: SearchCourse, _ isReversed: Bool) {
        if datedCount == 0 {
            firstSecond = second
        } else {
            let isRise = second > lastSecond
            if second != lastSecond {
                if isRise == isReversed { steps &+= 1 } else { isInOrder = false }
            }
            if place != lastPlace, (place > lastPlace) == isReversed {
                fineSteps &+= 1
            } else if place != lastPlace {
                let isSame = course.millisecond(of: place) == course.millisecond(of: lastPlace)
                orderedTo = isSame ? orderedTo.coarsest(.millisecond) : .second
            }
        }
        datedCount &+= 1
        lowestSecond = min(lowestSecond, second)
        highestSecond = max(highestSecond, second)
        lastSecond = second
        lastPlace = place
    }

    /// Whether the next item is of another second.
    func isPassed(_ index: Int) -> Bool {
        guard index &+ 1 < seconds.count else { return false }
        let next = seconds[index &+ 1]
        return next != seconds[index] && next != PageReading.odd && next != PageReading.outside
    }

    /// Whether the times show that the page is in order.
    var isInOrderOfTimes: Bool {
        if case .second = orderedTo { steps > 0 } else { fineSteps > 0 }
    }

    /// Whether most of what has a time was not asked for: the server ignores the bounds.
    var isMostlyOutside: Bool { outsideCount > datedCount }
}
