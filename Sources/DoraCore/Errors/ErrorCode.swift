// SPDX-License-Identifier: Apache-2.0

/// The codes of dora.h; the raw values are part of the ABI.
package enum ErrorCode: UInt32 {
    case invalidArgument = 1
    case badRequest = 2
    case unauthenticated = 3
    case forbidden = 4
    case notFound = 5
    case rateLimited = 6
    case server = 7
    case http = 8
    case connection = 9
    case tls = 10
    case timeout = 11
    case cancelled = 12
    case responseTooLarge = 13
    case malformedResponse = 14
    case internalError = 15
    case incomplete = 16

    package var name: StaticString {
        switch self {
        case .invalidArgument: "invalid_argument"
        case .badRequest: "bad_request"
        case .unauthenticated: "unauthenticated"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .rateLimited: "rate_limited"
        case .server: "server"
        case .http: "http"
        case .connection: "connection"
        case .tls: "tls"
        case .timeout: "timeout"
        case .cancelled: "cancelled"
        case .responseTooLarge: "response_too_large"
        case .malformedResponse: "malformed_response"
        case .internalError: "internal"
        case .incomplete: "incomplete"
        }
    }

    /// The code of a status that is not 200.
    package init(status: Int) {
        switch status {
        case 400: self = .badRequest
        case 401: self = .unauthenticated
        case 403: self = .forbidden
        case 404: self = .notFound
        case 429: self = .rateLimited
        case 500...599: self = .server
        default: self = .http
        }
    }
}
