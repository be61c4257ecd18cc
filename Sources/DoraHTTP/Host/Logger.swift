// SPDX-License-Identifier: Apache-2.0

import DoraCore

/// Where messages go. It is called on the thread that makes the call, and shows no secret.
package struct Logger {
    package typealias Function = @convention(c) (UnsafeMutableRawPointer?, UInt32, UnsafePointer<CChar>?) -> Void

    package enum Level: UInt32 {
        case error = 1
        case warning = 2
        case info = 3
        case debug = 4
    }

    private let function: Function?
    private let userData: UnsafeMutableRawPointer?

    package init(_ function: Function?, userData: UnsafeMutableRawPointer?) {
        self.function = function
        self.userData = userData
    }

    package var isOn: Bool { function != nil }

    /// The message must be without secrets.
    func log(_ level: Level, _ message: Text) {
        guard let function else { return }
        message.withCString { function(userData, level.rawValue, $0) }
    }
}
