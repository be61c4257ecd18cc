// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DoraCore

/// What the decoder relies on of the list of fields.
@Suite struct FailureFieldTests {
    /// Every field once. A field that is added to `FailureField` has to be added here.
    static let everyField = #"""
        {"data":{"id":"i","type":"t","attributes":{"name":"n","severity":"s","version":"v","env":"e","team":"t",
        "services":["s"],"service":["s"],"custom_tags":["k:v"],"custom":{"k":"v"},"started_at":1,"finished_at":2,
        "created_at":"c","time_to_restore":3,"source":"s","internal":{},
        "git":{"commit_sha":"c","repository_url":"u","repository_id":"r"}}}}
        """#

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
