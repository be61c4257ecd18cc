// SPDX-License-Identifier: Apache-2.0

import DoraCore

/// Calls that end, or are taken out, before they are answered.
extension Engine {
    /// Ends all calls that run or sleep with `DORA_ERROR_CANCELLED`.
    func cancelAll() {
        for call in cancel(where: { _ in true }) { finished.append(call) }
    }

    /// Takes out the calls that run or sleep, cancelled.
    func cancel(where isMeant: (Call) -> Bool) -> [Call] {
        var cancelled: [Call] = []
        for call in running where isMeant(call) {
            forget(call)
            cancelled.append(call)
        }
        for call in sleeping where isMeant(call) { cancelled.append(call) }
        sleeping.removeAll(where: isMeant)
        for call in cancelled { call.fail(.cancelled, "cancelled") }
        return cancelled
    }

    /// Takes out the finished calls that are meant.
    func takeFinished(where isMeant: (Call) -> Bool) -> [Call] {
        let taken = finished.filter(isMeant)
        finished.removeAll(where: isMeant)
        return taken
    }

    /// Ends all calls since the system refuses what they need.
    func failAll(refused systemCall: StaticString, _ errorNumber: Int32) {
        for call in cancel(where: { _ in true }) {
            call.fail(DoraError(refused: systemCall, errorNumber))
            finished.append(call)
        }
    }
}
