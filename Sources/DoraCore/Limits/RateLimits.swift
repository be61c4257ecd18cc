// SPDX-License-Identifier: Apache-2.0

/// The endpoints that the API may limit each by itself.
package enum Route: Int {
    case fetch, list

    package var isList: Bool {
        if case .list = self { true } else { false }
    }
}

/// The rate limits of the API: one window for each name that answers give (X-RateLimit-Name), one for each route as
/// long as its answers give none. Pure.
package struct RateLimits {
    package struct Ticket {
        fileprivate let route: Route
        fileprivate let index: Int
        fileprivate let ticket: RateWindow.Ticket
    }

    private struct Entry {
        var name: Text?
        var window: RateWindow
    }

    private let longestPause: Int64
    private var entries: [Entry]
    /// By route, where its window is.
    private var indexes: InlineArray<2, Int> = [0, 1]

    /// - Parameter longestPause: microseconds, for a server that names no period.
    package init(longestPause: Int64) {
        self.longestPause = longestPause
        entries = [
            Entry(window: RateWindow(longestPause: longestPause)),
            Entry(window: RateWindow(longestPause: longestPause)),
        ]
    }

    package func nextStart(_ route: Route, now: Int64) -> Start {
        entries[indexes[route.rawValue]].window.nextStart(now: now)
    }

    package mutating func started(_ route: Route, now: Int64) -> Ticket {
        let index = indexes[route.rawValue]
        return Ticket(route: route, index: index, ticket: entries[index].window.started(now: now))
    }

    package mutating func ended(_ ticket: Ticket) {
        entries[ticket.index].window.ended(ticket.ticket)
    }

    /// - Parameters:
    ///   - name: what the answer calls the limit that it tells of.
    ///   - wait: what a 429 asked to wait, in milliseconds.
    package mutating func answered(
        _ ticket: Ticket, name: Text?, status: Int, _ rate: RateLimit, wait: Int64?, now: Int64
    ) {
        if let name { follow(name, ticket.route) }
        let index = indexes[ticket.route.rawValue]
        if index == ticket.index {
            entries[index].window.answered(ticket.ticket, status: status, rate, wait: wait, now: now)
        } else {
            entries[ticket.index].window.ended(ticket.ticket)
            entries[index].window.answeredElsewhere(status: status, rate, wait: wait, now: now)
        }
    }

    /// The route goes by the window with that name from now on.
    private mutating func follow(_ name: Text, _ route: Route) {
        let index = indexes[route.rawValue]
        if let known = entries[index].name, known.bytes == name.bytes { return }
        if let other = entries.firstIndex(where: { $0.name?.bytes == name.bytes }) {
            indexes[route.rawValue] = other
        } else if entries[index].name == nil {
            entries[index].name = name
        } else if entries.count < RateLimits.mostNames {
            entries.append(Entry(name: name, window: RateWindow(longestPause: longestPause)))
            indexes[route.rawValue] = entries.count &- 1
        }
    }

    /// A server that gives each answer another name gets no more windows.
    private static let mostNames = 16
}
