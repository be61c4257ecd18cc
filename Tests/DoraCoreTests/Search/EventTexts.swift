// SPDX-License-Identifier: Apache-2.0

#if canImport(DoraCore)
    @testable import DoraCore
#endif

/// The texts of a world's events, which stay where they are.
final class EventTexts {
    private var texts: [UnsafeMutableBufferPointer<UInt8>] = []

    init(_ events: [ListedEvent]) {
        for event in events {
            let bytes = Array(#"{"id":"event-\#(event.number)"}"#.utf8)
            let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
            _ = text.initialize(from: bytes)
            texts.append(text)
        }
    }

    deinit {
        for text in texts { text.deallocate() }
    }

    func item(_ event: ListedEvent, startedAt: Int64?) -> PageItem {
        let text = UnsafeBufferPointer(texts[event.number])
        return PageItem(
            id: event.hasID ? UnsafeBufferPointer(rebasing: text[7..<(text.count - 2)]) : nil, startedAt: startedAt,
            bytes: text)
    }
}
