// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// What an attempt brings in: headers and body as libcurl hands them over, up to their limits.
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
    private var body = ByteBuffer()
    private let maxBodyBytes: Int

    init(maxBodyBytes: UInt64) {
        // The decoder counts in 32 bits.
        self.maxBodyBytes = Int(min(maxBodyBytes, UInt64(Int32.max)))
    }

    func attach(to easy: UnsafeMutableRawPointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = shim_easy_set_pointer(easy, CURLOPT_HEADERDATA, context)
        _ = shim_easy_set_pointer(easy, CURLOPT_WRITEDATA, context)
        _ = shim_easy_set_data_function(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        _ = shim_easy_set_data_function(easy, CURLOPT_WRITEFUNCTION, receiveBody)
    }

    /// Makes ready for an attempt.
    func reset() {
        areHeadersTooLarge = false
        isBodyTooLarge = false
        isHeaderComplete = false
        headers.removeAll()
        headerBytes = 0
        body.removeAll()
    }

    var hasHeaders: Bool { headerBytes > 0 }
    var bodyLimit: Int { maxBodyBytes }

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

    /// Returns how many bytes were taken: fewer than all ends the call (CURLE_WRITE_ERROR).
    fileprivate func take(header line: UnsafeBufferPointer<UInt8>) -> Int {
        guard line.count <= ResponseReceiver.maxHeaderBytes &- headerBytes else {
            areHeadersTooLarge = true
            return 0
        }
        headerBytes &+= line.count
        if line.count <= 2 {
            isHeaderComplete = true
        } else if line[0] == UInt8(ascii: "H"), let version = HTTPVersion(statusLine: line) {
            // What came before belongs to a 1xx response.
            headers.removeAll()
            isHeaderComplete = false
            httpVersion = version.name
        } else {
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

/// The version that a status line begins with; a header field's name holds no '/'.
private struct HTTPVersion {
    let name: StaticString

    init?(statusLine line: UnsafeBufferPointer<UInt8>) {
        guard line.count >= 8, let start = line.baseAddress, memcmp(start, "HTTP/", 5) == 0 else { return nil }
        switch (start[5], start[7]) {
        case (UInt8(ascii: "1"), UInt8(ascii: "0")): name = "1.0"
        case (UInt8(ascii: "2"), _): name = "2"
        case (UInt8(ascii: "3"), _): name = "3"
        default: name = "1.1"
        }
    }
}

private func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let line = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<ResponseReceiver>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.take(header: line) }
}

private func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    guard size &* count > 0 else { return 0 }
    let part = UnsafeBufferPointer(
        start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: size &* count)
    return Unmanaged<ResponseReceiver>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.take(body: part) }
}
