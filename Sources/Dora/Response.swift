// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore

private func borrow<R>(_ response: OpaquePointer?, _ body: (Response) -> R?) -> R? {
    borrow(response, as: Response.self, body)
}

@_cdecl("dora_response_status") @implementation
public func dora_response_status(_ response: OpaquePointer!) -> Int32 {
    borrow(response) { Int32(truncatingIfNeeded: $0.status) } ?? 0
}

@_cdecl("dora_response_http_version") @implementation
public func dora_response_http_version(_ response: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(response) { UnsafeRawPointer($0.httpVersion.utf8Start).assumingMemoryBound(to: CChar.self) }
}

@_cdecl("dora_response_header") @implementation
public func dora_response_header(
    _ response: OpaquePointer!, _ name: UnsafePointer<CChar>!
) -> UnsafePointer<CChar>! {
    guard let name else { return nil }
    return borrow(response) { $0.header(name) }
}

@_cdecl("dora_response_attempts") @implementation
public func dora_response_attempts(_ response: OpaquePointer!) -> UInt32 {
    borrow(response) { $0.attempts } ?? 0
}

@_cdecl("dora_response_time_us") @implementation
public func dora_response_time_us(_ response: OpaquePointer!, _ phase: UInt32) -> Int64 {
    let time = borrow(response) { response -> Int64? in
        switch Int(phase) {
        case DORA_PHASE_LOOKUP: response.phases.0
        case DORA_PHASE_CONNECT: response.phases.1
        case DORA_PHASE_TLS: response.phases.2
        case DORA_PHASE_FIRST_BYTE: response.phases.3
        case DORA_PHASE_TOTAL: response.phases.4
        default: nil
        }
    }
    return time ?? -1
}

@_cdecl("dora_response_rate_limit") @implementation
public func dora_response_rate_limit(_ response: OpaquePointer!) -> Int64 {
    borrow(response) { $0.rateLimit.limit } ?? -1
}

@_cdecl("dora_response_rate_limit_remaining") @implementation
public func dora_response_rate_limit_remaining(_ response: OpaquePointer!) -> Int64 {
    borrow(response) { $0.rateLimit.remaining } ?? -1
}

@_cdecl("dora_response_rate_limit_period_s") @implementation
public func dora_response_rate_limit_period_s(_ response: OpaquePointer!) -> Int64 {
    borrow(response) { $0.rateLimit.periodSeconds } ?? -1
}

@_cdecl("dora_response_rate_limit_reset_s") @implementation
public func dora_response_rate_limit_reset_s(_ response: OpaquePointer!) -> Int64 {
    borrow(response) { $0.rateLimit.resetSeconds } ?? -1
}
