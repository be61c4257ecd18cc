// SPDX-License-Identifier: Apache-2.0

/// The Datadog sites: those of the API's documentation, and uk1, which the official clients know.
package enum Site {
    package static let all: [StaticString] = [
        "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com",
        "uk1.datadoghq.com", "datadoghq.eu", "ddog-gov.com", "us2.ddog-gov.com",
    ]

    package static func isKnown(_ site: Text) -> Bool {
        all.contains { equals(site, $0) }
    }

    static func unknown(_ site: Text) -> DoraError {
        var message = Text("site: ")
        message.append(quoted: site)
        message.append(" is not known; give one of ")
        for (index, known) in all.enumerated() {
            if index > 0 { message.append(", ") }
            message.append(known)
        }
        message.append(" (as site, or in the variable DD_SITE), or give a base_url")
        return DoraError(.invalidArgument, message)
    }
}
