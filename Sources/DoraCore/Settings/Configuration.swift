// SPDX-License-Identifier: Apache-2.0

/// What the environment may set; read by the caller, so that validation stays pure.
package struct Environment {
    package var site: Text?
    package var apiKey: Secret?
    package var appKey: Secret?
    package var accessToken: Secret?

    package init() {}
}

/// The settings as they were given, unchecked. `validated()` checks them all.
package struct Configuration {
    package static let defaultMaxResponseBytes: UInt64 = 8 << 20

    /// A header that the program adds to every request.
    package struct Header {
        package let name: Text
        /// It may be a credential.
        package let value: Secret
    }

    package var site: Text?
    package var apiKey: Secret? { didSet { apiKeyIsExplicit = apiKey != nil } }
    package var appKey: Secret? { didSet { appKeyIsExplicit = appKey != nil } }
    package var accessToken: Secret? { didSet { tokenIsExplicit = accessToken != nil } }
    package var baseURL: Text?
    package var caFile: Text?
    package var certificateFile: Text?
    package var keyFile: Text?
    package var proxy: Secret?
    package var userAgent: Text?
    package var headers: [Header] = []
    /// Milliseconds; 0 is no limit.
    package var connectTimeout: UInt32 = 10_000
    package var attemptTimeout: UInt32 = 30_000
    package var timeout: UInt32 = 60_000
    package var retry = RetryPolicy()
    package var maxResponseBytes = Configuration.defaultMaxResponseBytes
    package var compression = true
    package var strict = false

    private var apiKeyIsExplicit = false
    private var appKeyIsExplicit = false
    private var tokenIsExplicit = false

    /// What was set explicitly beats the environment; of two equals the token is the better one.
    var prefersKeys: Bool { (apiKeyIsExplicit || appKeyIsExplicit) && !tokenIsExplicit }

    package init(_ environment: Environment) {
        site = environment.site
        apiKey = environment.apiKey
        appKey = environment.appKey
        accessToken = environment.accessToken
    }

    package mutating func addHeader(name: Text, value: Secret) {
        headers.append(Header(name: name, value: value))
    }
}

/// How a request proves who it is from.
package enum Credentials {
    case keys(api: Secret, app: Secret)
    case token(Secret)

    var secrets: [Secret] {
        switch self {
        case .keys(let api, let app): [api, app]
        case .token(let token): [token]
        }
    }
}
