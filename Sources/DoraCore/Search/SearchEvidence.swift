// SPDX-License-Identifier: Apache-2.0

/// What the pages so far say of the order that the server keeps.
struct OrderEvidence {
    /// So many changes of the second in the right order are no accident.
    private static let convincingSteps = 10

    /// Changes of the second within pages that brought something new, all in the order that was asked for.
    var steps = 0
    /// How finely the times came in order.
    var orderedTo = BoundSearch.Precision.nanosecond
    /// Whether the server sorts in the reverse order too. If not it ignores `sort`, and what it does may be an accident.
    var canReverse = true
    /// Whether a page in the reverse order began with another event than the first half of the first page, or a page of
    /// all times was in order.
    var sawSign = false
    /// Whether all events seen are of one second: they say nothing of the order.
    var isOneSecond = true

    var isConvincing: Bool { steps >= OrderEvidence.convincingSteps }
    var isTrusted: Bool { canReverse || isConvincing }
    /// Whether anything at all shows that the server sorts as asked.
    var isShown: Bool { steps > 0 || sawSign }
}

/// How far the proof of the end has come. It starts anew whenever something new is found.
struct EndEvidence {
    /// As often as this events may come and go amid the proof.
    private static let mostRounds = 3

    enum Measure {
        case pending
        /// The server shows no events but those known.
        case onlyKnown
        /// It shows others, but not more at once than the edge's page holds.
        case others
    }

    var checks = 0
    /// Whether the last check showed the same events of the edge's second as the last page.
    var isConfirmed = false
    /// Whether the page of the edge was empty: its events have gone.
    var isEdgeGone = false
    var measure = Measure.pending
    /// Whether all bounds have been tried, and the edge's page is asked for once more: an event may have gone meanwhile
    /// that hid another one.
    var isLastTry = false
    private var rounds = 0

    /// Starts the proof anew. Returns false if that was done often enough.
    mutating func startOver() -> Bool {
        guard rounds < EndEvidence.mostRounds else { return false }
        let rounds = rounds &+ 1
        self = EndEvidence()
        self.rounds = rounds
        return true
    }
}

/// Where to look whether there is something beside a lone second, in this order. A bound at the second may let it pass;
/// one that leaves it out may leave out its neighbour too.
enum SearchProbe {
    case above
    case farAbove
    case below
    case farBelow

    var isAbove: Bool {
        switch self {
        case .above, .farAbove: true
        case .below, .farBelow: false
        }
    }

    var leavesSecondOut: Bool {
        switch self {
        case .farAbove, .farBelow: true
        case .above, .below: false
        }
    }

    var following: SearchProbe? {
        switch self {
        case .above: .farAbove
        case .farAbove: .below
        case .below: .farBelow
        case .farBelow: nil
        }
    }
}
