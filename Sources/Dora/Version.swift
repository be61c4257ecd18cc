// SPDX-License-Identifier: Apache-2.0

import CDora

@_cdecl("dora_version") @implementation
public func dora_version() -> UnsafePointer<CChar>! {
    shim_header_version()
}
