// SPDX-License-Identifier: Apache-2.0

import DoraCore

/// Results that wait to be taken, first in, first out.
struct ResultList {
    private var results: [QueueResult?] = []
    private var taken = 0

    var count: Int { results.count &- taken }

    mutating func append(_ result: QueueResult) {
        results.append(result)
    }

    mutating func popFirst() -> QueueResult? {
        guard taken < results.count else { return nil }
        let result = results[taken]
        results[taken] = nil
        taken &+= 1
        // Half of the list is moved for half of the list taken.
        if taken &* 2 >= results.count {
            results.removeFirst(taken)
            taken = 0
        }
        return result
    }

    /// Puts an error in the place of what results with that tag say. Returns whether there were some.
    func cancel(tag: UInt64, _ error: (QueueResult) -> DoraError) -> Bool {
        var isFound = false
        for case let result? in results[taken...] where result.tag == tag {
            result.replace(with: error(result))
            isFound = true
        }
        return isFound
    }
}
