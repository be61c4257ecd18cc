// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import DoraHTTP

// The rules of the boundary, by name. An object that C owns is a Swift object with one reference of C's; what C
// borrows lives as long as that object. A function of dora.h that does more than read memory does it inside
// `enter`, or inside `enterNetwork` if libcurl may be called.

/// Hands an object over to C.
func give<T: AnyObject>(_ object: T) -> OpaquePointer {
    OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// Lends an object to C, which another object keeps alive.
func lend<T: AnyObject>(_ object: T) -> OpaquePointer {
    OpaquePointer(Unmanaged.passUnretained(object).toOpaque())
}

/// Looks at an object that C owns, without counting a reference: C keeps it alive for the call, as dora.h asks.
func borrow<T: AnyObject, R>(_ pointer: OpaquePointer?, as type: T.Type, _ body: (T) -> R?) -> R? {
    guard let pointer else { return nil }
    return Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer))._withUnsafeGuaranteedRef { body($0) }
}

/// Takes back what C owned.
func free<T: AnyObject>(_ pointer: OpaquePointer?, as type: T.Type) {
    guard let pointer else { return }
    enter { Unmanaged<T>.fromOpaque(UnsafeRawPointer(pointer)).release() }
}

/// Stores an error where C asked for it.
func report(_ thrown: DoraError, _ error: UnsafeMutablePointer<OpaquePointer?>?) {
    error?.pointee = give(thrown)
}

/// Whether a pointer is there; reports one that is not.
func isGiven<P>(
    _ pointer: P?, _ message: StaticString, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Bool {
    if pointer != nil { return true }
    report(.invalidArgument(message), error)
    return false
}

/// A function that can fail, from its object on: NULL or false and an error in place of what it throws.
func attempt<T: AnyObject, R>(
    _ pointer: OpaquePointer?, as type: T.Type, _ error: UnsafeMutablePointer<OpaquePointer?>?,
    _ body: (T) throws(DoraError) -> R
) -> R? {
    borrow(pointer, as: type) { object in
        do throws(DoraError) {
            return try body(object)
        } catch let thrown {
            report(thrown, error)
            return nil
        }
    }
}

/// Leaves errno of the calling thread as it was.
func enter<R>(_ body: () -> R) -> R {
    let savedErrno = shim_errno()
    let result = body()
    shim_set_errno(savedErrno)
    return result
}

/// Leaves errno and SIGPIPE of the calling thread as they were: an older libcurl lets OpenSSL write to sockets
/// that the other side may have closed.
func enterNetwork<R>(_ body: () -> R) -> R {
    enter { CurlLibrary.mayRaiseSigpipe ? withSigpipeBlocked(body) : body() }
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

/// A C string that must not be shown; NULL clears.
func secret(_ cString: UnsafePointer<CChar>?) -> Secret? {
    cString.map { Secret(copying: $0) }
}

/// "Nothing is there": SIZE_MAX, and an empty string in the buffer.
func copyNothing(_ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
    if let buffer, capacity != 0 { buffer[0] = 0 }
    return Int(bitPattern: UInt.max)
}
