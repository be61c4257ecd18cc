// SPDX-License-Identifier: Apache-2.0

import CCurl

/// What an event is held against once its JSON was read: the forms of its fields, and the documented schema.
extension FailureDecoder {
    // MARK: Times

    mutating func time(_ field: FailureField) -> Int64? {
        let span = fields[field]
        guard span.isPresent else { return nil }
        let value = scanner.start + Int(span.start)
        switch value.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let number = exactInteger(value)
            if number == nil { reader.violations.add(.notAnInteger, span.start) }
            return number
        case UInt8(ascii: "\""):
            guard let time = dateTime(value, span.length &- 2) else {
                reader.violations.add(.notADateTime, span.start)
                return nil
            }
            if time.isCut { reader.violations.add(.fractionCut, span.start) }
            return time.nanoseconds
        default:
            reader.violations.add(.notATime, span.start)
            return nil
        }
    }

    private func dateTime(_ quote: BytePointer, _ length: Int) -> DateTime? {
        let text = UnsafeBufferPointer(start: quote + 1, count: length)
        if let time = parseRFC3339(text) { return time }
        // It may be written with escapes.
        guard memchr(quote, 0x5C, length) != nil else { return nil }
        let decoded: UnsafeMutablePointer<UInt8> = reallocate(nil, length)
        defer { free(decoded) }
        let count = decodeString(quote: quote, to: decoded, limit: length)
        return parseRFC3339(UnsafeBufferPointer(start: decoded, count: count))
    }

    // MARK: Members

    /// Notes members that are missing, and those whose value is not of a form that they are known to have.
    mutating func checkFields() {
        if !fields.odd.isEmpty { noteOddFields() }
        guard isObject(.data) else { return }
        guard fields.present.contains(.attributes) else {
            reader.violations.add(.missingAttributes, fields[.data].start)
            return
        }
        guard isObject(.attributes) else { return }
        if !fields.present.contains(.startedAt) {
            reader.violations.add(.missingStartedAt, fields[.attributes].start)
        }
        if isObject(.git) { checkGit() }
    }

    private func isObject(_ field: FailureField) -> Bool {
        place(field)?.pointee == UInt8(ascii: "{")
    }

    /// Notes a type that is unknown, too many tags, and an id that is not the one that was asked for.
    mutating func checkTexts(_ texts: FailureTexts, id: UnsafeBufferPointer<UInt8>?) {
        if texts.hasTooManyTags { reader.violations.add(.tooManyTags, fields[.customTags].start) }
        if !texts.isTypeKnown { reader.violations.add(.unknownType, fields[.type].start) }
        guard let id, let quote = place(.id), quote.pointee == UInt8(ascii: "\"") else { return }
        if !stringEquals(quote, id) { reader.violations.add(.anotherID, fields[.id].start) }
    }

    private mutating func checkGit() {
        let start = fields[.git].start
        if !fields.present.contains(.commitSHA) { reader.violations.add(.missingCommitSHA, start) }
        // Deployments carry the repository's id in place of its address.
        if !fields.present.contains(.repositoryURL) && !fields.present.contains(.repositoryID) {
            reader.violations.add(.missingRepositoryURL, start)
        }
    }

    // MARK: Values of another form

    private mutating func noteOddFields() {
        // What is wrong with the text itself was noted when it was read.
        let wasWatching = reader.isWatching
        reader.isWatching = false
        for field in FailureField.allCases where fields.odd.contains(field) { noteOdd(field) }
        reader.isWatching = wasWatching
    }

    private mutating func noteOdd(_ field: FailureField) {
        guard let value = place(field) else { return }
        switch (field.form, value.pointee) {
        case (.names, UInt8(ascii: "[")), (.tags, UInt8(ascii: "[")):
            noteOddElements(value)
        case (.tagObject, UInt8(ascii: "{")):
            noteOddMembers(value)
        case (_, UInt8(ascii: "n")) where field.mayBeNull:
            break
        case (.names, UInt8(ascii: "n")):
            reader.violations.add(.notAList, scanner.offset(value))
        default:
            reader.violations.add(expectation(field), scanner.offset(value))
        }
    }

    private func expectation(_ field: FailureField) -> Violation.Kind {
        switch field.form {
        case .text, .unread: return .notAString
        case .names: return .notNames
        case .tags: return .notAList
        case .time: return .notATime
        case .tagObject: return .notAnObject
        case .object: if case .data = field { return .dataNotAnObject } else { return .notAnObject }
        }
    }

    private mutating func noteOddElements(_ bracket: BytePointer) {
        do throws(JSONFault) {
            var place = bracket
            var hasElement = reader.enterArray(&place)
            while hasElement {
                if place.pointee != UInt8(ascii: "\"") { reader.violations.add(.notAString, scanner.offset(place)) }
                place = try reader.skipValue(place, depth: 0)
                hasElement = try reader.nextElement(&place)
            }
        } catch {
            // The list was found well-formed: this does not happen.
        }
    }

    private mutating func noteOddMembers(_ brace: BytePointer) {
        do throws(JSONFault) {
            var place = brace
            var hasMember = reader.enterObject(&place)
            while hasMember {
                _ = try reader.readName(&place)
                switch place.pointee {
                case UInt8(ascii: "\""), UInt8(ascii: "n"): break
                case UInt8(ascii: "["): noteOddElements(place)
                default: reader.violations.add(.notNames, scanner.offset(place))
                }
                place = try reader.skipValue(place, depth: 0)
                hasMember = try reader.nextMember(&place)
            }
        } catch {
            // The object was found well-formed: this does not happen.
        }
    }
}
