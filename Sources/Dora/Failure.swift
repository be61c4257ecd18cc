// SPDX-License-Identifier: Apache-2.0

import CDora
import DoraCore

private func borrow<R>(_ failure: OpaquePointer?, _ body: (Failure) -> R?) -> R? {
    borrow(failure, as: Failure.self, body)
}

@_cdecl("dora_parse_failure") @implementation
public func dora_parse_failure(
    _ json: UnsafePointer<CChar>!, _ length: Int, _ error: UnsafeMutablePointer<OpaquePointer?>!
) -> OpaquePointer! {
    enter {
        guard isGiven(json, "json: NULL; give the body of a response", error) else { return nil }
        guard length >= 0, length < Int(Int32.max) else {
            report(.invalidArgument("length: 2 GiB or more; give the body of one response"), error)
            return nil
        }
        let start = UnsafeRawPointer(json).assumingMemoryBound(to: UInt8.self)
        do throws(MalformedBody) {
            return give(try Failure.parse(UnsafeBufferPointer(start: start, count: length)))
        } catch let malformed {
            report(DoraError(malformed: malformed), error)
            return nil
        }
    }
}

@_cdecl("dora_failure_id") @implementation
public func dora_failure_id(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.id) }
}

@_cdecl("dora_failure_type") @implementation
public func dora_failure_type(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.type) }
}

@_cdecl("dora_failure_name") @implementation
public func dora_failure_name(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.name) }
}

@_cdecl("dora_failure_env") @implementation
public func dora_failure_env(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.env) }
}

@_cdecl("dora_failure_severity") @implementation
public func dora_failure_severity(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.severity) }
}

@_cdecl("dora_failure_team") @implementation
public func dora_failure_team(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.team) }
}

@_cdecl("dora_failure_version") @implementation
public func dora_failure_version(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.version) }
}

@_cdecl("dora_failure_git_commit_sha") @implementation
public func dora_failure_git_commit_sha(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.commitSHA) }
}

@_cdecl("dora_failure_git_repository_url") @implementation
public func dora_failure_git_repository_url(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.repositoryURL) }
}

@_cdecl("dora_failure_git_repository_id") @implementation
public func dora_failure_git_repository_id(_ failure: OpaquePointer!) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.text(.repositoryID) }
}

/// Stores a time where C asked for it.
private func store(_ time: Int64?, _ unixNanoseconds: UnsafeMutablePointer<Int64>?) -> Bool {
    guard let time else { return false }
    unixNanoseconds?.pointee = time
    return true
}

@_cdecl("dora_failure_started_at") @implementation
public func dora_failure_started_at(_ failure: OpaquePointer!, _ unix_ns: UnsafeMutablePointer<Int64>!) -> Bool {
    store(borrow(failure) { $0.startedAt }, unix_ns)
}

@_cdecl("dora_failure_finished_at") @implementation
public func dora_failure_finished_at(_ failure: OpaquePointer!, _ unix_ns: UnsafeMutablePointer<Int64>!) -> Bool {
    store(borrow(failure) { $0.finishedAt }, unix_ns)
}

@_cdecl("dora_failure_service_count") @implementation
public func dora_failure_service_count(_ failure: OpaquePointer!) -> Int {
    borrow(failure) { $0.serviceCount } ?? 0
}

@_cdecl("dora_failure_service") @implementation
public func dora_failure_service(_ failure: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.service(index) }
}

@_cdecl("dora_failure_env_count") @implementation
public func dora_failure_env_count(_ failure: OpaquePointer!) -> Int {
    borrow(failure) { $0.envCount } ?? 0
}

@_cdecl("dora_failure_env_at") @implementation
public func dora_failure_env_at(_ failure: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.env(index) }
}

@_cdecl("dora_failure_team_count") @implementation
public func dora_failure_team_count(_ failure: OpaquePointer!) -> Int {
    borrow(failure) { $0.teamCount } ?? 0
}

@_cdecl("dora_failure_team_at") @implementation
public func dora_failure_team_at(_ failure: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.team(index) }
}

@_cdecl("dora_failure_custom_tag_count") @implementation
public func dora_failure_custom_tag_count(_ failure: OpaquePointer!) -> Int {
    borrow(failure) { $0.customTagCount } ?? 0
}

@_cdecl("dora_failure_custom_tag") @implementation
public func dora_failure_custom_tag(_ failure: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.customTag(index) }
}

@_cdecl("dora_failure_custom_tag_value") @implementation
public func dora_failure_custom_tag_value(
    _ failure: OpaquePointer!, _ key: UnsafePointer<CChar>!
) -> UnsafePointer<CChar>! {
    guard let key else { return nil }
    return borrow(failure) { $0.customTagValue(key) }
}

@_cdecl("dora_failure_json") @implementation
public func dora_failure_json(
    _ failure: OpaquePointer!, _ length: UnsafeMutablePointer<Int>!
) -> UnsafePointer<CChar>! {
    let json = borrow(failure) { $0.json }
    length?.pointee = json?.1 ?? 0
    return json?.0
}

@_cdecl("dora_failure_copy_json") @implementation
public func dora_failure_copy_json(
    _ failure: OpaquePointer!, _ pointer: UnsafePointer<CChar>!, _ buffer: UnsafeMutablePointer<CChar>!,
    _ capacity: Int
) -> Int {
    guard let pointer else { return copyNothing(buffer, capacity) }
    return enter {
        borrow(failure) { $0.copyJSON(pointer: pointer, buffer: buffer, capacity: capacity) }
            ?? copyNothing(buffer, capacity)
    }
}

@_cdecl("dora_failure_copy_string") @implementation
public func dora_failure_copy_string(
    _ failure: OpaquePointer!, _ pointer: UnsafePointer<CChar>!, _ buffer: UnsafeMutablePointer<CChar>!,
    _ capacity: Int
) -> Int {
    guard let pointer else { return copyNothing(buffer, capacity) }
    return enter {
        borrow(failure) { $0.copyString(pointer: pointer, buffer: buffer, capacity: capacity) }
            ?? copyNothing(buffer, capacity)
    }
}

@_cdecl("dora_failure_violation_count") @implementation
public func dora_failure_violation_count(_ failure: OpaquePointer!) -> Int {
    borrow(failure) { $0.violationCount } ?? 0
}

@_cdecl("dora_failure_violation") @implementation
public func dora_failure_violation(_ failure: OpaquePointer!, _ index: Int) -> UnsafePointer<CChar>! {
    borrow(failure) { $0.violation(index) }
}

@_cdecl("dora_failure_response") @implementation
public func dora_failure_response(_ failure: OpaquePointer!) -> OpaquePointer! {
    borrow(failure) { $0.response.map(lend) }
}

@_cdecl("dora_failure_free") @implementation
public func dora_failure_free(_ failure: OpaquePointer!) {
    free(failure, as: Failure.self)
}
