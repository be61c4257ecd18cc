// SPDX-License-Identifier: Apache-2.0

import DoraCore

/// How one event of a queue came out; what was not taken dies with it.
package final class QueueResult {
    package let tag: UInt64
    package let failureID: StableText
    private var failure: Failure?
    private var error: DoraError?

    init(tag: UInt64, id: Text, _ result: () throws(DoraError) -> Failure) {
        self.tag = tag
        failureID = StableText(id)
        do throws(DoraError) { failure = try result() } catch { self.error = error }
    }

    func replace(with error: DoraError) {
        failure = nil
        self.error = error
    }

    package func takeFailure() -> Failure? {
        defer { failure = nil }
        return failure
    }

    package func takeError() -> DoraError? {
        defer { error = nil }
        return error
    }
}
