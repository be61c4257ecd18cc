// SPDX-License-Identifier: Apache-2.0

/// Settings that a client can work with: a configuration that was checked as a whole.
package struct Settings {
    package let configuration: Configuration
    package let credentials: Credentials
    /// Where requests go, without a '/' at the end: "https://api.datadoghq.com".
    package let origin: Text
    /// Where in it the path begins.
    package let prefixStart: Int
    /// An http:// address, which is loopback.
    package let isPlainHTTP: Bool

    /// The secrets that no message may show.
    package var secrets: [Secret] {
        switch credentials {
        case .keys(let api, let app): [api, app]
        case .token(let token): [token]
        }
    }
}

extension Configuration {
    /// Reports the first setting that can't be used.
    ///
    /// - Parameter isReadable: whether a file can be read; the one question that needs I/O.
    package func validated(isReadable: (Text) -> Bool) throws(DoraError) -> Settings {
        let target = try validatedTarget()
        let credentials = try validatedCredentials()
        try validateFiles(isReadable)
        try validateProxy(target)
        try validateHeaders()
        try validateNumbers()
        return Settings(
            configuration: self, credentials: credentials, origin: target.origin, prefixStart: target.prefixStart,
            isPlainHTTP: target.isPlainHTTP)
    }

    private func validatedTarget() throws(DoraError) -> BaseURL {
        if let baseURL { return try BaseURL(baseURL) }
        guard let site else { return BaseURL(site: Text(Site.all[0])) }
        guard Site.isKnown(site) else { throw Site.unknown(site) }
        return BaseURL(site: site)
    }

    private func validatedCredentials() throws(DoraError) -> Credentials {
        if let accessToken, !prefersKeys {
            try validate(accessToken, "access_token")
            return .token(accessToken)
        }
        guard let apiKey else {
            throw .invalidArgument("api_key: not set; call dora_config_set_api_key or set DD_API_KEY")
        }
        try validate(apiKey, "api_key")
        guard let appKey else {
            throw .invalidArgument("app_key: not set; call dora_config_set_app_key or set DD_APP_KEY")
        }
        try validate(appKey, "app_key")
        return .keys(api: apiKey, app: appKey)
    }

    /// The value itself is never shown.
    private func validate(_ secret: Secret, _ setting: StaticString) throws(DoraError) {
        if secret.count == 0 { throw invalid(setting, ": empty; give the key itself, or NULL to clear the setting") }
        if secret.withBytes({ $0.contains(where: isControl) }) {
            throw invalid(setting, ": holds a control character, such as a newline at the end; remove it")
        }
    }

    private func validateFiles(_ isReadable: (Text) -> Bool) throws(DoraError) {
        try validate(file: caFile, "ca_file", isReadable)
        try validate(file: certificateFile, "client_certificate", isReadable)
        try validate(file: keyFile, "client_certificate", isReadable)
        if keyFile != nil, certificateFile == nil {
            throw .invalidArgument("client_certificate: a key without a certificate; give the certificate's file too")
        }
    }

    private func validate(
        file: Text?, _ setting: StaticString, _ isReadable: (Text) -> Bool
    ) throws(DoraError) {
        guard let file else { return }
        if !isReadable(file) {
            throw invalid(setting, ": can't read ", file, "; give the path of a PEM file that this process may read")
        }
    }

    private func validateProxy(_ target: BaseURL) throws(DoraError) {
        guard let proxy, !proxy.isEmpty else { return }
        // The value may hold a password: it is not shown.
        guard isProxyURL(proxy) else {
            throw .invalidArgument(
                """
                proxy: not of the form [scheme://][user:password@]host[:port] with http, https, socks4, socks4a, \
                socks5 or socks5h; correct it, or give "" for no proxy
                """)
        }
        if target.isPlainHTTP {
            throw .invalidArgument(
                "proxy: can't be used with an http:// base_url, which is loopback; give \"\" for no proxy")
        }
    }

    private func validateHeaders() throws(DoraError) {
        if let userAgent, userAgent.isEmpty || !userAgent.bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            throw invalid("user_agent", ": ", userAgent, " is no product token; give printable ASCII such as agent/1.2")
        }
        for header in headers {
            if header.name.isEmpty || !header.name.bytes.allSatisfy(isTokenCharacter) {
                throw invalid("header", ": ", header.name, " is no header name; give letters, digits and '-'")
            }
            if isReserved(header.name) {
                throw invalid("header", ": ", header.name, " is sent by the library itself; leave it out")
            }
            for byte in header.value.bytes where isControl(byte) && byte != 0x09 {
                throw invalid("header", ": the value of ", header.name, " holds a control character; remove it")
            }
        }
    }

    private func validateNumbers() throws(DoraError) {
        if retry.backoffBase > retry.backoffMax {
            throw .invalidArgument("retry_backoff_ms: base is larger than max; give a max that is at least base")
        }
        if maxResponseBytes == 0 {
            throw .invalidArgument("max_response_bytes: 0 leaves room for no response; give at least 1")
        }
    }
}

/// An error that names the setting, shows the value at fault, and says what to do.
func invalid(
    _ setting: StaticString, _ problem: StaticString, _ value: Text? = nil, _ remedy: StaticString = ""
) -> DoraError {
    var message = Text(setting)
    message.append(problem)
    if let value { message.append(quoted: value) }
    message.append(remedy)
    return DoraError(.invalidArgument, message)
}

func isControl(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F
}

/// tchar of RFC 9110 section 5.6.2.
private func isTokenCharacter(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || contains("!#$%&'*+-.^_`|~", byte)
}

/// Headers that the library sends itself, and those that frame a request.
private func isReserved(_ name: Text) -> Bool {
    let reserved: [StaticString] = [
        "accept", "accept-encoding", "authorization", "dd-api-key", "dd-application-key", "user-agent",
        "connection", "content-length", "expect", "host", "http2-settings", "keep-alive", "proxy-authorization",
        "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]
    return reserved.contains { equals(name, $0) }
}

/// Whether a text from outside is a fixed ASCII word, in any case.
func equals(_ text: Text, _ word: StaticString) -> Bool {
    guard text.bytes.count == word.utf8CodeUnitCount else { return false }
    return text.bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return true }
        return equalIgnoringCase(base, word.utf8Start, bytes.count)
    }
}

func contains(_ set: StaticString, _ byte: UInt8) -> Bool {
    UnsafeBufferPointer(start: set.utf8Start, count: set.utf8CodeUnitCount).contains(byte)
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
