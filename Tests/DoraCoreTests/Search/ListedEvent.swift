// SPDX-License-Identifier: Apache-2.0

/// An event of a simulated server. Times are nanoseconds since 1970, moments are numbers of requests.
struct ListedEvent {
    enum Form {
        case dated
        case withoutTime
        /// Integers of these units, where nanoseconds are expected.
        case inSeconds
        case inMilliseconds
        /// A time far from the true one.
        case misdated
    }

    let number: Int
    var time: Int64
    var form = Form.dated
    var hasID = true
    /// Shown from that request on, up to but without the other.
    var arrival = 0
    var departure = Int.max
    /// From `change` on it has another time.
    var change = Int.max
    var changedTime: Int64 = 0
    /// How often a page shows it.
    var copies = 1
    /// Where an order that has nothing to do with times puts it.
    var rank: Int64 = 0

    /// Shown by some answers and not by others.
    var flickers = false
    var bytes: Int64 = 1
    /// By how much it is sorted as if it were later.
    var delay: Int64 = 0

    func isThere(at moment: Int) -> Bool { moment >= arrival && moment < departure }

    func time(at moment: Int) -> Int64 { moment >= change ? changedTime : time }

    /// There from the first request to the last, and always the same.
    var isSteady: Bool { arrival == 0 && departure == .max && change == .max && !flickers }

    /// Whether the server itself knows no time of it.
    var isUndated: Bool { if case .withoutTime = form { true } else { false } }
}
