// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The members of an incident event: those that are documented, and those that the API sends in their place.
///
/// This file is the one place for them. A new string attribute is a case, and its name in
/// `attribute(at:)`; whatever is not said about it below is what most attributes are.
package enum FailureField: Int, CaseIterable {
    case data
    case id
    case type
    case attributes
    case name
    case severity
    case version
    case env
    case team
    case services
    case service
    case customTags
    case custom
    case startedAt
    case finishedAt
    case git
    case createdAt
    case timeToRestore
    case source
    case internalData
    case commitSHA
    case repositoryURL
    case repositoryID

    static var count: Int { allCases.count }

    /// What a field holds, by all forms that are known of it.
    enum Form {
        /// One string.
        case text
        /// A list of strings, or one string.
        case names
        /// A list of strings.
        case tags
        /// An object whose members are lists of strings or single strings.
        case tagObject
        /// An integer or a date-time.
        case time
        case object(FailureObject)
        /// Anything, which has no accessor: what is known by its name need not be compared with the unknown ones.
        case unread
    }

    /// Where null says what a field that is missing says.
    var mayBeNull: Bool {
        switch self {
        case .env, .team, .service, .customTags, .custom: true
        default: false
        }
    }

    var form: Form {
        switch self {
        case .data: .object(.data)
        case .attributes: .object(.attributes)
        case .git: .object(.git)
        case .env, .team, .services, .service: .names
        case .customTags: .tags
        case .custom: .tagObject
        case .startedAt, .finishedAt: .time
        case .createdAt, .timeToRestore, .source, .internalData: .unread
        default: .text
        }
    }
}

/// A field's name at the place where it was found.
struct KnownName {
    let field: FailureField
    let length: Int
}

/// The objects of an event that have fields in them.
enum FailureObject {
    case document
    case data
    case attributes
    case git

    /// The field whose name starts at `name` and ends at a quote.
    ///
    /// Names are compared in place, not scanned first: the processor then need not know where a name ends
    /// before it goes on with the value.
    @inline(__always)
    func field(at name: BytePointer) -> KnownName? {
        switch self {
        case .document: match(name, "data", .data)
        case .data: FailureObject.dataField(at: name)
        case .attributes: FailureObject.attribute(at: name)
        case .git: FailureObject.gitField(at: name)
        }
    }

    @inline(__always)
    private static func dataField(at name: BytePointer) -> KnownName? {
        match(name, "id", .id) ?? match(name, "type", .type) ?? match(name, "attributes", .attributes)
    }

    @inline(__always)
    private static func attribute(at name: BytePointer) -> KnownName? {
        switch name.pointee {
        case UInt8(ascii: "c"):
            match(name, "custom_tags", .customTags) ?? match(name, "custom", .custom)
                ?? match(name, "created_at", .createdAt)
        case UInt8(ascii: "e"): match(name, "env", .env)
        case UInt8(ascii: "f"): match(name, "finished_at", .finishedAt)
        case UInt8(ascii: "g"): match(name, "git", .git)
        case UInt8(ascii: "i"): match(name, "internal", .internalData)
        case UInt8(ascii: "n"): match(name, "name", .name)
        case UInt8(ascii: "s"):
            match(name, "started_at", .startedAt) ?? match(name, "severity", .severity)
                ?? match(name, "service", .service) ?? match(name, "services", .services)
                ?? match(name, "source", .source)
        case UInt8(ascii: "t"): match(name, "team", .team) ?? match(name, "time_to_restore", .timeToRestore)
        case UInt8(ascii: "v"): match(name, "version", .version)
        default: nil
        }
    }

    @inline(__always)
    private static func gitField(at name: BytePointer) -> KnownName? {
        match(name, "commit_sha", .commitSHA) ?? match(name, "repository_url", .repositoryURL)
            ?? match(name, "repository_id", .repositoryID)
    }
}

/// No name is longer than `JSONName.shortLength`: that many bytes and a quote can be read anywhere in a body.
@inline(__always)
private func match(_ name: BytePointer, _ literal: StaticString, _ field: FailureField) -> KnownName? {
    let length = literal.utf8CodeUnitCount
    guard memcmp(name, literal.utf8Start, length) == 0, name[length] == UInt8(ascii: "\"") else { return nil }
    return KnownName(field: field, length: length)
}
