// SPDX-License-Identifier: Apache-2.0

import CCurl

// libcurl calls these inside its own functions, which the engine calls: the object behind the context lives.

/// CURLOPT_HEADERFUNCTION. Fewer bytes than all end the transfer (CURLE_WRITE_ERROR).
func receiveHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    return Unmanaged<Call>.fromOpaque(context).use { call in
        let receiver = call.receiver
        if receiver.hasManyHeaders, call.isToStop() { return 0 }
        return receiver.take(header: bytes(data, size &* count))
    }
}

/// CURLOPT_WRITEFUNCTION. Fewer bytes than all end the transfer (CURLE_WRITE_ERROR).
func receiveBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context, size &* count > 0 else { return 0 }
    return Unmanaged<Call>.fromOpaque(context).use { call in
        call.isToStop() ? 0 : call.receiver.take(body: bytes(data, size &* count))
    }
}

private func bytes(_ data: UnsafeMutablePointer<CChar>, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: UnsafeRawPointer(data).assumingMemoryBound(to: UInt8.self), count: count)
}

/// CURLOPT_XFERINFOFUNCTION
func reportProgress(
    _ context: UnsafeMutableRawPointer?, _ expected: curl_off_t, _ received: curl_off_t, _ toSend: curl_off_t,
    _ sent: curl_off_t
) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<Call>.fromOpaque(context).use { $0.isToStop() ? 1 : 0 }
}

/// CURLOPT_PREREQFUNCTION
func reportReady(
    _ context: UnsafeMutableRawPointer?, _ peer: UnsafeMutablePointer<CChar>?, _ local: UnsafeMutablePointer<CChar>?,
    _ peerPort: Int32, _ localPort: Int32
) -> Int32 {
    guard let context else { return 0 }
    Unmanaged<Call>.fromOpaque(context).use { $0.becomeReady() }
    return 0
}
