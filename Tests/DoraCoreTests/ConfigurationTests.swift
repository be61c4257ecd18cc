// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct ConfigurationTests {
    /// Who a request says it is: "api/app" or "Bearer token"; the message where it can't say.
    static func identity(_ configuration: Configuration) -> String {
        do throws(DoraError) {
            let settings = try configuration.validated(SettingsTests.surroundings())
            switch settings.credentials {
            case .keys(let api, let app): return "\(shown(api))/\(shown(app))"
            case .token(let token): return "Bearer \(shown(token))"
            }
        } catch {
            return string(error.message)
        }
    }

    static func shown(_ secret: Secret) -> String {
        secret.withCString { String(cString: $0) }
    }

    /// An environment from its variables.
    static func environment(api: String? = nil, app: String? = nil, token: String? = nil, site: String? = nil)
        -> Environment
    {
        var environment = Environment()
        environment.apiKey = api.map { Secret(copying: $0) }
        environment.appKey = app.map { Secret(copying: $0) }
        environment.accessToken = token.map { Secret(copying: $0) }
        environment.site = site.map { text($0) }
        return environment
    }

    static let full = environment(api: "env-api", app: "env-app", token: "env-token")

    @Test func theDefaults() throws {
        var configuration = Configuration(ConfigurationTests.environment(api: "api", app: "app"))
        let settings = try configuration.validated(SettingsTests.surroundings())
        #expect(string(settings.origin) == "https://api.datadoghq.com")
        #expect(!settings.isPlainHTTP)
        #expect(configuration.connectTimeout == 10_000)
        #expect(configuration.attemptTimeout == 30_000)
        #expect(configuration.timeout == 60_000)
        #expect(configuration.retry.maxRetries == 3)
        #expect(configuration.retry.backoffBase == 500)
        #expect(configuration.retry.backoffMax == 30_000)
        #expect(configuration.maxResponseBytes == 8_388_608)
        #expect(configuration.compression)
        #expect(!configuration.strict)
        #expect(configuration.headers.isEmpty)
        configuration.site = text("datadoghq.eu")
        #expect(string(settings.origin) == "https://api.datadoghq.com", "settings are a copy")
    }

    @Test func theEnvironmentIsUsed() throws {
        #expect(ConfigurationTests.identity(Configuration(ConfigurationTests.environment(api: "a", app: "b"))) == "a/b")
        #expect(ConfigurationTests.identity(Configuration(ConfigurationTests.environment(token: "t"))) == "Bearer t")
        let configuration = Configuration(ConfigurationTests.environment(token: "t", site: "us5.datadoghq.com"))
        #expect(
            string(try configuration.validated(SettingsTests.surroundings()).origin) == "https://api.us5.datadoghq.com")
    }

    @Test func ofEqualsTheTokenIsSent() {
        #expect(ConfigurationTests.identity(Configuration(ConfigurationTests.full)) == "Bearer env-token")
        var configuration = Configuration(Environment())
        configuration.accessToken = Secret(copying: "token")
        configuration.apiKey = Secret(copying: "api")
        configuration.appKey = Secret(copying: "app")
        #expect(ConfigurationTests.identity(configuration) == "Bearer token")
    }

    @Test func explicitKeysBeatTheEnvironment() {
        var configuration = Configuration(ConfigurationTests.full)
        configuration.apiKey = Secret(copying: "api")
        #expect(ConfigurationTests.identity(configuration) == "api/env-app")
        configuration.appKey = Secret(copying: "app")
        #expect(ConfigurationTests.identity(configuration) == "api/app")
    }

    @Test func anExplicitTokenBeatsTheEnvironment() {
        var configuration = Configuration(ConfigurationTests.full)
        configuration.accessToken = Secret(copying: "token")
        #expect(ConfigurationTests.identity(configuration) == "Bearer token")
    }

    @Test func aTokenThatIsClearedLeavesTheKeys() {
        var configuration = Configuration(ConfigurationTests.full)
        configuration.accessToken = nil
        #expect(ConfigurationTests.identity(configuration) == "env-api/env-app")
    }

    @Test func keysThatAreClearedLeaveTheToken() {
        var configuration = Configuration(ConfigurationTests.full)
        configuration.apiKey = nil
        #expect(ConfigurationTests.identity(configuration) == "Bearer env-token", "one of the two")
        configuration.appKey = nil
        #expect(ConfigurationTests.identity(configuration) == "Bearer env-token", "both")
    }

    @Test func aSiteThatIsClearedIsTheDefault() throws {
        var configuration = Configuration(ConfigurationTests.environment(token: "t", site: "nowhere.example"))
        #expect(ConfigurationTests.identity(configuration).hasPrefix("site: "))
        configuration.site = nil
        #expect(string(try configuration.validated(SettingsTests.surroundings()).origin) == "https://api.datadoghq.com")
    }

    @Test func aBaseURLBeatsTheSite() throws {
        var configuration = Configuration(ConfigurationTests.environment(token: "t", site: "nowhere.example"))
        configuration.baseURL = text("http://127.0.0.1:8080/x")
        let settings = try configuration.validated(SettingsTests.surroundings())
        #expect(string(settings.origin) == "http://127.0.0.1:8080/x")
        #expect(settings.isPlainHTTP)
    }

    @Test(
        arguments: [
            (nil, nil, "api_key: not set; set it, or the environment variable DD_API_KEY"),
            (nil, "app", "api_key: not set; set it, or the environment variable DD_API_KEY"),
            ("api", nil, "app_key: not set; set it, or the environment variable DD_APP_KEY"),
        ] as [(String?, String?, String)])
    func whatIsMissingIsNamed(api: String?, app: String?, message: String) {
        let environment = ConfigurationTests.environment(api: api, app: app)
        #expect(ConfigurationTests.identity(Configuration(environment)) == message)
    }

    @Test func theSecretsThatNoMessageMayShow() throws {
        func shown(_ configuration: Configuration) throws -> String {
            let settings = try configuration.validated(
                SettingsTests.surroundings(["https_proxy": "http://name:pass-word@proxy"]))
            return string(settings.redactor.redact(text("a-key, b-key, token, pass-word, name:pass-word")))
        }
        var configuration = Configuration(ConfigurationTests.environment(api: "a-key", app: "b-key"))
        #expect(try shown(configuration) == "[redacted], [redacted], token, [redacted], name:[redacted]")
        configuration.accessToken = Secret(copying: "token")
        #expect(try shown(configuration) == "a-key, b-key, [redacted], [redacted], name:[redacted]")
        configuration.proxy = Secret("http://name:token@proxy")
        #expect(try shown(configuration) == "a-key, b-key, [redacted], pass-word, name:pass-word")
    }
}
