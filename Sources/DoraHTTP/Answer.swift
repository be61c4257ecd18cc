// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// What an attempt brought: libcurl's verdict and what the response says beyond its body.
struct Answer {
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

    init(_ easy: UnsafeMutableRawPointer, _ code: CURLcode, _ reception: Reception) {
        curlCode = code
        areHeadersTooLarge = reception.areHeadersTooLarge
        isBodyTooLarge = reception.isBodyTooLarge
        isHeaderComplete = reception.isHeaderComplete
        bodyLimit = reception.bodyLimit
        if reception.hasHeaders {
            let unixTime = dora_unix_seconds()
            status = dora_easy_get_long(easy, CURLINFO_RESPONSE_CODE)
            rateLimit = RateLimit(reception.headers, unixTime: unixTime)
            wait = serverWait(status: status, headers: reception.headers, rateLimit: rateLimit, unixTime: unixTime)
        } else {
            status = 0
            rateLimit = RateLimit()
            wait = nil
        }
        osError = code == CURLE_OK ? 0 : dora_easy_get_long(easy, CURLINFO_OS_ERRNO)
        proxyStatus = code == CURLE_OK ? 0 : dora_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE)
    }

    func phases(_ easy: UnsafeMutableRawPointer) -> (Int64, Int64, Int64, Int64, Int64) {
        let firstByte = dora_easy_get_offset(easy, CURLINFO_STARTTRANSFER_TIME_T)
        let total = dora_easy_get_offset(easy, CURLINFO_TOTAL_TIME_T)
        // libcurl gives the time that it took to find the open connection.
        guard dora_easy_get_long(easy, CURLINFO_NUM_CONNECTS) > 0 else { return (0, 0, 0, firstByte, total) }
        return (
            dora_easy_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T),
            dora_easy_get_offset(easy, CURLINFO_CONNECT_TIME_T),
            dora_easy_get_offset(easy, CURLINFO_APPCONNECT_TIME_T), firstByte, total
        )
    }
}
