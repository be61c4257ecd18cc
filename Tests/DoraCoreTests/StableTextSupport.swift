// SPDX-License-Identifier: Apache-2.0

@testable import DoraCore

/// The text, which must live until it was read.
func string(_ text: StableText) -> String {
    withExtendedLifetime(text) { String(cString: text.cString) }
}
