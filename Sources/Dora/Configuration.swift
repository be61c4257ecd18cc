// SPDX-License-Identifier: Apache-2.0

import CCurl
import CDora
import DoraCore
import DoraHTTP

/// What a `dora_config` is.
final class ConfigurationBox {
    var configuration = Configuration(readEnvironment())
    var logger = Logger(nil, userData: nil)
}

/// The variables that Datadog's own clients read.
private func readEnvironment() -> Environment {
    var environment = Environment()
    environment.site = variable("DD_SITE").map { Text(copying: $0) }
    environment.apiKey = secret(variable("DD_API_KEY"))
    environment.appKey = secret(variable("DD_APP_KEY"))
    environment.accessToken = secret(variable("DD_BEARER_TOKEN"))
    return environment
}

/// An empty variable counts as not set.
private func variable(_ name: StaticString) -> UnsafePointer<CChar>? {
    let value = getenv(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
    guard let value, value[0] != 0 else { return nil }
    return UnsafePointer(value)
}

/// What the validation of a configuration asks of this process.
let surroundings = Surroundings(
    openError: { file in file.withCString { shim_open_error($0) } },
    variable: { secret(variable($0)) })

private func change(_ config: OpaquePointer?, _ body: (ConfigurationBox) -> Void) {
    enter { borrow(config, as: ConfigurationBox.self) { body($0) } }
}

@_cdecl("dora_config_new") @implementation
public func dora_config_new() -> OpaquePointer! {
    enter { give(ConfigurationBox()) }
}

@_cdecl("dora_config_set_site") @implementation
public func dora_config_set_site(_ config: OpaquePointer!, _ site: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.site = text(site) }
}

@_cdecl("dora_config_set_api_key") @implementation
public func dora_config_set_api_key(_ config: OpaquePointer!, _ api_key: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.apiKey = secret(api_key) }
}

@_cdecl("dora_config_set_app_key") @implementation
public func dora_config_set_app_key(_ config: OpaquePointer!, _ app_key: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.appKey = secret(app_key) }
}

@_cdecl("dora_config_set_access_token") @implementation
public func dora_config_set_access_token(_ config: OpaquePointer!, _ access_token: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.accessToken = secret(access_token) }
}

@_cdecl("dora_config_set_base_url") @implementation
public func dora_config_set_base_url(_ config: OpaquePointer!, _ base_url: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.baseURL = text(base_url) }
}

@_cdecl("dora_config_set_ca_file") @implementation
public func dora_config_set_ca_file(_ config: OpaquePointer!, _ path: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.caFile = text(path) }
}

@_cdecl("dora_config_set_client_certificate") @implementation
public func dora_config_set_client_certificate(
    _ config: OpaquePointer!, _ certificate_path: UnsafePointer<CChar>!, _ key_path: UnsafePointer<CChar>!
) {
    change(config) {
        $0.configuration.certificateFile = text(certificate_path)
        $0.configuration.keyFile = text(key_path)
    }
}

@_cdecl("dora_config_set_proxy") @implementation
public func dora_config_set_proxy(_ config: OpaquePointer!, _ proxy: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.proxy = secret(proxy) }
}

@_cdecl("dora_config_set_user_agent") @implementation
public func dora_config_set_user_agent(_ config: OpaquePointer!, _ product: UnsafePointer<CChar>!) {
    change(config) { $0.configuration.userAgent = text(product) }
}

@_cdecl("dora_config_add_header") @implementation
public func dora_config_add_header(
    _ config: OpaquePointer!, _ name: UnsafePointer<CChar>!, _ value: UnsafePointer<CChar>!
) {
    // A NULL name is refused as an empty one by dora_client_new, which names it.
    change(config) {
        $0.configuration.addHeader(name: text(name) ?? Text(), value: secret(value) ?? Secret(""))
    }
}

@_cdecl("dora_config_set_connect_timeout_ms") @implementation
public func dora_config_set_connect_timeout_ms(_ config: OpaquePointer!, _ milliseconds: UInt32) {
    change(config) { $0.configuration.connectTimeout = milliseconds }
}

@_cdecl("dora_config_set_attempt_timeout_ms") @implementation
public func dora_config_set_attempt_timeout_ms(_ config: OpaquePointer!, _ milliseconds: UInt32) {
    change(config) { $0.configuration.attemptTimeout = milliseconds }
}

@_cdecl("dora_config_set_timeout_ms") @implementation
public func dora_config_set_timeout_ms(_ config: OpaquePointer!, _ milliseconds: UInt32) {
    change(config) { $0.configuration.timeout = milliseconds }
}

@_cdecl("dora_config_set_max_retries") @implementation
public func dora_config_set_max_retries(_ config: OpaquePointer!, _ retries: UInt32) {
    change(config) { $0.configuration.retry.maxRetries = retries }
}

@_cdecl("dora_config_set_retry_backoff_ms") @implementation
public func dora_config_set_retry_backoff_ms(_ config: OpaquePointer!, _ base_ms: UInt32, _ max_ms: UInt32) {
    change(config) {
        $0.configuration.retry.backoffBase = base_ms
        $0.configuration.retry.backoffMax = max_ms
    }
}

@_cdecl("dora_config_set_max_response_bytes") @implementation
public func dora_config_set_max_response_bytes(_ config: OpaquePointer!, _ bytes: UInt64) {
    change(config) { $0.configuration.maxResponseBytes = bytes }
}

@_cdecl("dora_config_set_compression") @implementation
public func dora_config_set_compression(_ config: OpaquePointer!, _ enabled: Bool) {
    change(config) { $0.configuration.compression = enabled }
}

@_cdecl("dora_config_set_strict") @implementation
public func dora_config_set_strict(_ config: OpaquePointer!, _ enabled: Bool) {
    change(config) { $0.configuration.strict = enabled }
}

@_cdecl("dora_config_set_logger") @implementation
public func dora_config_set_logger(
    _ config: OpaquePointer!, _ function: dora_log_function!, _ user_data: UnsafeMutableRawPointer!
) {
    change(config) { $0.logger = Logger(function, userData: user_data) }
}

@_cdecl("dora_config_free") @implementation
public func dora_config_free(_ config: OpaquePointer!) {
    free(config, as: ConfigurationBox.self)
}
