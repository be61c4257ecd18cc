// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// What the decoder relies on of the list of fields.
@Suite struct FailureFieldTests {
    /// The fields that are not attributes called as their case, or no string.
    private static let others: [FailureField: String] = [
        .services: #""services":["s"]"#, .service: #""service":["s"]"#, .customTags: #""custom_tags":["k:v"]"#,
        .custom: #""custom":{"k":"v"}"#, .startedAt: #""started_at":1"#, .finishedAt: #""finished_at":2"#,
        .createdAt: #""created_at":"c""#, .timeToRestore: #""time_to_restore":3"#, .internalData: #""internal":{}"#,
        .git: #""git":{"commit_sha":"c","repository_url":"u","repository_id":"r"}"#, .data: "", .id: "", .type: "",
        .attributes: "", .commitSHA: "", .repositoryURL: "", .repositoryID: "",
    ]

    /// Every field once. A new string attribute need not be said here: its name is that of its case.
    static let everyField: String = {
        let attributes = FailureField.allCases.map { others[$0] ?? "\"\(snakeCase("\($0)"))\":\"a\"" }
        let members = attributes.filter { $0 != "" }.joined(separator: ",")
        return #"{"data":{"id":"i","type":"t","attributes":{\#(members)}}}"#
    }()

    private static func snakeCase(_ name: String) -> String {
        name.map { $0.isUppercase ? "_\($0.lowercased())" : "\($0)" }.joined()
    }

    @Test func aSetHasABitForEachField() {
        #expect(FailureField.count <= FieldSet.capacity)
        var set = FieldSet()
        for field in FailureField.allCases {
            #expect(!set.contains(field))
            set.insert(field)
            #expect(set.contains(field))
        }
    }

    @Test func numbersFollowEachOther() {
        for (index, field) in FailureField.allCases.enumerated() { #expect(field.rawValue == index) }
    }

    @Test(arguments: [false, true])
    func everyNameIsKnown(isEscaped: Bool) throws {
        var json = FailureFieldTests.everyField
        if isEscaped {
            // The first letter of each name.
            json = json.replacing(#/"([a-z])([a-z_]+)":/#) { match in
                let scalar = match.1.unicodeScalars.first?.value ?? 0
                return #""\u00\#(String(scalar, radix: 16))\#(match.2)":"#
            }
        }
        let body = {
            var body = buffer(json)
            body.terminate()
            return body
        }()
        var decoder = FailureDecoder(JSONScanner(body))
        try decoder.readEvent()
        for field in FailureField.allCases {
            #expect(decoder.fields.present.contains(field), "the name of \(field) is not known")
        }
    }

    @Test func aNameThatBeginsLikeAKnownOneIsUnknown() throws {
        let failure = try event(
            attributes: #""started_at":1,"env ":"a","environment":"b","en":"c","services_":["d"],"Team":"e""#)
        #expect(failure.envs == [] && failure.services == [] && failure.teams == [])
        #expect(failure.violationTexts == [])
        let escaped = try event(attributes: #""started_at":1,"en\u0076\"x":"a","\u0065nv\"":"b""#)
        #expect(escaped.envs == [])
    }
}
