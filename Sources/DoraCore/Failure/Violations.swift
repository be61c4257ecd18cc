// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A departure from the documented schema. While a body is read only its kind and place are noted;
/// the texts are made afterwards, and only if there are any.
struct Violation {
    enum Kind: UInt8 {
        // The place is the object that lacks the member.
        case missingAttributes, missingStartedAt, missingCommitSHA, missingRepositoryURL
        // The place is the value.
        case dataNotAnObject, notAString, notAnObject, notAList, notNames, notATime
        case notAnInteger, notADateTime, fractionCut
        case unknownType, anotherID, tagWithoutColon, tooManyTags, tagsLeftOut
        // The place is the value or the name.
        case unpairedSurrogate, escapedNUL
        // The place is the name.
        case duplicateName
    }

    let kind: Kind
    let offset: UInt32
}

struct ViolationLog {
    static let limit = 1000

    private(set) var list: [Violation] = []
    /// Those beyond `limit` too.
    private(set) var total = 0

    // What is rare must not weigh on the loops that it is called from.
    @inline(never)
    mutating func add(_ kind: Violation.Kind, _ offset: UInt32) {
        total &+= 1
        if list.count < ViolationLog.limit { list.append(Violation(kind: kind, offset: offset)) }
    }

    /// In the order of the document. Insertion is enough for a list that is short, and sorted
    /// already as a rule.
    mutating func sort() {
        for index in 1..<max(list.count, 1) {
            let violation = list[index]
            var free = index
            while free > 0 && list[free &- 1].offset > violation.offset {
                list[free] = list[free &- 1]
                free &-= 1
            }
            list[free] = violation
        }
    }
}

/// The texts of violations: "/data/attributes/started_at: missing".
final class ViolationTexts {
    private var texts = ByteBuffer()
    private var offsets: [Int] = []

    var count: Int { offsets.count }

    subscript(index: Int) -> UnsafePointer<CChar>? {
        guard index >= 0, index < offsets.count, let start = texts.start else { return nil }
        return UnsafeRawPointer(start + offsets[index]).assumingMemoryBound(to: CChar.self)
    }

    /// `scanner` is over a body that was found well-formed.
    init(_ log: consuming ViolationLog, _ scanner: JSONScanner) {
        log.sort()
        let hidden = log.total &- log.list.count
        // The last line says how many are not listed, its own place included.
        let listed = hidden > 0 ? ViolationLog.limit &- 1 : log.list.count
        var locator = JSONLocator(scanner)
        for index in 0..<listed {
            let violation = log.list[index]
            var text = locator.pointer(to: violation.offset)
            text.append(violation.kind.suffix)
            text.append(": ")
            violation.explain(scanner.start + Int(violation.offset), in: &text)
            append(text)
        }
        if hidden > 0 {
            var text = Text(": ")
            text.append(hidden &+ 1)
            text.append(" more violations")
            append(text)
        }
    }

    private func append(_ text: Text) {
        offsets.append(texts.count)
        text.bytes.withUnsafeBufferPointer { bytes in
            if let start = bytes.baseAddress { texts.append(start, count: bytes.count) }
        }
        texts.append(0)
    }
}

extension Violation.Kind {
    /// What leads from the place to a member that is missing.
    fileprivate var suffix: StaticString {
        switch self {
        case .missingAttributes: "/attributes"
        case .missingStartedAt: "/started_at"
        case .missingCommitSHA: "/commit_sha"
        case .missingRepositoryURL: "/repository_url"
        default: ""
        }
    }
}

extension Violation {
    fileprivate func explain(_ place: BytePointer, in text: inout Text) {
        switch kind {
        case .missingAttributes, .missingStartedAt, .missingCommitSHA, .missingRepositoryURL: text.append("missing")
        case .dataNotAnObject: text.append("not an object")
        case .notAString: explainType(place, "a string", in: &text)
        case .notAnObject: explainType(place, "an object", in: &text)
        case .notAList: explainType(place, "a list", in: &text)
        case .notNames: explainType(place, "a string or a list of strings", in: &text)
        case .notATime: explainType(place, "an integer or a date-time", in: &text)
        case .notAnInteger: text.append("not an exact 64-bit integer")
        case .notADateTime: text.append("not an RFC 3339 date-time from 1678 to 2261")
        case .fractionCut: text.append("finer than a nanosecond, cut")
        case .unknownType: text.append("not \"dora_failure\"")
        case .anotherID: explainID(place, in: &text)
        case .tagWithoutColon: text.append("not of the form key:value")
        case .tooManyTags: text.append("more than 100 tags")
        case .tagsLeftOut: text.append("left out, the keys of so many tags are too long")
        case .escapedNUL: text.append("an escaped NUL, where a C string ends")
        case .unpairedSurrogate: text.append("an unpaired surrogate, read as U+FFFD")
        case .duplicateName: text.append("a duplicate name, the last one counts")
        }
    }

    private func explainID(_ quote: BytePointer, in text: inout Text) {
        var id = Text()
        var sequence = JSONByteSequence(quote: quote)
        while id.bytes.count < Violation.shownIDBytes, let byte = sequence.next() { id.append(byte: byte) }
        text.append(quoted: id)
        text.append(", not the id that was asked for")
    }

    private static let shownIDBytes = 200

    private func explainType(_ place: BytePointer, _ expected: StaticString, in text: inout Text) {
        switch place.pointee {
        case UInt8(ascii: "\""): text.append("a string")
        case UInt8(ascii: "{"): text.append("an object")
        case UInt8(ascii: "["): text.append("a list")
        case UInt8(ascii: "n"): text.append("null")
        case UInt8(ascii: "t"), UInt8(ascii: "f"): text.append("a boolean")
        default: text.append("a number")
        }
        text.append(", expected ")
        text.append(expected)
    }
}
