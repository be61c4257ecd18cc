// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

extension Call {
    /// "GET https://...: "
    var subject: Text {
        var text = Text(page == nil ? "GET " : "POST ")
        if let url = url.cString { text.append(printable: url, redactor) }
        text.append(": ")
        return text
    }

    var redactor: Redactor { client.use { $0.settings.redactor } }

    private func log(_ level: Logger.Level, _ line: Text) {
        client.use { $0.log(level, line) }
    }

    func logAttempt(_ outcome: AttemptOutcome) {
        var line = subject
        if outcome.curlCode == CURLE_OK {
            line.append("HTTP ")
            line.append(outcome.status)
        } else {
            line.append(makeError(outcome).text)
        }
        line.append(", attempt ")
        line.append(Int(attempt))
        line.append(", ")
        line.append((shim_monotonic_microseconds() &- attemptStart) / 1000)
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

    func logRetry(_ error: AttemptError, _ wait: Int64) {
        var line = subject
        line.append(error.text)
        line.append("; attempt ")
        line.append(Int(attempt) &+ 1)
        line.append(" in ")
        line.append(wait)
        line.append(" ms")
        log(wait > Call.longWait ? .warning : .debug, line)
    }

    /// Milliseconds.
    private static var longWait: Int64 { 10_000 }
}
