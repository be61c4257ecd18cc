// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Takes what an attempt brings in, headers and body, as libcurl hands it over, up to their limits.
final class ResponseReceiver {
    /// Of all header lines of an attempt together, those of 1xx responses included.
    static let maxHeaderBytes = 256 << 10

    private(set) var areHeadersTooLarge = false
    private(set) var isBodyTooLarge = false
    /// The empty line that ends a header section came.
    private(set) var isHeaderComplete = false
    private(set) var httpVersion: StaticString = "1.1"
    private(set) var headers = HeaderBlock()
    private var headerBytes = 0
    private var isInformational = false
    private var headerLines = 0
    private var body = ByteBuffer()
    let maxBodyBytes: Int

    init(maxBodyBytes: UInt64) {
        // The decoder counts in 32 bits.
        self.maxBodyBytes = Int(min(maxBodyBytes, UInt64(Int32.max)))
    }

    /// Makes ready for an attempt.
    func reset() {
        areHeadersTooLarge = false
        isBodyTooLarge = false
        isHeaderComplete = false
        isInformational = false
        headers.removeAll()
        headerBytes = 0
        headerLines = 0
        body.removeAll()
    }

    var hasHeaders: Bool { headerBytes > 0 }
    /// More than an ordinary response has: by the 16th line, and the 32nd, ...
    var hasManyHeaders: Bool { headerLines & 15 == 15 }
    /// Over HTTP/2 calls share a connection.
    var isMultiplexed: Bool { httpVersion.utf8Start[0] == UInt8(ascii: "2") }

    func takeHeaders() -> HeaderBlock {
        var taken = HeaderBlock()
        swap(&taken, &headers)
        return taken
    }

    /// Takes over memory for the next body.
    func reuse(_ memory: consuming ByteBuffer) {
        body = memory
    }

    func takeBody() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &body)
        return taken
    }

    /// Returns how many bytes were taken: fewer than all ends the transfer (CURLE_WRITE_ERROR).
    func take(header line: UnsafeBufferPointer<UInt8>) -> Int {
        guard line.count <= ResponseReceiver.maxHeaderBytes &- headerBytes else {
            areHeadersTooLarge = true
            return 0
        }
        headerBytes &+= line.count
        headerLines &+= 1
        if line.count <= 2 {
            isHeaderComplete = true
        } else if line[0] == UInt8(ascii: "H"), let status = StatusLine(line), !isHeaderComplete || isInformational {
            // What came before belongs to a 1xx response.
            headers.removeAll()
            isHeaderComplete = false
            isInformational = status.isInformational
            httpVersion = status.httpVersion
        } else if !isHeaderComplete {
            // Behind the section come trailers, which are no headers (RFC 9110 section 6.5.1).
            headers.append(line)
        }
        return line.count
    }

    func take(body part: UnsafeBufferPointer<UInt8>) -> Int {
        guard part.count <= maxBodyBytes &- body.count, let start = part.baseAddress else {
            isBodyTooLarge = true
            return 0
        }
        body.append(start, count: part.count, limit: maxBodyBytes)
        return part.count
    }
}

/// What a status line begins with: "HTTP/1.1 200". A header field's name holds no '/'.
private struct StatusLine {
    let httpVersion: StaticString
    let isInformational: Bool

    init?(_ line: UnsafeBufferPointer<UInt8>) {
        guard line.count >= 8, let start = line.baseAddress, memcmp(start, "HTTP/", 5) == 0 else { return nil }
        switch (start[5], start[7]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): httpVersion = "1.0"
        case (UInt8(ascii: "2"), _): httpVersion = "2"
        case (UInt8(ascii: "3"), _): httpVersion = "3"
        default: httpVersion = "1.1"
        }
        let rest = line.dropFirst(5).drop { $0 != UInt8(ascii: " ") }
        isInformational = rest.dropFirst().first == UInt8(ascii: "1")
    }
}
