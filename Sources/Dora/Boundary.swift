// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import DoraHTTP

// The rules of the boundary, by name. An object that C owns is a Swift object with one reference
// of C's; what C borrows lives as long as that object.

/// Hands an object over to C.
func give<T: AnyObject>(_ object: T) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Lends an object to C, which another object keeps alive.
func lend<T: AnyObject>(_ object: T) -> OpaquePointer {
    OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
}

/// Looks at an object that C owns, without counting a reference.
func borrow<T: AnyObject, R>(_ pointer: OpaquePointer?, as type: T.Type, _ body: (T) -> R?) -> R? {
    guard let pointer else { return nil }
    return Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer))._withUnsafeGuaranteedRef { body($0) }
}

/// Takes back what C owned.
func free<T: AnyObject>(_ pointer: OpaquePointer?, as type: T.Type) {
    guard let pointer else { return }
    Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer)).release()
}

/// Stores an error where C asked for it.
func report(_ failure: DoraError, _ error: UnsafeMutablePointer<OpaquePointer?>?) {
    error?.pointee = give(failure)
}

/// Leaves errno and SIGPIPE of the calling thread as they were: an older libcurl lets OpenSSL write to
/// sockets that the other side may have closed.
func leavingHostAlone<R>(_ body: () -> R) -> R {
    let savedErrno = shim_errno()
    let result = CurlLibrary.mayRaiseSigpipe ? withSigpipeBlocked(body) : body()
    shim_set_errno(savedErrno)
    return result
}

private func withSigpipeBlocked<R>(_ body: () -> R) -> R {
    var mask = sigset_t()
    let isBlocked = shim_block_sigpipe(&mask) != 0
    let result = body()
    if isBlocked { shim_restore_sigpipe(&mask) }
    return result
}

/// A C string as bytes; NULL clears.
func text(_ cString: UnsafePointer<CChar>?) -> Text? {
    cString.map { Text(copying: $0) }
}

/// What snprintf does with a text and a buffer.
func copy(
    _ source: UnsafePointer<UInt8>, _ length: Int, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int
) -> Int {
    guard let buffer, capacity > 0 else { return length }
    let count = min(length, capacity - 1)
    memcpy(buffer, source, count)
    buffer[count] = 0
    return length
}

/// "Nothing is there": SIZE_MAX, and an empty string in the buffer.
func copyNothing(_ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
    if let buffer, capacity > 0 { buffer[0] = 0 }
    return Int(bitPattern: UInt.max)
}
