// SPDX-License-Identifier: Apache-2.0

/// A search's span and direction: turns times into places.
///
/// A place is a count of nanoseconds that falls as the walk goes on, whichever the direction: the time itself
/// when it goes from the newest event to the oldest, its negative when it goes the other way. Seconds are
/// numbered likewise. So the walk needs to know one direction only: down.
struct SearchCourse {
    let span: SearchSpan
    let order: SearchOrder

    /// The bound of a page that shows the whole span.
    var top: Int64 { place(ofSecond: topSecond) }

    /// The last second of the span. The bounds that are sent let some of the next one pass.
    var lastSecond: Int64 {
        switch order {
        case .newestFirst: span.firstSecond
        case .oldestFirst: 0 &- span.finalSecond
        }
    }

    /// The bound below which nothing is asked for.
    var bottom: Int64 {
        switch order {
        case .newestFirst: place(of: sentFrom)
        case .oldestFirst: place(of: sentTo)
        }
    }

    private var topSecond: Int64 {
        switch order {
        case .newestFirst: span.sentTo
        case .oldestFirst: 0 &- span.sentFrom
        }
    }

    // MARK: Times to places

    func place(of time: Int64) -> Int64 {
        switch order {
        case .newestFirst: time
        case .oldestFirst: 0 &- time
        }
    }

    func time(of place: Int64) -> Int64 {
        self.place(of: place)
    }

    func second(of time: Int64) -> Int64 {
        place(of: floorDivide(time, SearchSpan.second))
    }

    func place(ofSecond second: Int64) -> Int64 {
        let limit = Int64.max / SearchSpan.second
        return max(0 &- limit, min(second, limit)) &* SearchSpan.second
    }

    /// The place of the millisecond that a time is in, as a server counts that cuts times to milliseconds.
    func millisecond(of place: Int64) -> Int64 {
        let unit = BoundSearch.Precision.millisecond.rawValue
        return self.place(of: floorDivide(time(of: place), unit) &* unit)
    }

    // MARK: Requests

    /// The page of all events below a bound, and of those at it where the server counts them in.
    func request(below bound: Int64, limit: Int) -> PageRequest {
        let isFiner = bound % SearchSpan.second != 0
        return switch order {
        case .newestFirst: request(sentFrom, time(of: bound), limit, order, mayBeRefused: isFiner)
        case .oldestFirst: request(time(of: bound), sentTo, limit, order, mayBeRefused: isFiner)
        }
    }

    /// The page at the other end of the span.
    func requestFromTheEnd(limit: Int) -> PageRequest {
        request(sentFrom, sentTo, limit, order.reversed, mayBeRefused: true)
    }

    /// A page of all times.
    func requestOfAllTimes(limit: Int) -> PageRequest {
        var all = request(sentFrom, sentTo, limit, order, mayBeRefused: true)
        let widest = SearchSpan.widest
        all.from = min(widest.from &* SearchSpan.second, sentFrom)
        all.to = max(widest.to &* SearchSpan.second, sentTo)
        return all
    }

    /// A page of all events above a second, or below it, in the span or at any time; nil if there can be none.
    func request(beside second: Int64, _ probe: SearchProbe, isWide: Bool, limit: Int) -> PageRequest? {
        let isLater: Bool
        switch order {
        case .newestFirst: isLater = probe.isAbove
        case .oldestFirst: isLater = !probe.isAbove
        }
        let distance: Int64 = probe.leavesSecondOut ? 1 : 0
        var all = isWide ? requestOfAllTimes(limit: limit) : request(sentFrom, sentTo, limit, order, mayBeRefused: true)
        let bound = place(ofSecond: place(of: second) &+ (isLater ? distance : 0 &- distance))
        if isLater { all.from = bound } else { all.to = bound }
        return all.from < all.to ? all : nil
    }

    private var sentFrom: Int64 { span.sentFrom &* SearchSpan.second }
    private var sentTo: Int64 { span.sentTo &* SearchSpan.second }

    private func request(
        _ from: Int64, _ to: Int64, _ limit: Int, _ order: SearchOrder, mayBeRefused: Bool
    ) -> PageRequest {
        PageRequest(from: from, to: to, limit: limit, order: order, mayBeRefused: mayBeRefused)
    }
}
