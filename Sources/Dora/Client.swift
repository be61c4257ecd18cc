// SPDX-License-Identifier: Apache-2.0

import CCurl
import CDora
import DoraCore
import DoraHTTP

@_cdecl("dora_client_new") @implementation
public func dora_client_new(
    _ config: OpaquePointer!, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    let box = borrow(config, as: ConfigurationBox.self) { $0 } ?? ConfigurationBox()
    return leavingHostAlone {
        do throws(DoraError) {
            let settings = try box.configuration.validated { file in
                file.withCString { access($0, R_OK) == 0 }
            }
            return give(try Client(settings, logger: box.logger, version: shim_header_version()))
        } catch let failure {
            report(failure, error)
            return nil
        }
    }
}

@_cdecl("dora_get_failure") @implementation
public func dora_get_failure(
    _ client: OpaquePointer!, _ failure_id: UnsafePointer<CChar>!, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    guard client != nil else {
        report(.invalidArgument("client: NULL; make one with dora_client_new"), error)
        return nil
    }
    guard let failure_id else {
        report(.invalidArgument("failure_id: NULL; give the id of an incident event"), error)
        return nil
    }
    return leavingHostAlone {
        borrow(client, as: Client.self) { client in
            do throws(DoraError) {
                return give(try client.fetch(failure_id))
            } catch let failure {
                report(failure, error)
                return nil
            }
        }
    }
}

@_cdecl("dora_client_cancel") @implementation
public func dora_client_cancel(_ client: OpaquePointer!) {
    let savedErrno = shim_errno()
    borrow(client, as: Client.self) { $0.cancel() }
    shim_set_errno(savedErrno)
}

@_cdecl("dora_client_free") @implementation
public func dora_client_free(_ client: OpaquePointer!) {
    leavingHostAlone { free(client, as: Client.self) }
}
