// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// What a CURLcode (libcurl-errors(3)) means to a caller: the one place where it is decided.
struct TransportError {
    let code: ErrorCode
    let isRetryable: Bool
    let remedy: StaticString

    private init(_ code: ErrorCode, retryable: Bool, _ remedy: StaticString) {
        self.code = code
        isRetryable = retryable
        self.remedy = remedy
    }

    /// - Parameters:
    ///   - osError: the errno of a failed connect, read or write, 0 if there was none (CURLINFO_OS_ERRNO).
    ///   - proxyStatus: the proxy's answer to CONNECT, 0 if there was none.
    init(_ curlCode: CURLcode, osError: Int, proxyStatus: Int, detail: UnsafePointer<CChar>) {
        switch curlCode {
        case CURLE_COULDNT_RESOLVE_HOST:
            self.init(.connection, retryable: true, "check the network, the name server, and site or base_url")
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR:
            self.init(.connection, retryable: true, "check proxy and the variables https_proxy and no_proxy")
        case _ where proxyStatus != 0 && proxyStatus / 100 != 2:
            self.init(
                .connection, retryable: RetryPolicy.isRetryable(status: proxyStatus),
                "the proxy refused the tunnel; check proxy and its user name and password")
        case CURLE_COULDNT_CONNECT:
            self.init(
                .connection, retryable: true,
                "check that the server (or the proxy) runs, the firewall, and site, base_url or proxy")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_HTTP2,
            CURLE_HTTP2_STREAM, CURLE_HTTP3, CURLE_QUIC_CONNECT_ERROR, CURLE_AGAIN:
            self.init(.connection, retryable: true, "the connection broke; try again")
        case CURLE_SSL_CONNECT_ERROR where osError != 0 || saysBroken(detail):
            self.init(.connection, retryable: true, "the connection broke during the TLS handshake; try again")
        case CURLE_SSL_CONNECT_ERROR:
            self.init(.tls, retryable: false, "the server must speak TLS 1.2 or later")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self.init(.tls, retryable: false, "check the host name, the clock, and ca_file")
        case CURLE_SSL_CACERT_BADFILE:
            self.init(.tls, retryable: false, "ca_file, or the system's bundle, holds no usable certificates")
        case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
            self.init(.tls, retryable: false, "check client_certificate")
        case CURLE_OPERATION_TIMEDOUT:
            self.init(.timeout, retryable: true, "check the network, or allow more time")
        case CURLE_OUT_OF_MEMORY, CURLcode(UInt32(SHIM_CURLE_TOO_LARGE)):
            // libcurl's own limit on a header line; memory itself running out ends the process.
            self.init(
                .responseTooLarge, retryable: false, "libcurl's limit on headers; check what answers at this address")
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WRITE_ERROR:
            // The second where something follows the compressed body; a callback of ours has its own reason.
            self.init(.malformedResponse, retryable: false, "the compressed body is damaged; try compression off")
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            // The last one comes of trailers that are no fields.
            self.init(.connection, retryable: false, "the answer is not HTTP; check what answers at this address")
        default:
            self.init(.internalError, retryable: false, "please report this")
        }
    }
}

/// OpenSSL's words for a connection that ended in the handshake, for which libcurl keeps no errno.
private func saysBroken(_ detail: UnsafePointer<CChar>) -> Bool {
    strstr(detail, "SSL_ERROR_SYSCALL") != nil || strstr(detail, "unexpected eof") != nil
        || strstr(detail, "reset by peer") != nil
}
