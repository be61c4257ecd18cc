// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The members of the documented schema. What lies inside one object stands in one row, and the
/// text fields come first.
enum FailureField: Int {
    case id, type
    case name, env, severity, team, version
    case commitSHA, repositoryURL, repositoryID
    case startedAt, finishedAt, services, customTags, git
    case attributes
    case data

    static let textCount = 10
    static let count = 17

    var isText: Bool { rawValue < FailureField.textCount }
}

/// The objects of the documented schema.
enum FailureObject {
    case document, data, attributes, git

    /// The object that a field holds.
    init?(_ field: FailureField) {
        switch field {
        case .data: self = .data
        case .attributes: self = .attributes
        case .git: self = .git
        default: return nil
        }
    }

    /// The fields inside it, at any level.
    var fields: Range<Int> {
        switch self {
        case .document: 0..<FailureField.count
        case .data: 0..<FailureField.data.rawValue
        case .attributes: FailureField.name.rawValue..<FailureField.attributes.rawValue
        case .git: FailureField.commitSHA.rawValue..<FailureField.startedAt.rawValue
        }
    }

    /// The field with a name, which is plain bytes.
    @inline(__always)
    func field(_ name: BytePointer, count: Int) -> FailureField? {
        switch self {
        case .attributes: FailureObject.attribute(name, count)
        case .git: FailureObject.gitField(name, count)
        case .data: FailureObject.dataField(name, count)
        case .document: count == 4 && memcmp(name, "data", 4) == 0 ? .data : nil
        }
    }

    private static func dataField(_ name: BytePointer, _ count: Int) -> FailureField? {
        switch count {
        case 2: memcmp(name, "id", 2) == 0 ? .id : nil
        case 4: memcmp(name, "type", 4) == 0 ? .type : nil
        case 10: memcmp(name, "attributes", 10) == 0 ? .attributes : nil
        default: nil
        }
    }

    private static func gitField(_ name: BytePointer, _ count: Int) -> FailureField? {
        switch count {
        case 10: memcmp(name, "commit_sha", 10) == 0 ? .commitSHA : nil
        case 13: memcmp(name, "repository_id", 13) == 0 ? .repositoryID : nil
        case 14: memcmp(name, "repository_url", 14) == 0 ? .repositoryURL : nil
        default: nil
        }
    }

    private static func attribute(_ name: BytePointer, _ count: Int) -> FailureField? {
        switch count {
        case 3:
            if memcmp(name, "env", 3) == 0 { return .env }
            if memcmp(name, "git", 3) == 0 { return .git }
        case 4:
            if memcmp(name, "name", 4) == 0 { return .name }
            if memcmp(name, "team", 4) == 0 { return .team }
        case 7: if memcmp(name, "version", 7) == 0 { return .version }
        case 8:
            if memcmp(name, "services", 8) == 0 { return .services }
            if memcmp(name, "severity", 8) == 0 { return .severity }
        case 10: if memcmp(name, "started_at", 10) == 0 { return .startedAt }
        case 11:
            if memcmp(name, "custom_tags", 11) == 0 { return .customTags }
            if memcmp(name, "finished_at", 11) == 0 { return .finishedAt }
        default: break
        }
        return nil
    }
}
