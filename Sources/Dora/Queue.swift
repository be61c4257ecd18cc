// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore
import DoraHTTP

@_cdecl("dora_queue_new") @implementation
public func dora_queue_new(
    _ client: OpaquePointer!, _ max_in_flight: UInt32, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    enterNetwork {
        guard isGiven(client, "client: NULL; make one with dora_client_new", error) else { return nil }
        return attempt(client, as: Client.self, error) { client throws(DoraError) in
            give(try Queue.make(client, maxInFlight: max_in_flight))
        }
    }
}

@_cdecl("dora_queue_add") @implementation
public func dora_queue_add(
    _ queue: OpaquePointer!, _ failure_id: UnsafePointer<CChar>!, _ tag: UInt64,
    _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> Bool {
    enterNetwork {
        guard isGiven(queue, "queue: NULL; make one with dora_queue_new", error),
            isGiven(failure_id, "failure_id: NULL; give the id of an incident event", error)
        else { return false }
        let added = attempt(queue, as: Queue.self, error) { queue throws(DoraError) in
            try queue.add(failure_id, tag: tag)
            return true
        }
        return added ?? false
    }
}

@_cdecl("dora_queue_next") @implementation
public func dora_queue_next(_ queue: OpaquePointer!, _ timeout_ms: Int64) -> OpaquePointer! {
    enterNetwork { borrow(queue, as: Queue.self) { $0.next(timeout: timeout_ms).map(give) } }
}

@_cdecl("dora_queue_pending") @implementation
public func dora_queue_pending(_ queue: OpaquePointer!) -> Int {
    borrow(queue, as: Queue.self) { $0.pending } ?? 0
}

@_cdecl("dora_queue_cancel") @implementation
public func dora_queue_cancel(_ queue: OpaquePointer!, _ tag: UInt64) -> Bool {
    enterNetwork { borrow(queue, as: Queue.self) { $0.cancel(tag: tag) } ?? false }
}

@_cdecl("dora_queue_fd") @implementation
public func dora_queue_fd(_ queue: OpaquePointer!) -> Int32 {
    enterNetwork { borrow(queue, as: Queue.self) { $0.watch() } ?? -1 }
}

@_cdecl("dora_queue_free") @implementation
public func dora_queue_free(_ queue: OpaquePointer!) {
    enterNetwork { free(queue, as: Queue.self) }
}

private func borrow<R>(_ result: OpaquePointer?, _ body: (QueueResult) -> R?) -> R? {
    borrow(result, as: QueueResult.self, body)
}

@_cdecl("dora_result_tag") @implementation
public func dora_result_tag(_ result: OpaquePointer!) -> UInt64 {
    borrow(result) { $0.tag } ?? 0
}

@_cdecl("dora_result_failure_id") @implementation
public func dora_result_failure_id(_ result: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(result) { $0.failureID.cString }
}

@_cdecl("dora_result_take_failure") @implementation
public func dora_result_take_failure(_ result: OpaquePointer!) -> OpaquePointer! {
    borrow(result) { $0.takeFailure().map(give) }
}

@_cdecl("dora_result_take_error") @implementation
public func dora_result_take_error(_ result: OpaquePointer!) -> OpaquePointer! {
    borrow(result) { $0.takeError().map(give) }
}

@_cdecl("dora_result_free") @implementation
public func dora_result_free(_ result: OpaquePointer!) {
    free(result, as: QueueResult.self)
}
