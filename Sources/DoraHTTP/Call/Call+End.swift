// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

extension Call {
    // MARK: The end of an attempt

    /// Takes the result of an attempt. Returns whether the call has ended; if not, `wakeAt` says when the next
    /// attempt is due.
    func attemptEnded(_ end: AttemptEnd, now: Int64, random: UInt64, socketErrno: Int32) -> (
        outcome: AttemptOutcome, hasEnded: Bool
    ) {
        if case .cancelled = end {
            fail(.cancelled, "cancelled")
            return (AttemptOutcome(easy, end, receiver, socketErrno: 0), true)
        }
        lastEnd = end
        let outcome = AttemptOutcome(easy, end, receiver, socketErrno: socketErrno)
        if options.isLogging { logAttempt(outcome) }
        if outcome.isEvent {
            decode(outcome)
            return (outcome, true)
        }
        if gaveUpOnKeptConnections(outcome.curlCode), !hasRestarted {
            hasRestarted = true
            attempt &-= 1
            wakeAt = now
            return (outcome, false)
        }
        let error = makeError(outcome)
        let decision = options.retry.decide(
            attempt: attempt, retryable: error.isRetryable, serverWait: outcome.wait,
            remaining: deadline == .max ? nil : max(0, deadline &- now) / 1000, random: random)
        if case .retry(let wait) = decision {
            if options.isLogging { logRetry(error, wait) }
            wakeAt = now &+ min(wait, 1 << 40) &* 1000
            return (outcome, false)
        }
        fail(error, outcome, decision)
        return (outcome, true)
    }

    func makeError(_ outcome: AttemptOutcome) -> AttemptError {
        AttemptError(outcome, of: route, detail: errorDetail, redactor: redactor)
    }

    /// When a kept connection turns out to be dead, libcurl repeats the request on a new one. It allows
    /// itself five times, but counts over all the calls of a handle (seen in 7.88), then fails and starts
    /// to count anew: nothing was wrong with this call.
    private func gaveUpOnKeptConnections(_ code: CURLcode) -> Bool {
        code == CURLE_SEND_ERROR && strncmp(errorDetail, "Connection died, tried", 22) == 0
    }

    /// Ends a call that waits for its next attempt, with the error of the last one.
    func giveUp(wait: Int64) {
        let outcome = AttemptOutcome(easy, lastEnd, receiver, socketErrno: 0)
        fail(makeError(outcome), outcome, .deadline(wait: wait))
    }

    /// Ends a call without a word of the server.
    func fail(_ code: ErrorCode, _ reason: StaticString) {
        var message = subject
        message.append(reason)
        result = .error(DoraError(code, message))
    }

    func fail(_ error: DoraError) {
        result = .error(error)
    }

    var failureID: Text { Text(Array(id.bytes)) }

    func takeFailure() throws(DoraError) -> Failure {
        if case .failure(let failure) = try takeResult() { return failure }
        throw Call.noResult
    }

    /// The response to a page that was read.
    func takePage() throws(DoraError) -> Response {
        if case .page(let response) = try takeResult() { return response }
        throw Call.noResult
    }

    private func takeResult() throws(DoraError) -> Result {
        let taken = result
        result = .pending
        if case .error(let error) = taken { throw error }
        return taken
    }

    private static var noResult: DoraError {
        DoraError(.internalError, Text("a call that ended without a result"))
    }

    // MARK: Results

    private func decode(_ outcome: AttemptOutcome) {
        let response = makeResponse(outcome)
        do throws(MalformedBody) {
            if let page {
                try page.read(receiver.takeBody())
                result = .page(response)
            } else {
                result = .failure(
                    try Failure.decode(
                        receiver.takeBody(), response: response, strict: options.isStrict, id: id.bytes))
            }
        } catch {
            var message = subject
            message.append("HTTP 200, but ")
            message.append(error.reason)
            finish(.malformedResponse, message, isRetryable: false, outcome, response, nil, error.takeBody())
        }
    }

    private func fail(_ error: AttemptError, _ outcome: AttemptOutcome, _ decision: RetryPolicy.Decision) {
        let body = receiver.takeBody()
        let items = ErrorItems.decode(body)
        var message = subject
        message.append(error.text)
        if let items { message.append(items, redactor) }
        if error.remedy.utf8CodeUnitCount > 0 { message.append("; ") }
        message.append(error.remedy)
        if let wait = outcome.wait { message.append(serverWait: wait) }
        message.append(decision, attempts: attempt)
        let response = outcome.status > 0 ? makeResponse(outcome) : nil
        finish(error.code, message, isRetryable: error.isRetryable, outcome, response, items, body)
    }

    private func finish(
        _ code: ErrorCode, _ message: Text, isRetryable: Bool, _ outcome: AttemptOutcome, _ response: Response?,
        _ items: ErrorItems?, _ body: consuming ByteBuffer
    ) {
        result = .error(
            DoraError(
                code, redactor.redact(message), isRetryable: isRetryable, retryAfter: outcome.wait ?? -1,
                curlCode: Int32(bitPattern: outcome.curlCode.rawValue), response: response, items: items,
                body: body))
    }

    private func makeResponse(_ outcome: AttemptOutcome) -> Response {
        Response(
            status: outcome.status, httpVersion: receiver.httpVersion, attempts: attempt,
            phases: outcome.phases(easy), headers: receiver.takeHeaders(), rateLimit: outcome.rateLimit)
    }
}
