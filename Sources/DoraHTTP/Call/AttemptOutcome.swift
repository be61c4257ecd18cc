// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// How an attempt ended.
enum AttemptEnd {
    /// As libcurl says.
    case libcurl(CURLcode)
    /// A limit of time passed.
    case expired(Expiry)
    case cancelled
}

/// What an attempt brought: how it ended and what the response says beyond its body.
struct AttemptOutcome {
    let curlCode: CURLcode
    let expiry: Expiry?
    let areHeadersTooLarge: Bool
    let isBodyTooLarge: Bool
    let isHeaderComplete: Bool
    let bodyLimit: Int
    /// 0 if no response came.
    let status: Int
    let rateLimit: RateLimit
    /// What the server calls the limit.
    let rateLimitName: Text?
    /// Milliseconds that the server asks to wait.
    let wait: Int64?
    let osError: Int
    let proxyStatus: Int
    /// What the system refused, and its errno, where libcurl says something else.
    let refusal: (call: StaticString, errorNumber: Int32)?

    init(_ easy: UnsafeMutableRawPointer, _ end: AttemptEnd, _ receiver: ResponseReceiver, socketErrno: Int32) {
        switch end {
        case .libcurl(let code):
            curlCode = code
            expiry = nil
        case .expired(let limit):
            curlCode = CURLE_OPERATION_TIMEDOUT
            expiry = limit
        case .cancelled:
            curlCode = CURLE_ABORTED_BY_CALLBACK
            expiry = nil
        }
        areHeadersTooLarge = receiver.areHeadersTooLarge
        isBodyTooLarge = receiver.isBodyTooLarge
        isHeaderComplete = receiver.isHeaderComplete
        bodyLimit = receiver.maxBodyBytes
        if receiver.hasHeaders {
            status = shim_easy_get_long(easy, CURLINFO_RESPONSE_CODE)
            rateLimit = RateLimit(receiver.headers, unixTime: shim_unix_seconds())
            rateLimitName = receiver.headers.rateLimitName
            wait = serverWait(
                status: status, headers: receiver.headers, rateLimit: rateLimit, unixTime: shim_unix_seconds())
        } else {
            status = 0
            rateLimit = RateLimit()
            rateLimitName = nil
            wait = nil
        }
        guard curlCode != CURLE_OK else {
            osError = 0
            proxyStatus = 0
            refusal = nil
            return
        }
        osError = shim_easy_get_long(easy, CURLINFO_OS_ERRNO)
        proxyStatus = shim_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
        refusal = AttemptOutcome.refusal(curlCode, socketErrno: socketErrno)
    }

    var isEvent: Bool { curlCode == CURLE_OK && status == 200 && isHeaderComplete }

    /// libcurl says that a name was not found, or a file of certificates, where there was no descriptor to look
    /// with; and that a server can't be reached where a sandbox forbids to look.
    private static func refusal(
        _ code: CURLcode, socketErrno: Int32
    ) -> (call: StaticString, errorNumber: Int32)? {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_COULDNT_CONNECT, CURLE_OUT_OF_MEMORY, CURLE_SSL_CONNECT_ERROR,
            CURLE_FAILED_INIT:
            break
        default:
            return nil
        }
        if socketErrno != 0 { return ("socket", socketErrno) }
        let shortage = shim_descriptor_shortage()
        if shortage != 0 { return ("opening a file or a socket", shortage) }
        let poll = shim_poll_refusal()
        if poll != 0 { return ("poll", poll) }
        let random = shim_random_refusal()
        return random != 0 ? ("getrandom", random) : nil
    }

    func phases(_ easy: UnsafeMutableRawPointer) -> (Int64, Int64, Int64, Int64, Int64) {
        let firstByte = shim_easy_get_offset(easy, CURLINFO_STARTTRANSFER_TIME_T)
        let total = shim_easy_get_offset(easy, CURLINFO_TOTAL_TIME_T)
        // libcurl gives the time that it took to find the open connection.
        guard shim_easy_get_long(easy, CURLINFO_NUM_CONNECTS) > 0 else { return (0, 0, 0, firstByte, total) }
        return (
            shim_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T),
            shim_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T),
            shim_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T), firstByte, total
        )
    }
}
