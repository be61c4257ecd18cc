// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore
import DoraHTTP

@_cdecl("dora_search_failures") @implementation
public func dora_search_failures(
    _ client: OpaquePointer!, _ query: UnsafePointer<CChar>!, _ from_unix_ns: Int64, _ to_unix_ns: Int64,
    _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    enterNetwork {
        guard isGiven(client, "client: NULL; make one with dora_client_new", error) else { return nil }
        return attempt(client, as: Client.self, error) { client throws(DoraError) in
            give(try Search.make(client, query: query, from: from_unix_ns, to: to_unix_ns))
        }
    }
}

@_cdecl("dora_search_set_page_size") @implementation
public func dora_search_set_page_size(
    _ search: OpaquePointer!, _ events: UInt32, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> Bool {
    enter {
        guard isSearch(search, error) else { return false }
        let isSet = attempt(search, as: Search.self, error) { search throws(DoraError) in
            try search.setPageSize(events)
            return true
        }
        return isSet ?? false
    }
}

@_cdecl("dora_search_next") @implementation
public func dora_search_next(
    _ search: OpaquePointer!, _ timeout_ms: Int64, _ failure: UnsafeMutablePointer<OpaquePointer?>!,
    _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> dora_search_status {
    enterNetwork {
        failure?.pointee = nil
        let isUsable =
            isSearch(search, error)
            && isGiven(failure, "failure: NULL; give the address where the event is to be stored", error)
        guard isUsable, let step = borrow(search, as: Search.self, { $0.next(timeout: timeout_ms) }) else {
            return status(DORA_SEARCH_ERROR)
        }
        switch step {
        case .event(let event):
            failure?.pointee = give(event)
            return status(DORA_SEARCH_EVENT)
        case .waiting:
            return status(DORA_SEARCH_WAITING)
        case .end:
            return status(DORA_SEARCH_END)
        case .error(let thrown):
            report(thrown, error)
            return status(DORA_SEARCH_ERROR)
        }
    }
}

@_cdecl("dora_search_fd") @implementation
public func dora_search_fd(_ search: OpaquePointer!) -> Int32 {
    enterNetwork { borrow(search, as: Search.self) { $0.watch() } ?? -1 }
}

@_cdecl("dora_search_free") @implementation
public func dora_search_free(_ search: OpaquePointer!) {
    enterNetwork { free(search, as: Search.self) }
}

private func isSearch(_ search: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?) -> Bool {
    isGiven(search, "search: NULL; make one with dora_search_failures", error)
}

private func status(_ constant: some BinaryInteger) -> dora_search_status {
    dora_search_status(truncatingIfNeeded: constant)
}
