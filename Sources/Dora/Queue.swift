// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore
import DoraHTTP

@_cdecl("dora_queue_new") @implementation
public func dora_queue_new(
    _ client: OpaquePointer!, _ max_in_flight: UInt32, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    guard client != nil else {
        report(.invalidArgument("client: NULL; make one with dora_client_new"), error)
        return nil
    }
    return leavingHostAlone {
        borrow(client, as: Client.self) { client in
            do throws(DoraError) {
                return give(try Queue(client, maxInFlight: max_in_flight))
            } catch let failure {
                report(failure, error)
                return nil
            }
        }
    }
}

@_cdecl("dora_queue_add") @implementation
public func dora_queue_add(
    _ queue: OpaquePointer!, _ failure_id: UnsafePointer<CChar>!, _ tag: UInt64,
    _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> Bool {
    guard queue != nil else {
        report(.invalidArgument("queue: NULL; make one with dora_queue_new"), error)
        return false
    }
    guard let failure_id else {
        report(.invalidArgument("failure_id: NULL; give the id of an incident event"), error)
        return false
    }
    let added = borrow(queue, as: Queue.self) { queue in
        do throws(DoraError) {
            try queue.add(failure_id, tag: tag)
            return true
        } catch let failure {
            report(failure, error)
            return false
        }
    }
    return added ?? false
}

@_cdecl("dora_queue_next") @implementation
public func dora_queue_next(_ queue: OpaquePointer!, _ timeout_ms: Int64) -> OpaquePointer! {
    borrow(queue, as: Queue.self) { queue in
        // What is complete already needs no connection, thus no care for signals.
        var result = queue.takeReady()
        if result == nil {
            leavingHostAlone { queue.advance(timeout: timeout_ms) }
            result = queue.takeReady()
        }
        queue.settle()
        return result.map(give)
    }
}

@_cdecl("dora_queue_pending") @implementation
public func dora_queue_pending(_ queue: OpaquePointer!) -> Int {
    borrow(queue, as: Queue.self) { $0.pending } ?? 0
}

@_cdecl("dora_queue_fd") @implementation
public func dora_queue_fd(_ queue: OpaquePointer!) -> Int32 {
    borrow(queue, as: Queue.self) { $0.watch() } ?? -1
}

@_cdecl("dora_queue_free") @implementation
public func dora_queue_free(_ queue: OpaquePointer!) {
    leavingHostAlone { free(queue, as: Queue.self) }
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
