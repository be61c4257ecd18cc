// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// What an attempt brought: libcurl's verdict and what the response says beyond its body.
struct AttemptOutcome {
    let curlCode: CURLcode
    let areHeadersTooLarge: Bool
    let isBodyTooLarge: Bool
    let isHeaderComplete: Bool
    let bodyLimit: Int
    /// 0 if no response came.
    let status: Int
    let rateLimit: RateLimit
    /// Milliseconds that the server asks to wait.
    let wait: Int64?
    let osError: Int
    let proxyStatus: Int

    init(_ easy: UnsafeMutableRawPointer, _ code: CURLcode, _ receiver: ResponseReceiver) {
        curlCode = code
        areHeadersTooLarge = receiver.areHeadersTooLarge
        isBodyTooLarge = receiver.isBodyTooLarge
        isHeaderComplete = receiver.isHeaderComplete
        bodyLimit = receiver.bodyLimit
        if receiver.hasHeaders {
            let unixTime = shim_unix_seconds()
            status = shim_easy_get_long(easy, CURLINFO_RESPONSE_CODE)
            rateLimit = RateLimit(receiver.headers, unixTime: unixTime)
            wait = serverWait(status: status, headers: receiver.headers, rateLimit: rateLimit, unixTime: unixTime)
        } else {
            status = 0
            rateLimit = RateLimit()
            wait = nil
        }
        osError = code == CURLE_OK ? 0 : shim_easy_get_long(easy, CURLINFO_OS_ERRNO)
        proxyStatus = code == CURLE_OK ? 0 : shim_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
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
