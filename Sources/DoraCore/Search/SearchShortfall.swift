// SPDX-License-Identifier: Apache-2.0

/// Why a search can't go on without leaving events out.
package struct SearchShortfall {
    package enum Reason {
        /// One instant, as finely as the server tells them apart, may hold more events than a page.
        case instant
        /// The server does not sort as asked.
        case order
        /// It shows events that were not asked for.
        case bounds
        /// A page's events have no times.
        case times
    }

    package let reason: Reason
    /// How far the search came: the time of the last event, in nanoseconds since 1970; nil if there is none.
    package let instant: Int64?
    /// The page size in force.
    package let pageSize: Int

    /// One line for a person.
    package var message: Text {
        var text = Text("search: incomplete")
        if let instant {
            text.append(" at ")
            text.append(dateTime: instant)
        }
        switch reason {
        case .instant: text.append(": there may be more events at this instant than a page holds (")
        case .order: text.append(": the server does not keep the order that was asked for (")
        case .bounds: text.append(": the server does not keep the bounds that were asked for (")
        case .times: text.append(": the events of a page have no started_at to go on from (")
        }
        text.append(pageSize)
        text.append(" events a page); search by a narrower query")
        return text
    }
}
