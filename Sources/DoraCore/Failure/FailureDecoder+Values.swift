// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The second step, over a body that is well-formed and whose fields were found: values are taken
/// out, and departures from the documented schema noted.
extension FailureDecoder {
    private static let maximumCustomTags: UInt32 = 100

    var hasData: Bool {
        place(.data)?.pointee == UInt8(ascii: "{")
    }

    private func isString(_ field: FailureField) -> Bool {
        place(field)?.pointee == UInt8(ascii: "\"")
    }

    private func isList(_ field: FailureField) -> Bool {
        place(field)?.pointee == UInt8(ascii: "[")
    }

    // MARK: Texts

    mutating func extractTexts() -> FailureTexts {
        // The first step noted what is wrong with the text itself.
        reader.isWatching = false
        let services = isList(.services) ? span(.services).detail : 0
        let customTags = isList(.customTags) ? span(.customTags).detail : 0
        var texts = FailureTexts(size: textSize(), services: services, customTags: customTags)
        for index in 0..<FailureField.textCount where spans[index].isPresent {
            guard let field = FailureField(rawValue: index) else { continue }
            let span = spans[index]
            let value = scanner.start + Int(span.start)
            if value.pointee == UInt8(ascii: "\"") {
                texts.append(field, quote: value, length: span.length, isEscaped: span.detail != 0)
            } else {
                reader.violations.add(.notAString, span.start)
            }
        }
        extractList(.services, to: &texts)
        extractList(.customTags, to: &texts)
        if let type = texts.text(.type), strcmp(type, "dora_failure") != 0 {
            reader.violations.add(.unknownType, span(.type).start)
        }
        if customTags > FailureDecoder.maximumCustomTags {
            reader.violations.add(.tooManyTags, span(.customTags).start)
        }
        return texts
    }

    /// An upper bound for the decoded strings with a NUL each. Of a list, each string loses two
    /// quotes and a comma or bracket to gain a NUL.
    private func textSize() -> Int {
        var size = 0
        for index in 0..<FailureField.textCount { size &+= spans[index].length }
        if isList(.services) { size &+= span(.services).length &- 2 &* Int(span(.services).detail) }
        if isList(.customTags) { size &+= span(.customTags).length &- 2 &* Int(span(.customTags).detail) }
        return size
    }

    private mutating func extractList(_ field: FailureField, to texts: inout FailureTexts) {
        guard let list = place(field) else { return }
        guard list.pointee == UInt8(ascii: "[") else {
            if field != .customTags || list.pointee != UInt8(ascii: "n") {
                reader.violations.add(.notAList, span(field).start)
            }
            return
        }
        do throws(JSONFault) {
            try extractElements(list, field, to: &texts)
        } catch {
            // The first step found the list well-formed: this does not happen.
        }
    }

    private mutating func extractElements(
        _ bracket: BytePointer, _ field: FailureField, to texts: inout FailureTexts
    ) throws(JSONFault) {
        var place = bracket
        var hasElement = reader.enterArray(&place)
        while hasElement {
            let element = place
            if element.pointee == UInt8(ascii: "\"") {
                let string = try scanner.skipString(element)
                place = string.end
                if field == .customTags {
                    texts.appendCustomTag(quote: element, string)
                    if !hasColon(element, string) { reader.violations.add(.tagWithoutColon, scanner.offset(element)) }
                } else {
                    texts.appendService(quote: element, string)
                }
            } else {
                reader.violations.add(.notAString, scanner.offset(element))
                place = try reader.skipValue(element, depth: 0)
            }
            hasElement = try reader.nextElement(&place)
        }
    }

    private func hasColon(_ quote: BytePointer, _ string: ScannedValue) -> Bool {
        if memchr(quote, 0x3A, string.end - quote) != nil { return true }
        guard string.isEscaped else { return false }
        var sequence = JSONByteSequence(quote: quote)
        while let byte = sequence.next() {
            if byte == UInt8(ascii: ":") { return true }
        }
        return false
    }

    // MARK: Times

    mutating func extractTime(_ field: FailureField) -> Int64? {
        guard let value = place(field) else { return nil }
        let start = span(field).start
        switch value.pointee {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let number = exactInteger(value)
            if number == nil { reader.violations.add(.notAnInteger, start) }
            return number
        case UInt8(ascii: "\""):
            guard let time = dateTime(value, span(field)) else {
                reader.violations.add(.notADateTime, start)
                return nil
            }
            if time.isCut { reader.violations.add(.fractionCut, start) }
            return time.nanoseconds
        default:
            reader.violations.add(.notATime, start)
            return nil
        }
    }

    private func dateTime(_ quote: BytePointer, _ span: FieldSpan) -> DateTime? {
        let length = span.length &- 2
        guard span.detail != 0 else {
            return parseRFC3339(UnsafeBufferPointer(start: quote + 1, count: length))
        }
        let decoded: UnsafeMutablePointer<UInt8> = reallocate(nil, length)
        defer { free(decoded) }
        let count = decodeString(quote: quote, to: decoded, limit: length)
        return parseRFC3339(UnsafeBufferPointer(start: decoded, count: count))
    }

    // MARK: Members that must be there

    mutating func checkObjects() {
        guard let attributes = place(.attributes) else {
            reader.violations.add(.missingAttributes, span(.data).start)
            return
        }
        guard attributes.pointee == UInt8(ascii: "{") else {
            reader.violations.add(.notAnObject, span(.attributes).start)
            return
        }
        if !span(.startedAt).isPresent { reader.violations.add(.missingStartedAt, span(.attributes).start) }
        guard let git = place(.git) else { return }
        let start = span(.git).start
        guard git.pointee == UInt8(ascii: "{") else {
            reader.violations.add(.notAnObject, start)
            return
        }
        if !span(.commitSHA).isPresent { reader.violations.add(.missingCommitSHA, start) }
        // Deployments carry the repository's id in place of its address.
        if !span(.repositoryURL).isPresent && !span(.repositoryID).isPresent {
            reader.violations.add(.missingRepositoryURL, start)
        }
    }
}
