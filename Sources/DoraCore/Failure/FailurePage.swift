// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A page of incident events: the items of `{"data": [ … ]}`, in the order of the list. One thread at a
/// time.
///
/// The page is read once: all of it is held against RFC 8259, and where each item's fields stand is kept.
/// An event takes its texts out when it is made, into memory of its own.
package final class FailurePage {
    private var body = ByteBuffer()
    private var items: [FailureItem] = []
    /// With the strings of all items.
    private var fields = FailureFields()

    package init() {}

    /// Reads a body of less than 2 GiB, which it takes over, in place of the last one. The memory that goes with
    /// it is used again: to have it anew for each page would take a third of the time that reading takes.
    package func read(_ body: consuming ByteBuffer) throws(MalformedBody) {
        body.terminate()
        var reader = FailurePageReader(JSONScanner(body), &items, &fields)
        var problem: Text?
        do throws(JSONFault) {
            try reader.readPage()
            problem = reader.problem.map { Text($0) }
        } catch {
            problem = reader.decoder.scanner.reason(error)
        }
        reader.handBack(&items, &fields)
        if let problem {
            items.removeAll(keepingCapacity: true)
            throw MalformedBody(problem, body)
        }
        self.body = body
    }

    /// Hands the memory of the body on, for the next response. The page then has no items.
    package func takeBody() -> ByteBuffer {
        items.removeAll(keepingCapacity: true)
        var taken = ByteBuffer()
        swap(&taken, &body)
        return taken
    }

    private var scanner: JSONScanner { JSONScanner(body) }

    package var count: Int { items.count }

    // MARK: An item, by its index below `count`

    /// What the walk of a search is told of it. The pointers live as long as the page.
    package func item(_ index: Int) -> PageItem {
        let item = items[index]
        let id = id(item)
        let hasID = (id?.length ?? 0) > 0
        return PageItem(
            id: hasID ? id.map { UnsafeBufferPointer(start: $0.quote + 1, count: $0.length) } : nil,
            startedAt: item.startedAt, bytes: json(item))
    }

    private func id(_ item: FailureItem) -> JSONString? {
        for string in strings(item) {
            if case .id = string.field, case .text = string.role { return string.string(in: scanner) }
        }
        return nil
    }

    private func strings(_ item: FailureItem) -> UnsafeMutableBufferPointer<FieldString> {
        fields.strings(Int(item.firstString), Int(item.endString))
    }

    /// Its bytes as they were received. They live as long as the page.
    private func json(_ item: FailureItem) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: scanner.start + Int(item.start), count: item.length)
    }

    /// Makes an event of it, which does not need the page any more. In strict mode the first departure from
    /// the documented schema is an error.
    package func makeFailure(_ index: Int, response: Response?, strict: Bool) throws(MalformedBody) -> Failure {
        let item = items[index]
        if item.isPlain, let failure = makePlainFailure(item, json(item), response) { return failure }
        // Read on its own, so that each violation is found at the place that it has there.
        return try Failure.decode(
            event(json(item), room: 0), response: response, strict: strict, id: nil, needsData: false)
    }

    // MARK: Events

    /// nil if something is wrong with its texts.
    private func makePlainFailure(
        _ item: FailureItem, _ json: UnsafeBufferPointer<UInt8>, _ response: Response?
    ) -> Failure? {
        let room = item.room
        let body = event(json, room: json.count &+ room.size <= FailureTextMemory.sharedSize ? room.size : 0)
        let memory = FailureTextMemory(room, behind: body)
        var writer = FailureTextWriter(memory.start, room, scanner, ViolationLog())
        writer.write(strings(item))
        guard writer.violations.total == 0, writer.texts.isTypeKnown, !writer.texts.hasTooManyTags else { return nil }
        return Failure(
            body, writer.texts, in: memory, response: response, startedAt: item.startedAt,
            finishedAt: item.finishedAt, nil)
    }

    /// The JSON of an event whose `data` is an item, in a buffer with room for its texts.
    private func event(_ item: UnsafeBufferPointer<UInt8>, room: Int) -> ByteBuffer {
        let head: StaticString = "{\"data\":"
        var body = ByteBuffer(capacity: head.utf8CodeUnitCount &+ item.count &+ 1 &+ ByteBuffer.padding &+ 8 &+ room)
        body.append(head.utf8Start, count: head.utf8CodeUnitCount)
        if let start = item.baseAddress { body.append(start, count: item.count) }
        body.append(UInt8(ascii: "}"))
        body.terminate()
        return body
    }
}
