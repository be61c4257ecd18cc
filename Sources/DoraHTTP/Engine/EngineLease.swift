// SPDX-License-Identifier: Apache-2.0

import DoraCore
import Synchronization

/// The engine of a queue or a search: the same from beginning to end, in a forked child another one. Each entry is
/// between `enter` and `leave`.
struct EngineLease: ~Copyable {
    let client: Client
    private(set) var engine: Engine
    let maxRunning: Int
    /// "queue", "search": for words to a person.
    private let holder: StaticString
    private var generation: UInt64
    /// Another thread of the parent was inside when this child was forked: nothing of it can be trusted.
    private(set) var isLost = false
    /// Whether the program has the descriptor.
    private(set) var isWatched = false

    init(_ client: Client, maxRunning: Int, for holder: StaticString) throws(DoraError) {
        self.client = client
        self.maxRunning = maxRunning
        self.holder = holder
        engine = try client.claimEngine(maxRunning: maxRunning)
        generation = ProcessGeneration.current
        engine.isAtWork.store(false, ordering: .releasing)
    }

    deinit {
        client.takeOverAfterFork()
        // After a fork that was not noticed the engine was the parent's.
        if generation == ProcessGeneration.current, !isLost { client.giveBack(engine) }
    }

    /// Returns, the first time in a child after fork, the parent's engine, whose calls must be asked for anew.
    mutating func enter() throws(DoraError) -> Engine? {
        client.takeOverAfterFork()
        var inherited: Engine?
        if generation != ProcessGeneration.current { inherited = try goOnInChild() }
        if isLost {
            var message = Text(holder)
            message.append(": another thread used it while this process was forked; make a new one")
            throw DoraError(.invalidArgument, message)
        }
        engine.isAtWork.store(true, ordering: .relaxed)
        return inherited
    }

    func leave() {
        engine.isAtWork.store(false, ordering: .releasing)
    }

    private mutating func goOnInChild() throws(DoraError) -> Engine? {
        let inherited = engine
        if inherited.isAtWork.load(ordering: .acquiring) {
            isLost = true
            generation = ProcessGeneration.current
            return nil
        }
        engine = try client.claimEngine(maxRunning: maxRunning)
        generation = ProcessGeneration.current
        isWatched = false
        return inherited
    }

    /// A descriptor that polls readable when there is something to do, from now on; -1 where there can be none. Between
    /// `enter` and `leave`.
    mutating func watch() -> Int32 {
        if !isWatched, engine.descriptor >= 0 {
            isWatched = true
            engine.signal()
        }
        return engine.descriptor
    }
}
