// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// What a call asks for: one incident event or a page of them.
extension Call {
    func ask(for failureID: UnsafeBufferPointer<UInt8>, tag: UInt64) {
        self.tag = tag
        route = .fetch
        page = nil
        id.removeAll()
        if let start = failureID.baseAddress { id.append(start, count: failureID.count) }
        FailureRequest.write(base: options.base.bytes, failureID: failureID, to: &url)
        tellLibcurl()
    }

    /// - Parameter page: where the page is read into.
    func ask(for request: PageRequest, query: Text, into page: FailurePage) {
        tag = 0
        route = .list
        self.page = page
        receiver.reuse(page.takeBody())
        id.removeAll()
        FailureRequest.writeList(base: options.base.bytes, to: &url)
        request.writeBody(query: query, to: &body)
        tellLibcurl()
    }

    private func tellLibcurl() {
        setAddress()
        switch (route, libcurlRoute) {
        case (.fetch, .list?):
            _ = shim_easy_set_long(easy, CURLOPT_HTTPGET, 1)
            _ = shim_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers.first)
        case (.list, .fetch?), (.list, nil):
            _ = shim_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers.firstOfPost)
        default: break
        }
        libcurlRoute = route
        guard case .list = route else { return }
        // Not copied: it stays as it is until libcurl is through with the call.
        _ = shim_easy_set_pointer(easy, CURLOPT_POSTFIELDS, body.start)
        _ = shim_easy_set_long(easy, CURLOPT_POSTFIELDSIZE, body.count)
    }

    private var headers: HeaderList { client.use { $0.options.headers } }

    /// To parse a whole URL is a tenth of a request's work: only the path is given anew. curl_url_set(3)
    /// rewrites percent-encodings in lower case, so paths that have some go the long way.
    private func setAddress() {
        guard let whole = url.cString else { return }
        if strchr(whole, Int32(UInt8(ascii: "%"))) == nil,
            curl_url_set(address, CURLUPART_PATH, whole + options.prefixStart, 0) == CURLUE_OK
        {
            _ = shim_easy_set_address(easy, address)
        } else {
            _ = shim_easy_set_address(easy, nil)
            _ = shim_easy_set_string(easy, CURLOPT_URL, whole)
        }
    }
}
