// SPDX-License-Identifier: Apache-2.0

import CCurl

extension DoraError {
    /// A system call that the library needs, and that failed.
    package convenience init(refused call: StaticString, _ errorNumber: Int32) {
        let shortage = isShortage(errorNumber)
        var message = Text(call)
        message.append(shortage ? " failed, " : " was refused by the system, ")
        message.append(errorNumber: errorNumber)
        message.append("; ")
        message.append(shortage ? shortageRemedy : "allow the call (a sandbox may forbid it)")
        self.init(
            .connection, message, isRetryable: shortage, retryAfter: -1, curlCode: 0, response: nil, items: nil,
            body: ByteBuffer())
    }
}

/// What to do when descriptors or memory for them ran out.
private let shortageRemedy: StaticString =
    "close descriptors or raise their limit (ulimit -n), and try again: it may pass"

/// Whether an errno says that something ran out.
package func isShortage(_ errorNumber: Int32) -> Bool {
    switch errorNumber {
    case EMFILE, ENFILE, ENOMEM, ENOBUFS, ENOSPC, EAGAIN: true
    default: false
    }
}

extension Text {
    /// "errno 24 (EMFILE)". strerror(3) would say it in the program's language, and not on every thread.
    package mutating func append(errorNumber: Int32) {
        append("errno ")
        append(Int(errorNumber))
        guard let name = errorName(errorNumber) else { return }
        append(" (")
        append(name)
        append(")")
    }
}

private func errorName(_ errorNumber: Int32) -> StaticString? {
    switch errorNumber {
    case EMFILE: "EMFILE, too many open files"
    case ENFILE: "ENFILE, too many open files in the system"
    case ENOMEM: "ENOMEM, out of memory"
    case ENOBUFS: "ENOBUFS, out of memory"
    case ENOSPC: "ENOSPC, out of space"
    case EAGAIN: "EAGAIN, out of a resource"
    case EPERM: "EPERM, not permitted"
    case EACCES: "EACCES, not permitted"
    case ENOSYS: "ENOSYS, not there"
    case EINVAL: "EINVAL, an argument it does not take"
    default: nil
    }
}
