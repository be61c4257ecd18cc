// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

@Suite struct SiteTests {
    static let documented = [
        "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com", "ap2.datadoghq.com",
        "uk1.datadoghq.com", "datadoghq.eu", "ddog-gov.com", "us2.ddog-gov.com",
    ]

    @Test(arguments: documented)
    func aSiteAndItsAddress(site: String) {
        #expect(Site.isKnown(text(site)))
        #expect(string(BaseURL(site: text(site)).origin) == "https://api.\(site)")
        #expect(!BaseURL(site: text(site)).isPlainHTTP)
    }

    @Test func theListIsComplete() {
        #expect(Site.all.map { "\($0)" } == SiteTests.documented)
    }

    @Test func upperCaseIsTheSameSite() {
        #expect(Site.isKnown(text("DataDogHQ.EU")))
        #expect(string(BaseURL(site: text("DataDogHQ.EU")).origin) == "https://api.datadoghq.eu")
    }

    @Test(arguments: [
        "", "datadoghq", "datadoghq.com.", "datadoghq.com ", " datadoghq.com", "datadoghq.co", "xdatadoghq.com",
        "us1.datadoghq.com",
        "api.datadoghq.com", "https://datadoghq.com", "datadoghq.com/", "datadoghq.com@evil.example", "datadoghq.com\n",
        "evil.example",
    ])
    func whatIsNoSite(site: String) {
        #expect(!Site.isKnown(text(site)))
        let message = string(Site.unknown(text(site)).message)
        #expect(message.hasPrefix("site: \""))
        #expect(!message.contains("\n"))
        for known in SiteTests.documented { #expect(message.contains(known), "the remedy names \(known)") }
    }
}
