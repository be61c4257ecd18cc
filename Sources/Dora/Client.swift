// SPDX-License-Identifier: Apache-2.0

import CCurl
import CDora
import DoraCore
import DoraHTTP

@_cdecl("dora_client_new") @implementation
public func dora_client_new(
    _ config: OpaquePointer!, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    enterNetwork {
        let box = borrow(config, as: ConfigurationBox.self) { $0 } ?? ConfigurationBox()
        return attempt(lend(box), as: ConfigurationBox.self, error) { box throws(DoraError) in
            let settings = try box.configuration.validated(surroundings)
            return give(try Client.make(settings, logger: box.logger, version: shim_header_version()))
        }
    }
}

@_cdecl("dora_get_failure") @implementation
public func dora_get_failure(
    _ client: OpaquePointer!, _ failure_id: UnsafePointer<CChar>!, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    enterNetwork {
        guard isGiven(client, "client: NULL; make one with dora_client_new", error),
            isGiven(failure_id, "failure_id: NULL; give the id of an incident event", error)
        else { return nil }
        return attempt(client, as: Client.self, error) { client throws(DoraError) in
            give(try client.fetch(failure_id))
        }
    }
}

@_cdecl("dora_client_cancel") @implementation
public func dora_client_cancel(_ client: OpaquePointer!) {
    enter { borrow(client, as: Client.self) { $0.cancel() } }
}

@_cdecl("dora_client_free") @implementation
public func dora_client_free(_ client: OpaquePointer!) {
    enterNetwork { free(client, as: Client.self) }
}
