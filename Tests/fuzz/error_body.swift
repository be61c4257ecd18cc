// SPDX-License-Identifier: Apache-2.0

import CCurl

@testable import DoraCore

/// An error body of any form. What is listed must lie inside the body.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let body = ByteBuffer(copying: start, count: count)
    guard let items = ErrorItems.decode(body) else { return 0 }
    for index in 0..<items.count {
        var size = 0
        let texts = [
            items.title(index), items.detail(index), items.status(index), items.sourcePointer(index),
            items.sourceParameter(index), items.sourceHeader(index),
        ]
        for text in texts {
            guard let text else { continue }
            size += strlen(text)
            precondition(String(validatingCString: text) != nil, "a text is no UTF-8")
        }
        precondition(size <= count, "an item is longer than the body")
        if let meta = items.meta(index) {
            precondition(meta.offset >= 0 && meta.length > 0 && meta.offset + meta.length <= count, "meta is outside")
        }
    }
    precondition(items.title(items.count) == nil && items.meta(-1) == nil)
    return 0
}
