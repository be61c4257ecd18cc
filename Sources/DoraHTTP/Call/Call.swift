// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// One call's way from its first attempt to its result, on a libcurl easy handle that serves the next call
/// after it.
final class Call {
    let easy: UnsafeMutableRawPointer
    var tag: UInt64 = 0
    /// The engine's: its place among the running calls, and what the rate limit gave it for the attempt.
    var slot = 0
    var ticket: RateLimits.Ticket?
    /// Whose attempt it is; nil while libcurl does not have it. The engine keeps them alive.
    private(set) var connections: Unmanaged<Connections>?

    // Points in time are monotonic microseconds; `.max` = never.

    /// When the next attempt may start.
    var wakeAt: Int64 = 0
    /// When the call must have ended.
    private(set) var deadline = Int64.max
    /// When the attempt must have ended, and when its connection must be ready.
    private(set) var attemptDeadline = Int64.max
    private(set) var connectDeadline = Int64.max
    private var isReady = false
    private var wasStopped = false

    /// The client outlives its calls. Not counted: threads that count references to what they share wait for
    /// each other.
    let client: Unmanaged<Client>
    let options: CallOptions
    /// libcurl's own words for what went wrong; empty where it has none (CURLOPT_ERRORBUFFER).
    let errorDetail: UnsafeMutablePointer<CChar>
    /// What it asks for; see Call+Request.
    var route = Route.fetch
    var id = ByteBuffer()
    var url = ByteBuffer()
    var body = ByteBuffer()
    /// Where a page is read into.
    var page: FailurePage?
    /// What the handle was told to ask for last.
    var libcurlRoute: Route?
    /// The client's base URL as libcurl parsed it.
    let address: OpaquePointer?
    var attempt: UInt32 = 0
    private(set) var attemptStart: Int64 = 0
    var hasRestarted = false
    private var cancellationsBefore: UInt64 = 0
    /// Milliseconds, as libcurl was told.
    private var libcurlTimeout = Int64.max
    private var libcurlWaitsForPipe = false
    private var libcurlTellsReadiness = false
    private var socketContext: UnsafeMutableRawPointer?
    var lastEnd = AttemptEnd.libcurl(CURLE_OK)
    let receiver: ResponseReceiver
    var result = Result.pending

    enum Result {
        case pending
        case failure(Failure)
        /// It was read into `page`.
        case page(Response)
        case error(DoraError)
    }

    static func make(_ client: Client) throws(DoraError) -> Call {
        guard let easy = curl_easy_init() else { throw DoraError(refused: "curl_easy_init", ENOMEM) }
        let call = Call(client, easy)
        try call.setOptions()
        return call
    }

    private init(_ client: Client, _ easy: UnsafeMutableRawPointer) {
        self.client = Unmanaged.passUnretained(client)
        options = CallOptions(client)
        self.easy = easy
        let address = curl_url()
        client.settings.origin.withCString { _ = curl_url_set(address, CURLUPART_URL, $0, 0) }
        self.address = address
        errorDetail = reallocate(nil, Int(CURL_ERROR_SIZE))
        errorDetail[0] = 0
        receiver = ResponseReceiver(maxBodyBytes: client.settings.configuration.maxResponseBytes)
    }

    private func setOptions() throws(DoraError) {
        var easyOptions = EasyOptions(easy)
        client.use { $0.options.apply(to: &easyOptions) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        easyOptions.require("CURLOPT_PRIVATE", shim_easy_set_pointer(easy, CURLOPT_PRIVATE, context))
        easyOptions.require("CURLOPT_HEADERDATA", shim_easy_set_pointer(easy, CURLOPT_HEADERDATA, context))
        easyOptions.require("CURLOPT_WRITEDATA", shim_easy_set_pointer(easy, CURLOPT_WRITEDATA, context))
        easyOptions.require(
            "CURLOPT_HEADERFUNCTION", shim_easy_set_data_function(easy, CURLOPT_HEADERFUNCTION, receiveHeader))
        easyOptions.require(
            "CURLOPT_WRITEFUNCTION", shim_easy_set_data_function(easy, CURLOPT_WRITEFUNCTION, receiveBody))
        easyOptions.require("CURLOPT_ERRORBUFFER", shim_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorDetail))
        // A proxy that never stops talking is heard of in no other way.
        if client.use({ $0.settings.mayUseProxy }) {
            easyOptions.require(
                "CURLOPT_XFERINFOFUNCTION", shim_easy_set_progress_function(easy, reportProgress, context))
        }
        try easyOptions.check()
    }

    deinit {
        ForkGate.inLibcurl { curl_easy_cleanup(easy) }
        curl_url_cleanup(address)
        free(errorDetail)
    }

    // MARK: A call's life

    /// After it was told what to ask for.
    func begin(now: Int64) {
        attempt = 0
        hasRestarted = false
        result = .pending
        deadline = moment(options.timeout, after: now)
        cancellationsBefore = client.use { $0.cancellationCount }
    }

    func startAttempt(now: Int64) {
        attempt &+= 1
        attemptStart = now
        isReady = false
        wasStopped = false
        receiver.reset()
        errorDetail[0] = 0
        attemptDeadline = min(moment(options.attemptTimeout, after: now), deadline)
        connectDeadline = min(moment(options.connectTimeout, after: now), attemptDeadline)
        // Those of a page may be postponed.
        let isLimited = attemptDeadline != .max && page == nil
        tellLibcurl(timeout: isLimited ? (attemptDeadline &- now) / 1000 : .max)
    }

    /// Its limits of time do not run on for so many microseconds.
    func postpone(by pause: Int64) {
        if deadline != .max { deadline &+= pause }
        if attemptDeadline != .max { attemptDeadline &+= pause }
        if connectDeadline != .max { connectDeadline &+= pause }
    }

    /// Milliseconds from a moment on; 0 is no limit.
    private func moment(_ milliseconds: Int64, after now: Int64) -> Int64 {
        milliseconds == 0 ? .max : now &+ milliseconds &* 1000
    }

    /// The engine keeps the limit; libcurl shares its own out among a host's addresses.
    private func tellLibcurl(timeout: Int64) {
        guard timeout != libcurlTimeout else { return }
        libcurlTimeout = timeout
        let milliseconds = timeout == .max ? 0 : min(Int(timeout) &+ ClientOptions.slack, Int(Int32.max))
        _ = shim_easy_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds)
    }

    /// Before libcurl gets the attempt.
    ///
    /// - Parameters:
    ///   - waitsForPipe: whether libcurl waits for a connection that is being made rather than make one.
    ///   - tellsReadiness: whether it tells of a connection that is ready; it takes some of a request's work.
    func prepare(for connections: Connections, waitsForPipe: Bool, tellsReadiness: Bool) {
        self.connections = Unmanaged.passUnretained(connections)
        let context = Unmanaged.passUnretained(connections).toOpaque()
        if context != socketContext {
            socketContext = context
            _ = shim_easy_set_socket_context(easy, context)
        }
        if waitsForPipe != libcurlWaitsForPipe {
            libcurlWaitsForPipe = waitsForPipe
            _ = shim_easy_set_long(easy, CURLOPT_PIPEWAIT, waitsForPipe ? 1 : 0)
        }
        if tellsReadiness != libcurlTellsReadiness {
            libcurlTellsReadiness = tellsReadiness
            let context = Unmanaged.passUnretained(self).toOpaque()
            _ = shim_easy_set_ready_function(easy, tellsReadiness ? reportReady : nil, context)
        }
    }

    /// libcurl does not have it any more.
    func leave() {
        connections = nil
    }

    // MARK: While libcurl has the attempt

    /// The connection is ready, its request is about to be sent.
    func becomeReady() {
        connectDeadline = .max
        isReady = true
        connections?.use { $0.becomeReady() }
    }

    /// Whether libcurl is to give the attempt up: a server that never stops talking keeps it from returning.
    func isToStop() -> Bool {
        let isToStop =
            shim_monotonic_microseconds() >= attemptDeadline
            || client.use { $0.cancellationCount != cancellationsBefore }
        if isToStop { wasStopped = true }
        return isToStop
    }

    /// The limit that has passed.
    func expiry(now: Int64) -> Expiry? {
        let (limit, milliseconds): (Expiry.Limit, Int64)
        if deadline <= now {
            (limit, milliseconds) = (.call, options.timeout)
        } else if attemptDeadline <= now {
            (limit, milliseconds) = (.attempt, options.attemptTimeout)
        } else if connectDeadline <= now, !wasSent {
            (limit, milliseconds) = (.connect, options.connectTimeout)
        } else {
            return nil
        }
        let awaited = Expiry.awaited(by: easy, hasResponse: receiver.hasHeaders)
        return Expiry(limit: limit, milliseconds: milliseconds, awaited: connections == nil ? "a connection" : awaited)
    }

    /// Whether the attempt has a connection, over which its request was sent.
    var wasSent: Bool {
        if isReady { return true }
        // Where libcurl does not tell by itself.
        guard connections != nil, shim_easy_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T) > 0 else { return false }
        connectDeadline = .max
        isReady = true
        return true
    }

    /// A thread of libcurl's may be looking its name up.
    var isLookingUp: Bool {
        connections != nil && !wasSent && shim_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T) == 0
    }

    /// How an attempt ended that libcurl is through with.
    func end(_ code: CURLcode) -> AttemptEnd {
        guard code != CURLE_OK, wasStopped || isToStop() else { return .libcurl(code) }
        return expiry(now: shim_monotonic_microseconds()).map { .expired($0) } ?? .cancelled
    }

    /// The version of HTTP that the server answered with; nil before.
    var isMultiplexed: Bool? { receiver.hasHeaders ? receiver.isMultiplexed : nil }
}
