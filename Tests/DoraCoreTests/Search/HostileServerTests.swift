// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// Pages that make no sense: nothing traps, no request is senseless, and the search ends.
@Suite struct HostileServerTests {
    static let second: Int64 = 1_000_000_000
    static let times: [Int64?] = [
        nil, .min, .min + 1, -1, 0, 1, SearchSpan.earliest - 1, SearchSpan.earliest, SearchWorld.base - 1,
        SearchWorld.base, SearchWorld.base + 1, SearchWorld.base + second, SearchWorld.base + 1_000_000,
        4_102_444_800 * second, 4_102_444_800 * second + 1, .max - second, .max - 1, .max,
    ]
    static let bounds: [Int64] = [
        .min, .min + 1, -1, 0, SearchSpan.earliest, SearchWorld.base, SearchWorld.base + 1, SearchWorld.base + second,
        4_102_444_800 * second, .max - second, .max - 1, .max,
    ]

    @Test func everyPairOfBounds() throws {
        var random = SplitMix()
        for from in HostileServerTests.bounds {
            for to in HostileServerTests.bounds {
                guard let span = try? SearchSpan(from: from, to: to) else { continue }
                for order in [SearchOrder.newestFirst, .oldestFirst] {
                    for _ in 0..<20 { HostileServerTests.search(span, order, &random) }
                }
            }
        }
    }

    /// Each search has a few events, of which each page shows some: in the order that was asked for, or in any.
    static func search(_ span: SearchSpan, _ order: SearchOrder, _ random: inout SplitMix) {
        let count = random.next(in: 1...8)
        let events = (0..<Int(count)).map { ListedEvent(number: $0, time: 0, hasID: random.next(in: 1...4) > 1) }
        let shownTimes = events.map { _ in times[Int(random.next(in: 0...Int64(times.count - 1)))] }
        let keepsOrder = random.next(in: 1...3) > 1
        let texts = EventTexts(events)
        var walk = SearchWalk(span, order: order, pageSize: Int(random.next(in: 1...1000)))
        for _ in 0..<2000 {
            guard case .request(let request) = walk.next else { return }
            #expect(request.from < request.to && request.limit >= 2 && request.limit <= 1000, "\(request)")
            switch random.next(in: 1...20) {
            case 1: _ = walk.refuse()
            case 2: _ = walk.halve()
            default:
                var page = (0..<random.next(in: 0...count * 2)).map { _ in Int(random.next(in: 0...count - 1)) }
                if keepsOrder {
                    page.sort { (shownTimes[$0] ?? 0) > (shownTimes[$1] ?? 0) }
                    if case .oldestFirst = request.order { page.reverse() }
                }
                let indexes = walk.take(page.count) { texts.item(events[page[$0]], startedAt: shownTimes[page[$0]]) }
                #expect(indexes.allSatisfy { $0 >= 0 && $0 < page.count })
                #expect(Set(indexes).count == indexes.count)
            }
        }
        Issue.record("no end in sight: \(walk.state)")
    }
}
