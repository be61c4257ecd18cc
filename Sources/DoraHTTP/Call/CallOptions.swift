// SPDX-License-Identifier: Apache-2.0

import DoraCore

/// What a call needs of its client's settings, copied: threads that count references to what they share wait
/// for each other.
struct CallOptions: ~Copyable {
    /// Where requests go, and where in it the path begins.
    let base: ByteBuffer
    let prefixStart: Int
    // Milliseconds; 0 is no limit.
    let timeout: Int64
    let attemptTimeout: Int64
    let connectTimeout: Int64
    let retry: RetryPolicy
    let isStrict: Bool
    let isLogging: Bool

    init(_ client: Client) {
        let configuration = client.settings.configuration
        base = client.settings.origin.copied()
        prefixStart = client.settings.prefixStart
        timeout = Int64(configuration.timeout)
        attemptTimeout = Int64(configuration.attemptTimeout)
        connectTimeout = Int64(configuration.connectTimeout)
        retry = configuration.retry
        isStrict = configuration.strict
        isLogging = client.logger.isOn
    }
}
