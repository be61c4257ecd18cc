// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The request headers of a client as libcurl takes them (CURLOPT_HTTPHEADER); all its calls
/// read the one list. It holds the keys, thus it is wiped at the end.
final class HeaderList {
    private(set) var first: UnsafeMutablePointer<curl_slist>?
    /// Those of a request with a body: one line, and behind it all others.
    private(set) var firstOfPost: UnsafeMutablePointer<curl_slist>?

    init(_ settings: Settings) {
        Text("Accept: application/json").withCString { append(line: $0) }
        switch settings.credentials {
        case .keys(let api, let app):
            append("DD-API-KEY: ", api)
            append("DD-APPLICATION-KEY: ", app)
        case .token(let token):
            append("Authorization: Bearer ", token)
        }
        for header in settings.configuration.headers {
            let name = header.name.bytes.withUnsafeBufferPointer { Secret($0) }
            // curl's way to send a header without a value, which white space is too (RFC 9110 section 5.5).
            if header.value.isBlank {
                append(secret: Secret(joining: [name, Secret(";")]))
            } else {
                append(secret: Secret(joining: [name, Secret(": "), header.value]))
            }
        }
        firstOfPost = first
        if !settings.configuration.headers.contains(where: { equals($0.name, "content-type") }) {
            firstOfPost = curl_slist_append(nil, "Content-Type: application/json")
            if firstOfPost == nil { abort() }
            firstOfPost?.pointee.next = first
        }
    }

    deinit {
        if firstOfPost != first {
            firstOfPost?.pointee.next = nil
            curl_slist_free_all(firstOfPost)
        }
        var node = first
        while let current = node {
            if let data = current.pointee.data { shim_wipe(data, strlen(data)) }
            node = current.pointee.next
        }
        curl_slist_free_all(first)
    }

    private func append(_ prefix: StaticString, _ secret: Secret) {
        append(secret: Secret(joining: [Secret(prefix), secret]))
    }

    private func append(secret: Secret) {
        secret.withCString { append(line: $0) }
    }

    private func append(line: UnsafePointer<CChar>) {
        guard let longer = curl_slist_append(first, line) else { abort() }
        first = longer
    }
}
