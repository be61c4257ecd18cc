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
    private var body = ByteBuffer()
    let maxBodyBytes: Int

    init(maxBodyBytes: UInt64) {
        // The decoder counts in 32 bits.
        self.maxBodyBytes = Int(min(maxBodyBytes, UInt64(Int32.max)))
    }

    /// libcurl calls the receiver while a transfer runs: it must live as long as `easy`.
    func attach(to options: inout EasyOptions) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let easy = options.easy
        options.require("CURLOPT_HEADERDATA", shim_easy_set_pointer(easy, CURLOPT_HEADERDATA, context))
        options.require("CURLOPT_WRITEDATA", shim_easy_set_pointer(easy, CURLOPT_WRITEDATA, context))
        options.require(
            "CURLOPT_HEADERFUNCTION", shim_easy_set_data_function(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        options.require(
            "CURLOPT_WRITEFUNCTION", shim_easy_set_data_function(easy, CURLOPT_WRITEFUNCTION, receiveBody))
    }

    /// Makes ready for an attempt.
    func reset() {
        areHeadersTooLarge = false
        isBodyTooLarge = false
        isHeaderComplete = false
        isInformational = false
        headers.removeAll()
        headerBytes = 0
        body.removeAll()
    }

    var hasHeaders: Bool { headerBytes > 0 }
    /// Over HTTP/2 calls share a connection.
    var isMultiplexed: Bool { httpVersion.utf8Start[0] == UInt8(ascii: "2") }

    func takeHeaders() -> HeaderBlock {
        var taken = HeaderBlock()
        swap(&taken, &headers)
        return taken
    }

    func takeBody() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &body)
        return taken
    }

    /// Returns how many bytes were taken: fewer than all ends the transfer (CURLE_WRITE_ERROR).
    fileprivate func take(header line: UnsafeBufferPointer<UInt8>) -> Int {
        guard line.count <= ResponseReceiver.maxHeaderBytes &- headerBytes else {
            areHeadersTooLarge = true
            return 0
        }
        headerBytes &+= line.count
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

    fileprivate func take(body part: UnsafeBufferPointer<UInt8>) -> Int {
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

// libcurl calls these inside its own functions, which the engine calls: the object behind the context lives.

/// CURLOPT_HEADERFUNCTION
private func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let line = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<ResponseReceiver>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.take(header: line) }
}

/// CURLOPT_WRITEFUNCTION
private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context, size &* count > 0 else { return 0 }
    let part = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<ResponseReceiver>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.take(body: part) }
}
