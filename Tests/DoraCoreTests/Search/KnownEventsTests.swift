// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct KnownEventsTests {
    /// Lends an item that has this id, or none, and these bytes.
    static func with<R>(id: String?, bytes: String = "{}", at time: Int64? = nil, _ body: (PageItem) -> R) -> R {
        Array(bytes.utf8).withUnsafeBufferPointer { bytes in
            guard let id else { return body(PageItem(id: nil, startedAt: time, bytes: bytes)) }
            return Array(id.utf8).withUnsafeBufferPointer { body(PageItem(id: $0, startedAt: time, bytes: bytes)) }
        }
    }

    @Test func eachIsNewOnce() {
        var events = KnownEvents()
        for round in 0..<2 {
            for number in 0..<3000 {
                let isNew = KnownEventsTests.with(id: "event-\(number)") { events.insert($0) }
                #expect(isNew == (round == 0), "\(number)")
            }
        }
        #expect(events.count == 3000)
        events.removeAll()
        #expect(events.count == 0)
        let isNew = KnownEventsTests.with(id: "event-1") { events.insert($0) }
        #expect(isNew)
    }

    /// Two are one by their ids alone, or by all their bytes where they have none. An id is never taken for bytes.
    @Test(
        arguments: [
            ("a", "{2}", false), (nil, "a", true), (nil, "{1}", true), (nil, "{0}", false), ("A", "{1}", true),
            ("a\0", "{1}", true), ("{0}", "{1}", true),
        ] as [(String?, String, Bool)])
    func whatMakesAnEventNew(id: String?, bytes: String, expected: Bool) {
        var events = KnownEvents()
        _ = KnownEventsTests.with(id: "a", bytes: "{1}") { events.insert($0) }
        _ = KnownEventsTests.with(id: nil, bytes: "{0}") { events.insert($0) }
        let isNew = KnownEventsTests.with(id: id, bytes: bytes) { events.insert($0) }
        #expect(isNew == expected)
    }

    @Test func lengthsAroundAWord() {
        var events = KnownEvents()
        for length in 0...40 {
            for end in ["a", "b"] {
                let id = String(repeating: "x", count: length) + end
                let isNew = (0..<2).map { _ in KnownEventsTests.with(id: id) { events.insert($0) } }
                #expect(isNew == [true, false], "\(id)")
            }
        }
    }

    @Test func whichPageShowedIt() {
        var events = KnownEvents()
        let sightings = [3, 3, 4].map { page in
            KnownEventsTests.with(id: "a", at: 5) { events.note($0, on: page) }
        }
        #expect(sightings.map(\.page) == [nil, 3, 3])
        #expect(sightings.map(\.isRepeated) == [false, true, false])
        #expect(events.count(of: 3) == 0 && events.count(of: 4) == 1)
        let atAnotherTime = KnownEventsTests.with(id: "a", at: 6) { events.page(of: $0) }
        #expect(atAnotherTime == 0, "no page showed it at that time")
        let unknown = KnownEventsTests.with(id: "b", at: 5) { events.page(of: $0) }
        #expect(unknown == nil)
    }
}
