// SPDX-License-Identifier: Apache-2.0

/// How many calls of an engine may go to libcurl before it is known whether the server takes them side by
/// side over one connection (HTTP/2), or each over one of its own (HTTP/1.1).
///
/// Too many at once would open a connection each where one serves them all. libcurl's own way to wait for that
/// (CURLOPT_PIPEWAIT) lets a slow first response hold all others up (seen with 8.14).
///
///     unknown   one call makes the first connection; the others wait. When a response comes it tells the version.
///               If it takes longer than `patience`, one more call goes, then two, four, ...
///     separate  HTTP/1.1: all go, each over a connection of its own.
///     shared    HTTP/2: all go, and wait for a connection that is being made rather than make one.
///
/// When no connection is left it starts again with unknown.
struct ConnectionGate {
    enum Version { case unknown, separate, shared }

    /// Microseconds.
    private static let patience: Int64 = 100_000

    private(set) var version: Version
    private var allowed = 1
    /// When more calls may go; `.max` = not by time.
    private var widensAt = Int64.max
    private let initial: Version

    /// - Parameters:
    ///   - isPlainHTTP: without TLS there is HTTP/1.1 only.
    ///   - isTold: whether libcurl tells when a connection is ready (7.80). If it does not, its own way to wait is
    ///     used, which does no harm there.
    init(isPlainHTTP: Bool, isTold: Bool) {
        initial = isPlainHTTP ? .separate : isTold ? .unknown : .shared
        version = initial
    }

    /// Whether libcurl is to wait for a connection that is being made.
    var waitsForPipe: Bool {
        if case .shared = version { true } else { false }
    }

    var isUnknown: Bool {
        if case .unknown = version { true } else { false }
    }

    var isSeparate: Bool {
        if case .separate = version { true } else { false }
    }

    /// Whether one more call may go.
    ///
    /// - Parameter count: of the calls that libcurl has.
    mutating func lets(count: Int, now: Int64) -> Bool {
        guard case .unknown = version else { return true }
        if now >= widensAt {
            allowed = min(allowed &* 2, 1 << 20)
            widensAt = now &+ ConnectionGate.patience
        }
        return count < allowed
    }

    /// When one more call may go, as far as time decides; `.max` = not by time.
    func opens(count: Int) -> Int64 {
        if case .unknown = version, count >= allowed { widensAt } else { 0 }
    }

    /// A connection is ready, and a request is sent on it.
    mutating func connected(now: Int64) {
        if case .unknown = version, widensAt == .max { widensAt = now &+ ConnectionGate.patience }
    }

    mutating func answered(isMultiplexed: Bool) {
        version = isMultiplexed ? .shared : .separate
        widensAt = .max
    }

    /// No connection is open.
    mutating func disconnected() {
        version = initial
        allowed = 1
        widensAt = .max
    }
}
