// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore

private func borrow<R>(_ error: OpaquePointer?, _ body: (DoraError) -> R?) -> R? {
    borrow(error, as: DoraError.self, body)
}

/// One item's field, if the error has items and the index is one of them.
private func item<R>(_ error: OpaquePointer?, _ index: Int, _ body: (ErrorItems) -> R?) -> R? {
    borrow(error) { error in
        guard let items = error.items, index >= 0, index < items.count else { return nil }
        return body(items)
    }
}

@_cdecl("dora_error_get_code") @implementation
public func dora_error_get_code(_ error: OpaquePointer!) -> dora_error_code {
    borrow(error) { $0.code.rawValue } ?? 0
}

@_cdecl("dora_error_code_name") @implementation
public func dora_error_code_name(_ code: dora_error_code) -> UnsafePointer<CChar>! {
    let name: StaticString = code == 0 ? "ok" : ErrorCode(rawValue: code)?.name ?? "unknown"
    return UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}

@_cdecl("dora_error_message") @implementation
public func dora_error_message(_ error: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(error) { $0.message.cString }
}

@_cdecl("dora_error_is_retryable") @implementation
public func dora_error_is_retryable(_ error: OpaquePointer!) -> Bool {
    borrow(error) { $0.isRetryable } ?? false
}

@_cdecl("dora_error_retry_after_ms") @implementation
public func dora_error_retry_after_ms(_ error: OpaquePointer!) -> Int64 {
    borrow(error) { $0.retryAfter } ?? -1
}

@_cdecl("dora_error_item_count") @implementation
public func dora_error_item_count(_ error: OpaquePointer!) -> Int {
    borrow(error) { $0.items?.count } ?? 0
}

@_cdecl("dora_error_item_title") @implementation
public func dora_error_item_title(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.title(index) }
}

@_cdecl("dora_error_item_detail") @implementation
public func dora_error_item_detail(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.detail(index) }
}

@_cdecl("dora_error_item_status") @implementation
public func dora_error_item_status(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.status(index) }
}

@_cdecl("dora_error_item_source_pointer") @implementation
public func dora_error_item_source_pointer(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.sourcePointer(index) }
}

@_cdecl("dora_error_item_source_parameter") @implementation
public func dora_error_item_source_parameter(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.sourceParameter(index) }
}

@_cdecl("dora_error_item_source_header") @implementation
public func dora_error_item_source_header(_ error: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    item(error, index) { $0.sourceHeader(index) }
}

@_cdecl("dora_error_copy_item_meta") @implementation
public func dora_error_copy_item_meta(
    _ error: OpaquePointer!, _ index: Int, _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int
) -> Int {
    let copied = borrow(error) { error -> Int? in
        guard let items = error.items, index >= 0, index < items.count, let meta = items.meta(index),
            let body = error.receivedBody?.baseAddress
        else { return nil }
        return CopyTarget(buffer, capacity: capacity).copy(body + meta.offset, count: meta.length)
    }
    return copied ?? copyNothing(buffer, capacity)
}

@_cdecl("dora_error_body") @implementation
public func dora_error_body(_ error: OpaquePointer!, _ length: UnsafeMutablePointer<Int>!) -> UnsafePointer<CChar>! {
    let body = borrow(error) { $0.receivedBody }
    length?.pointee = body?.count ?? 0
    return body?.baseAddress.map { UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self) }
}

@_cdecl("dora_error_response") @implementation
public func dora_error_response(_ error: OpaquePointer!) -> OpaquePointer! {
    borrow(error) { $0.response.map(lend) }
}

@_cdecl("dora_error_curl_code") @implementation
public func dora_error_curl_code(_ error: OpaquePointer!) -> Int32 {
    borrow(error) { $0.curlCode } ?? 0
}

@_cdecl("dora_error_free") @implementation
public func dora_error_free(_ error: OpaquePointer!) {
    free(error, as: DoraError.self)
}
