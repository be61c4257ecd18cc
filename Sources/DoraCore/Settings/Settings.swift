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
    /// nil leaves the choice to libcurl's environment variables.
    package let proxy: ProxyURL?
    /// A proxy is set, here or in the environment.
    package let mayUseProxy: Bool
    /// Knows the secrets that no message may show.
    package let redactor: Redactor
}

/// What validation asks of the world.
package struct Surroundings {
    /// The errno that opening a file for reading fails with; 0 if it can be read.
    package let openError: (Text) -> Int32
    /// The value of an environment variable.
    package let variable: (StaticString) -> Secret?

    package init(openError: @escaping (Text) -> Int32, variable: @escaping (StaticString) -> Secret?) {
        self.openError = openError
        self.variable = variable
    }
}

extension Configuration {
    /// Reports the first setting that can't be used. A key that stands in another setting's place is not shown.
    package func validated(_ surroundings: Surroundings) throws(DoraError) -> Settings {
        do throws(DoraError) {
            return try settings(surroundings)
        } catch {
            let secrets = [apiKey, appKey, accessToken].compactMap { $0 }
            throw error.redacted(by: Redactor(secrets))
        }
    }

    private func settings(_ surroundings: Surroundings) throws(DoraError) -> Settings {
        let target = try validatedTarget()
        let credentials = try validatedCredentials()
        try validateFiles(surroundings.openError)
        let (proxy, inherited) = try validatedProxies(target, surroundings.variable)
        try validateHeaders()
        try validateNumbers()
        return Settings(
            configuration: self, credentials: credentials, origin: target.origin, prefixStart: target.prefixStart,
            isPlainHTTP: target.isPlainHTTP, proxy: proxy,
            mayUseProxy: !((proxy ?? inherited)?.address.isEmpty ?? true),
            redactor: Redactor(credentials.secrets + ((proxy ?? inherited)?.secrets ?? [])))
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
            throw .invalidArgument("api_key: not set; set it, or the environment variable DD_API_KEY")
        }
        try validate(apiKey, "api_key")
        guard let appKey else {
            throw .invalidArgument("app_key: not set; set it, or the environment variable DD_APP_KEY")
        }
        try validate(appKey, "app_key")
        return .keys(api: apiKey, app: appKey)
    }

    /// The value itself is never shown.
    private func validate(_ secret: Secret, _ setting: StaticString) throws(DoraError) {
        if secret.count == 0 { throw invalid(setting, ": empty; give the key itself, or clear the setting") }
        if secret.count > Limit.key { throw Limit.exceeded(setting, Limit.key) }
        if secret.withBytes({ $0.contains(where: isControl) }) {
            throw invalid(setting, ": holds a control character, such as a newline at the end; remove it")
        }
    }

    private func validateFiles(_ openError: (Text) -> Int32) throws(DoraError) {
        try validate(file: caFile, "ca_file", openError)
        try validate(file: certificateFile, "client_certificate", openError)
        try validate(file: keyFile, "client_certificate", openError)
        if keyFile != nil, certificateFile == nil {
            throw .invalidArgument("client_certificate: a key without a certificate; give the certificate's file too")
        }
    }

    private func validate(
        file: Text?, _ setting: StaticString, _ openError: (Text) -> Int32
    ) throws(DoraError) {
        guard let file else { return }
        if file.bytes.count >= Limit.path { throw Limit.exceeded(setting, Limit.path) }
        let errorNumber = openError(file)
        if errorNumber == 0 { return }
        if isShortage(errorNumber) { throw DoraError(refused: "open", errorNumber) }
        throw invalid(setting, ": can't read ", file, "; give the path of a PEM file that this process may read")
    }

    /// The proxy that was set, and the one that libcurl takes from the environment if none was.
    private func validatedProxies(
        _ target: BaseURL, _ variable: (StaticString) -> Secret?
    ) throws(DoraError) -> (set: ProxyURL?, inherited: ProxyURL?) {
        if let proxy {
            if proxy.count == 0 { return (ProxyURL(), nil) }
            let set = try ProxyURL(proxy, name: "proxy")
            if target.isPlainHTTP {
                throw .invalidArgument(
                    "proxy: can't be used with an http:// base_url, which is loopback; give \"\" for no proxy")
            }
            return (set, nil)
        }
        if target.isPlainHTTP { return (nil, nil) }
        // In libcurl's order. What it could misread, and then show, is refused here.
        for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] as [StaticString] {
            if let value = variable(name) { return (nil, try ProxyURL(value, name: name)) }
        }
        return (nil, nil)
    }

    private func validateHeaders() throws(DoraError) {
        if let userAgent, userAgent.bytes.count > Limit.header { throw Limit.exceeded("user_agent", Limit.header) }
        if let userAgent, userAgent.isEmpty || !userAgent.bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            throw invalid("user_agent", ": ", userAgent, " is no product token; give printable ASCII such as agent/1.2")
        }
        var total = 0
        for header in headers {
            let length = header.name.bytes.count &+ header.value.count
            if length > Limit.header { throw Limit.exceeded("header", Limit.header) }
            total &+= length
            if total > Limit.headers { throw Limit.exceeded("header: all headers together", Limit.headers) }
            if header.name.isEmpty || !header.name.bytes.allSatisfy(isTokenCharacter) {
                throw invalid("header", ": ", header.name, " is no header name; give letters, digits and '-'")
            }
            if isReserved(header.name) {
                throw invalid("header", ": ", header.name, " is sent by the library itself; leave it out")
            }
            if header.value.withBytes({ $0.contains { isControl($0) && $0 != 0x09 } }) {
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
