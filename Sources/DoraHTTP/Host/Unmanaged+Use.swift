// SPDX-License-Identifier: Apache-2.0

extension Unmanaged {
    /// Uses an object without counting a reference to it. Whoever holds its address here is owned by it, or freed before
    /// it: a call by its client, an engine's parts by the engine, a callback by the call that libcurl works on. Counting
    /// would make threads that share a client wait for each other.
    @inline(__always)
    func use<R>(_ body: (Instance) -> R) -> R {
        _withUnsafeGuaranteedRef(body)
    }
}
