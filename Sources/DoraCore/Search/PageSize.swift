// SPDX-License-Identifier: Apache-2.0

/// How much a page held, and how much was asked for.
struct PageCount {
    var items = 0
    /// Different ones.
    var events = 0
    var limit = 0

    var isFull: Bool { items >= limit }
}

/// How many events to ask for, and how many the server gives.
struct PageSize {
    /// One event shows no order.
    private static let least = 10

    private let wanted: Int
    /// The most to ask for: halved when a page was too large for the cap on its bytes.
    private(set) var ceiling = SearchArguments.largestPage
    /// What `ceiling` may grow to again: less if the server refuses larger limits.
    private var highestCeiling = SearchArguments.largestPage
    private var largestAccepted = 0
    /// Whether as many as possible are asked for: a second holds more than the wanted size.
    private var isRaised = false
    /// The most bytes of a page that was not too large.
    private var largestBytes = 0
    /// The most items, and the most different events, that a page has held: the server can give so many.
    private var mostItems = 0
    private var mostEvents = 0
    /// Whether the server was seen to give fewer events than were asked for although there were more.
    var isClamped = false
    /// Whether pages were seen to be shorter than others although there was more: their length says nothing.
    var isUneven = false

    init(wanted: Int) {
        self.wanted = max(wanted, PageSize.least)
    }

    // MARK: To ask for

    var limit: Int { isRaised ? ceiling : min(wanted, ceiling) }

    /// A limit for a page of which only a few events matter.
    func limit(for count: Int) -> Int {
        min(max(count, PageSize.least), ceiling)
    }

    /// Returns whether that changes anything.
    mutating func raise() -> Bool {
        let before = limit
        isRaised = true
        return limit > before
    }

    mutating func lower() {
        isRaised = false
    }

    mutating func halve(_ limit: Int) {
        ceiling = (limit &+ 1) / 2
    }

    mutating func accepted(_ limit: Int) {
        largestAccepted = max(largestAccepted, limit)
    }

    /// The server refused a request. Returns whether that may be for its limit: then the wanted one is tried.
    mutating func forgo(_ limit: Int) -> Bool {
        guard limit > max(wanted, largestAccepted) else { return false }
        highestCeiling = wanted
        ceiling = min(ceiling, wanted)
        return true
    }

    // MARK: What the server gives

    /// Whether a page is shorter than one that this server can give: it shows all that there is. Some servers count
    /// the copies of an event, others do not.
    func isShort(_ page: PageCount) -> Bool {
        !isUneven && !page.isFull && page.items < mostItems && page.events < mostEvents
    }

    /// Whether a page may show all that there is, as far as its length tells.
    func mayBeAll(_ page: PageCount) -> Bool {
        !page.isFull && (!isClamped || page.items < mostItems)
    }

    /// The most that a page holds, as far as is known.
    var inForce: Int { mostItems == 0 ? limit : min(limit, mostItems) }

    mutating func note(_ page: PageCount) {
        mostItems = max(mostItems, page.items)
        mostEvents = max(mostEvents, page.events)
    }

    /// A page fitted: after one with large events, as many as before are asked for again once twice as many would
    /// have fitted.
    mutating func fitted(bytes: Int) {
        largestBytes = max(largestBytes, bytes)
        if bytes <= largestBytes / 2 { ceiling = max(ceiling, min(ceiling &* 2, highestCeiling)) }
    }
}
