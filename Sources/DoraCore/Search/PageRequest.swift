// SPDX-License-Identifier: Apache-2.0

/// One request for a page: POST /api/v2/dora/failures.
package struct PageRequest {
    /// Nanoseconds since 1970.
    package internal(set) var from: Int64
    package internal(set) var to: Int64
    package let limit: Int
    package let order: SearchOrder
    /// Whether the search can go on where the server answers with 400: tell the walk by `refuse`.
    package let mayBeRefused: Bool

    /// Writes the body. The `type` is demanded by the server; the bounds must be date-times with `Z`.
    ///
    /// - Parameter query: well-formed UTF-8; empty = none is sent.
    package func writeBody(query: Text, to body: inout ByteBuffer) {
        var text = Text(#"{"data":{"type":"dora_failures_list_request","attributes":{"from":""#)
        text.append(dateTime: from)
        text.append(#"","to":""#)
        text.append(dateTime: to)
        text.append(#"","limit":"#)
        text.append(limit)
        if !query.isEmpty {
            text.append(#","query":""#)
            text.append(jsonEscaping: query)
            text.append("\"")
        }
        text.append(#","sort":""#)
        text.append(order.sort)
        text.append(#""}}}"#)
        body.removeAll()
        text.bytes.withUnsafeBufferPointer { source in
            if let start = source.baseAddress { body.append(start, count: source.count) }
        }
        body.terminate()
    }
}

/// The order of a search, or of one page.
package enum SearchOrder {
    case newestFirst
    case oldestFirst

    package var reversed: SearchOrder {
        switch self {
        case .newestFirst: .oldestFirst
        case .oldestFirst: .newestFirst
        }
    }

    fileprivate var sort: StaticString {
        switch self {
        case .newestFirst: "-started_at"
        case .oldestFirst: "started_at"
        }
    }
}

extension Text {
    /// The inside of a JSON string (RFC 8259 section 7): what must be escaped is, the rest is as it was.
    mutating func append(jsonEscaping text: Text) {
        for byte in text.bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(byte: UInt8(ascii: "\\"))
                append(byte: byte)
            case 0..<0x20:
                append("\\u00")
                append(byte: hexDigit(byte >> 4))
                append(byte: hexDigit(byte & 15))
            default:
                append(byte: byte)
            }
        }
    }
}
