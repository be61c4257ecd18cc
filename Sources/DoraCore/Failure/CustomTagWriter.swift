// SPDX-License-Identifier: Apache-2.0

import CCurl

/// The tags of the object `custom`, written out as `key:value`, one for each string of its members.
struct CustomTagWriter {
    private let documented: FailureTexts.List
    /// The documented tags, then those that only `custom` has.
    private var tags: FailureTexts.List
    /// For each string of `custom` the place of its tag, and how long its key is.
    private var keys: FailureTexts.List
    private var bytesLeft: Int
    private var isFull = false
    private var key: FieldString?

    init(_ writer: inout FailureTextWriter) {
        documented = writer.texts.lists[FailureField.customTags.rawValue]
        tags = writer.copyList(.customTags)
        keys = FailureTexts.List(
            first: tags.first &+ tags.count &+ writer.room.customTags, count: 0)
        bytesLeft = Int(writer.room.customBytes)
    }

    mutating func write(_ strings: UnsafeMutableBufferPointer<FieldString>, to writer: inout FailureTextWriter) {
        for string in strings {
            switch string.role {
            case .key: key = string
            case .keyed: append(string, &writer)
            case .text, .forgotten: break
            }
        }
        writer.texts.lists[FailureField.customTags.rawValue] = tags
        writer.texts.lists[FailureField.custom.rawValue] = keys
    }

    @inline(__always)
    private mutating func append(_ value: FieldString, _ writer: inout FailureTextWriter) {
        guard let key, reserve(key, value, &writer) else { return }
        let start = writer.textEnd
        let keyLength = writer.copy(key, to: start)
        var length = keyLength
        let isCut = key.isEscaped && key.string(in: writer.scanner).holdsNUL
        if isCut {
            // The tag ends in its key, and so would those that follow.
            self.key = nil
        } else {
            writer.memory.storeBytes(of: UInt8(ascii: ":"), toByteOffset: start &+ length, as: UInt8.self)
            length &+= 1
            length &+= writer.copy(value, to: start &+ length)
        }
        var place = UInt32(truncatingIfNeeded: start)
        if documented.count > 0, let equal = writer.find(place, among: documented) {
            place = equal
        } else {
            writer.textEnd = start &+ length &+ 1
            writer.appendEntry(start)
            tags.count &+= 1
        }
        // No C string is a key with a NUL in it.
        if !isCut { note(place, keyLength, writer) }
    }

    @inline(__always)
    private mutating func reserve(
        _ key: FieldString, _ value: FieldString, _ writer: inout FailureTextWriter
    ) -> Bool {
        // Two of the four quotes make room for the ':' and the NUL.
        let bytes = Int(key.end &- key.start) &+ Int(value.end &- value.start) &- 2
        if bytes <= bytesLeft {
            bytesLeft &-= bytes
            return true
        }
        if !isFull { writer.violations.add(.tagsLeftOut, value.start) }
        isFull = true
        return false
    }

    @inline(__always)
    private mutating func note(_ place: UInt32, _ keyLength: Int, _ writer: FailureTextWriter) {
        let pair = writer.texts.places + Int(keys.first &+ keys.count)
        pair[0] = place
        pair[1] = UInt32(truncatingIfNeeded: keyLength)
        keys.count &+= 2
    }
}
