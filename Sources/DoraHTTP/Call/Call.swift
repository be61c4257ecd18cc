// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// One call's way from its first attempt to its result, on a libcurl easy handle that serves the
/// next call after it.
final class Call {
    let easy: UnsafeMutableRawPointer
    private(set) var tag: UInt64 = 0
    /// Monotonic microseconds at which the next attempt may start, and at which the call must have ended.
    var wakeAt: Int64 = 0
    private(set) var deadline = Int64.max
    /// Its place among the engine's running calls.
    var slot = 0

    private let client: Unmanaged<Client>
    private let rate: Unmanaged<RateGate>
    /// Copied from the client: threads that count references to what they share wait for each other.
    private let base: ByteBuffer
    private let prefixStart: Int
    private let timeout: Int64
    private let attemptTimeout: Int64
    private let retry: RetryPolicy
    private let isStrict: Bool
    private let isLogging: Bool
    private let errorDetail: UnsafeMutablePointer<CChar>
    private var id = ByteBuffer()
    private var url = ByteBuffer()
    /// The client's base URL as libcurl parsed it.
    private let address: OpaquePointer?
    private var attempt: UInt32 = 0
    private var hasRestarted = false
    /// Milliseconds, as libcurl was told.
    private var timeLimit = Int64.max
    private var lastCode = CURLE_OK
    /// Of the attempt that is in flight.
    private(set) var ticket = RateWindow.Ticket.none
    private var receiver: ResponseReceiver
    private var result = Result.pending

    private enum Result {
        case pending
        case failure(Failure)
        case error(DoraError)
    }

    init(_ engine: Engine) throws(DoraError) {
        guard let easy = curl_easy_init() else {
            throw DoraError(.internalError, Text("libcurl gave no handle (curl_easy_init)"))
        }
        let client = engine.client
        let configuration = client.settings.configuration
        self.client = Unmanaged.passUnretained(client)
        rate = Unmanaged.passUnretained(client.rate)
        base = client.settings.origin.copied()
        prefixStart = client.settings.prefixStart
        timeout = Int64(configuration.timeout)
        attemptTimeout = Int64(configuration.attemptTimeout)
        retry = configuration.retry
        isStrict = configuration.strict
        isLogging = client.logger.isOn
        self.easy = easy
        let address = curl_url()
        client.settings.origin.withCString { _ = curl_url_set(address, CURLUPART_URL, $0, 0) }
        self.address = address
        errorDetail = reallocate(nil, Int(CURL_ERROR_SIZE))
        errorDetail[0] = 0
        receiver = ResponseReceiver(maxBodyBytes: configuration.maxResponseBytes)
        client.configure(easy)
        _ = shim_easy_set_pointer(easy, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
        _ = shim_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorDetail)
        engine.followSockets(of: easy)
        receiver.attach(to: easy)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_url_cleanup(address)
        free(errorDetail)
    }

    // MARK: A call's life

    func begin(_ failureID: UnsafeBufferPointer<UInt8>, tag: UInt64, now: Int64) {
        self.tag = tag
        id.removeAll()
        if let start = failureID.baseAddress { id.append(start, count: failureID.count) }
        FailureRequest.write(base: base.bytes, failureID: failureID, to: &url)
        setAddress()
        attempt = 0
        hasRestarted = false
        result = .pending
        deadline = timeout == 0 ? .max : now &+ timeout &* 1000
    }

    /// To parse a whole URL is a tenth of a request's work: only the path is given anew. curl_url_set(3)
    /// rewrites percent-encodings in lower case, so paths that have some go the long way.
    private func setAddress() {
        guard let whole = url.cString else { return }
        if strchr(whole, Int32(UInt8(ascii: "%"))) == nil,
            curl_url_set(address, CURLUPART_PATH, whole + prefixStart, 0) == CURLUE_OK
        {
            _ = shim_easy_set_address(easy, address)
        } else {
            _ = shim_easy_set_address(easy, nil)
            _ = shim_easy_set_string(easy, CURLOPT_URL, whole)
        }
    }

    /// - Parameter ticket: of the rate limit, which the start was counted by.
    func startAttempt(now: Int64, ticket: RateWindow.Ticket) {
        self.ticket = ticket
        attempt &+= 1
        receiver.reset()
        errorDetail[0] = 0
        // 0 is "no limit" to libcurl: of the deadline's last millisecond all is given.
        let left = deadline == .max ? Int64.max : max(1, (deadline &- now &+ 999) / 1000)
        let milliseconds = min(attemptTimeout == 0 ? .max : attemptTimeout, left)
        guard milliseconds != timeLimit else { return }
        timeLimit = milliseconds
        _ = shim_easy_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds == .max ? 0 : Int(milliseconds))
    }

    /// Takes the result of an attempt. Returns whether the call has ended; if not, `wakeAt` says
    /// when the next attempt is due.
    func attemptEnded(_ code: CURLcode, now: Int64, random: UInt64) -> Bool {
        lastCode = code
        let answer = AttemptOutcome(easy, code, receiver)
        rate._withUnsafeGuaranteedRef { $0.ended(ticket, answer, now: now) }
        if isLogging { logAttempt(answer) }
        if code == CURLE_OK, answer.status == 200, answer.isHeaderComplete {
            decode(answer)
            return true
        }
        if gaveUpOnKeptConnections(code), !hasRestarted {
            hasRestarted = true
            attempt &-= 1
            wakeAt = now
            return false
        }
        let problem = AttemptError(answer, detail: errorDetail)
        let decision = retry.decide(
            attempt: attempt, retryable: problem.isRetryable, serverWait: answer.wait,
            remaining: deadline == .max ? nil : max(0, deadline &- now) / 1000, random: random)
        if case .retry(let wait) = decision {
            if isLogging { logRetry(problem, wait) }
            wakeAt = now &+ min(wait, 1 << 40) &* 1000
            return false
        }
        fail(problem, answer, decision)
        return true
    }

    /// When a kept connection turns out to be dead, libcurl repeats the request on a new one. It allows
    /// itself five times, but counts over all the calls of a handle (seen in 7.88), then fails and starts
    /// to count anew: nothing was wrong with this call.
    private func gaveUpOnKeptConnections(_ code: CURLcode) -> Bool {
        code == CURLE_SEND_ERROR && strncmp(errorDetail, "Connection died, tried", 22) == 0
    }

    /// Ends a call that waits for its next attempt, with the error of the last one.
    func giveUp(wait: Int64) {
        let answer = AttemptOutcome(easy, lastCode, receiver)
        fail(AttemptError(answer, detail: errorDetail), answer, .deadline(wait: wait))
    }

    func fail(_ code: ErrorCode, _ reason: StaticString) {
        var message = subject
        message.append(reason)
        result = .error(DoraError(code, message))
    }

    var failureID: Text { Text(Array(id.bytes)) }

    func takeResult() throws(DoraError) -> Failure {
        let taken = result
        result = .pending
        switch taken {
        case .failure(let failure): return failure
        case .error(let error): throw error
        case .pending: throw DoraError(.internalError, Text("a call that ended without a result"))
        }
    }

    // MARK: Results

    private func decode(_ answer: AttemptOutcome) {
        let response = makeResponse(answer)
        do throws(MalformedBody) {
            result = .failure(try Failure.decode(receiver.takeBody(), response: response, strict: isStrict))
        } catch {
            var message = subject
            message.append("HTTP 200, but ")
            message.append(error.reason)
            finish(.malformedResponse, message, isRetryable: false, answer, response, nil, error.takeBody())
        }
    }

    private func fail(_ problem: AttemptError, _ answer: AttemptOutcome, _ decision: RetryPolicy.Decision) {
        let body = receiver.takeBody()
        let items = ErrorItems.decode(body)
        var message = subject
        message.append(problem.text)
        if let items { message.append(items, redacting: secrets) }
        message.append("; ")
        message.append(problem.remedy)
        message.append(decision, attempts: attempt)
        let response = answer.status > 0 ? makeResponse(answer) : nil
        finish(problem.code, message, isRetryable: problem.isRetryable, answer, response, items, body)
    }

    private func finish(
        _ code: ErrorCode, _ message: Text, isRetryable: Bool, _ answer: AttemptOutcome, _ response: Response?,
        _ items: ErrorItems?, _ body: consuming ByteBuffer
    ) {
        var message = message
        for secret in secrets { message.redact(secret) }
        result = .error(
            DoraError(
                code, message, isRetryable: isRetryable, retryAfter: answer.wait ?? -1,
                curlCode: Int32(bitPattern: answer.curlCode.rawValue), response: response, items: items, body: body))
    }

    private func makeResponse(_ answer: AttemptOutcome) -> Response {
        Response(
            status: answer.status, httpVersion: receiver.httpVersion, attempts: attempt,
            phases: answer.phases(easy), headers: receiver.takeHeaders(), rateLimit: answer.rateLimit)
    }

    // MARK: Words

    /// "GET https://...: ", without a secret: a base URL holds no user information.
    private var subject: Text {
        var text = Text("GET ")
        text.appendPrintable(url.bytes, limit: 300)
        text.append(": ")
        return text
    }

    private var secrets: [Secret] { client._withUnsafeGuaranteedRef { $0.settings.secrets } }

    private func log(_ level: Logger.Level, _ line: Text) {
        client._withUnsafeGuaranteedRef { $0.log(level, line) }
    }

    private func logAttempt(_ answer: AttemptOutcome) {
        var line = subject
        if answer.curlCode == CURLE_OK {
            line.append("HTTP ")
            line.append(answer.status)
        } else {
            line.append(AttemptError(answer, detail: errorDetail).text)
        }
        line.append(", attempt ")
        line.append(Int(attempt))
        line.append(", ")
        line.append(shim_easy_get_offset(easy, CURLINFO_TOTAL_TIME_T) / 1000)
        line.append(" ms")
        log(.info, line)
        logConnection()
    }

    private func logConnection() {
        var line = subject
        let opened = shim_easy_get_long(easy, CURLINFO_NUM_CONNECTS)
        line.append(opened > 0 ? "new connection to " : "connection kept open to ")
        if let address = shim_easy_get_string(easy, CURLINFO_PRIMARY_IP) { line.append(cString: address) }
        line.append(" port ")
        line.append(shim_easy_get_long(easy, CURLINFO_PRIMARY_PORT))
        log(.debug, line)
    }

    private func logRetry(_ problem: AttemptError, _ wait: Int64) {
        var line = subject
        line.append(problem.text)
        line.append("; attempt ")
        line.append(Int(attempt) &+ 1)
        line.append(" in ")
        line.append(wait)
        line.append(" ms")
        log(.debug, line)
    }
}
