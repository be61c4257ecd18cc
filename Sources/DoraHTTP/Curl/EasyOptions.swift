// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// Sets options of an easy handle. One that protects the caller must take; one that only improves may be
/// missing in the libcurl that runs.
struct EasyOptions {
    let easy: UnsafeMutableRawPointer
    /// The first option that protects and did not take.
    private var refused: (name: StaticString, code: CURLcode)?
    /// Improvements that libcurl does without.
    private(set) var missing: [StaticString] = []

    init(_ easy: UnsafeMutableRawPointer) {
        self.easy = easy
    }

    mutating func require(_ name: StaticString, _ code: CURLcode) {
        if code != CURLE_OK, refused == nil { refused = (name, code) }
    }

    mutating func require(_ name: StaticString, _ option: CURLoption, _ value: Int) {
        require(name, shim_easy_set_long(easy, option, value))
    }

    mutating func require(_ name: StaticString, _ option: CURLoption, _ value: UnsafePointer<CChar>?) {
        require(name, shim_easy_set_string(easy, option, value))
    }

    mutating func require(_ name: StaticString, _ option: CURLoption, _ value: Text) {
        value.withCString { require(name, option, $0) }
    }

    mutating func improve(_ name: StaticString, _ code: CURLcode) {
        if code != CURLE_OK { missing.append(name) }
    }

    mutating func improve(_ name: StaticString, _ option: CURLoption, _ value: Int) {
        improve(name, shim_easy_set_long(easy, option, value))
    }

    /// What to tell the caller if an option that protects did not take.
    func check() throws(DoraError) {
        guard let refused else { return }
        var message = Text("libcurl does not take ")
        message.append(refused.name)
        message.append(" (")
        message.append(cString: curl_easy_strerror(refused.code))
        message.append("); nothing is sent without it: use a libcurl that has it")
        throw DoraError(
            .internalError, message, isRetryable: false, retryAfter: -1,
            curlCode: Int32(bitPattern: refused.code.rawValue), response: nil, items: nil, body: ByteBuffer())
    }
}

/// What all calls of a client have in common.
struct ClientOptions {
    let settings: Settings
    let headers: HeaderList
    let userAgent: StableText

    func apply(to options: inout EasyOptions) {
        applyProtocol(to: &options)
        applyTrust(to: &options)
        applyProxy(to: &options)
        let configuration = settings.configuration
        options.require("CURLOPT_NOSIGNAL", CURLOPT_NOSIGNAL, 1)
        options.require("CURLOPT_HTTPHEADER", shim_easy_set_pointer(options.easy, CURLOPT_HTTPHEADER, headers.first))
        options.require("CURLOPT_USERAGENT", CURLOPT_USERAGENT, userAgent.cString)
        options.require(
            "CURLOPT_SOCKETFUNCTION", shim_easy_set_socket_functions(options.easy, openSocket, closeSocket))
        // The engine keeps the limits. libcurl is told a little more, since it shares the time for a
        // connection out among a host's addresses. 0 would be 300 seconds to it.
        let connect = Int(configuration.connectTimeout)
        options.require(
            "CURLOPT_CONNECTTIMEOUT_MS", CURLOPT_CONNECTTIMEOUT_MS,
            connect == 0 ? Int(Int32.max) : min(connect &+ ClientOptions.slack, Int(Int32.max)))
        // Each attempt sets its own.
        options.require("CURLOPT_TIMEOUT_MS", CURLOPT_TIMEOUT_MS, 0)
        options.improve("CURLOPT_TCP_KEEPALIVE", CURLOPT_TCP_KEEPALIVE, 1)
        // libcurl before 8.1 stalls over HTTP/2 when the headers of a response do not fit into its buffer; it takes a
        // buffer for each transfer. glibc maps a first block above 128 KiB and then keeps twice its size when blocks
        // are freed (mallopt(3), M_MMAP_THRESHOLD). One below it can make the heap shrink and grow at each event.
        options.improve("CURLOPT_BUFFERSIZE", CURLOPT_BUFFERSIZE, 200_000)
        // A lookup that can't be interrupted is left to end by itself.
        options.improve("CURLOPT_QUICK_EXIT", CURLoption(UInt32(SHIM_CURLOPT_QUICK_EXIT)), 1)
        // "" asks for every encoding that libcurl was built with.
        if configuration.compression {
            options.improve(
                "CURLOPT_ACCEPT_ENCODING", shim_easy_set_string(options.easy, CURLOPT_ACCEPT_ENCODING, ""))
        }
    }

    /// Milliseconds by which the engine's limits come before libcurl's.
    static let slack = 500

    private func applyProtocol(to options: inout EasyOptions) {
        let protocols = settings.isPlainHTTP ? CURLPROTO_HTTP : CURLPROTO_HTTPS
        options.require("CURLOPT_PROTOCOLS", CURLOPT_PROTOCOLS, Int(protocols))
        options.require("CURLOPT_FOLLOWLOCATION", CURLOPT_FOLLOWLOCATION, 0)
        options.require("CURLOPT_PATH_AS_IS", CURLOPT_PATH_AS_IS, 1)
        options.improve("CURLOPT_HTTP_VERSION", CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    }

    private func applyTrust(to options: inout EasyOptions) {
        let configuration = settings.configuration
        options.require("CURLOPT_SSLVERSION", CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        options.require("CURLOPT_SSL_VERIFYPEER", CURLOPT_SSL_VERIFYPEER, 1)
        options.require("CURLOPT_SSL_VERIFYHOST", CURLOPT_SSL_VERIFYHOST, 2)
        if let file = configuration.caFile {
            options.require("CURLOPT_CAINFO (ca_file)", CURLOPT_CAINFO, file)
            // The system's directory of authorities would be trusted beside the file.
            options.require("CURLOPT_CAPATH (ca_file)", CURLOPT_CAPATH, nil)
        }
        if let file = configuration.certificateFile {
            options.require("CURLOPT_SSLCERT (client_certificate)", CURLOPT_SSLCERT, file)
            options.require(
                "CURLOPT_SSLKEY (client_certificate)", CURLOPT_SSLKEY, configuration.keyFile ?? file)
        }
    }

    private func applyProxy(to options: inout EasyOptions) {
        // Keys go to the server, never to a proxy.
        options.require("CURLOPT_HEADEROPT", CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        options.require("CURLOPT_SUPPRESS_CONNECT_HEADERS", CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        if settings.isPlainHTTP {
            options.require("CURLOPT_PROXY (proxy)", CURLOPT_PROXY, "")
            return
        }
        if let proxy = settings.proxy {
            options.require("CURLOPT_PROXY (proxy)", CURLOPT_PROXY, proxy.address)
            // An explicit proxy goes before the variable no_proxy.
            if !proxy.address.isEmpty { options.require("CURLOPT_NOPROXY (proxy)", CURLOPT_NOPROXY, "") }
            proxy.user?.withCString { options.require("CURLOPT_PROXYUSERNAME (proxy)", CURLOPT_PROXYUSERNAME, $0) }
            proxy.password?.withCString {
                options.require("CURLOPT_PROXYPASSWORD (proxy)", CURLOPT_PROXYPASSWORD, $0)
            }
        }
        applyProxyTrust(to: &options)
    }

    /// To an https:// proxy as to the server. A libcurl that has no such proxies does not know the options.
    private func applyProxyTrust(to options: inout EasyOptions) {
        let isNeeded = settings.proxy?.isHTTPS ?? false
        let file = settings.configuration.caFile
        let codes = [
            shim_easy_set_long(options.easy, CURLOPT_PROXY_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            shim_easy_set_long(options.easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1),
            shim_easy_set_long(options.easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2),
            file?.withCString { shim_easy_set_string(options.easy, CURLOPT_PROXY_CAINFO, $0) } ?? CURLE_OK,
            file == nil ? CURLE_OK : shim_easy_set_string(options.easy, CURLOPT_PROXY_CAPATH, nil),
        ]
        for code in codes {
            if isNeeded {
                options.require("CURLOPT_PROXY_SSL_VERIFYPEER (proxy)", code)
            } else {
                options.improve("CURLOPT_PROXY_SSL_VERIFYPEER", code)
            }
        }
    }
}
