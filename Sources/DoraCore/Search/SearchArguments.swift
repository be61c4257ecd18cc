// SPDX-License-Identifier: Apache-2.0

/// What dora_search_failures and dora_search_set_page_size are given, held against what a search can work with.
package enum SearchArguments {
    /// Bytes of the longest query, which is also the longest id.
    package static let longestQuery = 4096
    package static let largestPage = 1000

    /// - Parameter text: nil, like "", asks for all events.
    package static func query(_ text: UnsafePointer<CChar>?) throws(DoraError) -> Text {
        guard let text else { return Text() }
        let query = Text(copying: text)
        if query.bytes.count > longestQuery {
            throw .invalidArgument("query: longer than 4,096 bytes; search by a shorter query")
        }
        if let offset = query.bytes.withUnsafeBufferPointer(firstMalformed) {
            var message = Text("query: not UTF-8 at byte ")
            message.append(offset)
            message.append("; encode it as UTF-8")
            throw DoraError(.invalidArgument, message)
        }
        return query
    }

    /// - Parameter events: 0 = 1,000.
    package static func pageSize(_ events: UInt32) throws(DoraError) -> Int {
        if events == 0 { return largestPage }
        if events > UInt32(largestPage) {
            var message = Text("page_size: ")
            message.append(Int64(events))
            message.append(" is over 1,000, the most that the API gives; give 1 to 1,000, or 0 for 1,000")
            throw DoraError(.invalidArgument, message)
        }
        return Int(events)
    }
}

private func firstMalformed(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while index < text.count {
        let length = utf8SequenceLength(text, at: index)
        if length == 0 { return index }
        index &+= length
    }
    return nil
}
