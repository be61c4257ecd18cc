// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// What fetches incident events: checked settings, and engines that keep their connections. Calls take no lock:
/// engines are listed once and for all, and each is claimed by an atomic flag.
package final class Client {
    package let settings: Settings
    let logger: Logger
    let options: ClientOptions
    let rate: RateGate

    /// The engine listed last; each names the one before.
    private let engines = Atomic<UnsafeMutableRawPointer?>(nil)
    private let cancellations = Atomic<UInt64>(0)
    /// Of the process that the engines belong to.
    private let generation: Atomic<UInt64>
    private let takeover = SpinLock()

    /// - Parameter version: the library's, for User-Agent.
    package static func make(
        _ settings: Settings, logger: Logger, version: UnsafePointer<CChar>
    ) throws(DoraError) -> Client {
        try CurlLibrary.start()
        let client = Client(settings, logger, version)
        try client.tryOptions()
        return client
    }

    private init(_ settings: Settings, _ logger: Logger, _ version: UnsafePointer<CChar>) {
        self.settings = settings
        self.logger = logger
        generation = Atomic(ProcessGeneration.current)
        rate = RateGate(timeout: settings.configuration.timeout)
        var agent = settings.configuration.userAgent ?? Text()
        agent.append(agent.isEmpty ? "libdora/" : " libdora/")
        agent.append(cString: version)
        options = ClientOptions(settings: settings, headers: HeaderList(settings), userAgent: StableText(agent))
    }

    deinit {
        takeOverAfterFork()
        release(engines.exchange(nil, ordering: .acquiringAndReleasing)) { _ in }
    }

    /// What libcurl does not take is better known before the first call.
    private func tryOptions() throws(DoraError) {
        guard let easy = curl_easy_init() else { throw DoraError(refused: "curl_easy_init", ENOMEM) }
        defer { curl_easy_cleanup(easy) }
        var trial = EasyOptions(easy)
        options.apply(to: &trial)
        try trial.check()
        guard logger.isOn else { return }
        for name in trial.missing {
            var line = Text("libcurl does without ")
            line.append(name)
            log(.debug, line)
        }
    }

    // MARK: Calls

    package func fetch(_ failureID: UnsafePointer<CChar>) throws(DoraError) -> Failure {
        if let error = FailureRequest.error(for: failureID) { throw error }
        let since = cancellationCount
        let engine = try claimEngine()
        defer { engine.unclaim() }
        let length = strlen(failureID)
        let call = try failureID.withMemoryRebound(to: UInt8.self, capacity: length) { id throws(DoraError) in
            try engine.start(UnsafeBufferPointer(start: id, count: length), tag: 0)
        }
        while true {
            if cancellationCount != since { engine.cancelAll() }
            if engine.takeFinished() != nil { break }
            engine.turn(limit: .max)
        }
        defer { engine.recycle(call) }
        return try call.takeFailure()
    }

    /// Async-signal-safe: no lock, no allocation, only atomics and write(2).
    package func cancel() {
        cancellations.add(1, ordering: .sequentiallyConsistent)
        // In a child that made no call yet there is nothing to wake but the parent's engines.
        guard generation.load(ordering: .acquiring) == ProcessGeneration.current else { return }
        var node = engines.load(ordering: .acquiring)
        while let current = node {
            let engine = Unmanaged<Engine>.fromOpaque(current).takeUnretainedValue()
            engine.wake()
            node = engine.next
        }
    }

    var cancellationCount: UInt64 { cancellations.load(ordering: .sequentiallyConsistent) }

    // MARK: Engines

    /// An engine for a queue; to be given back with `giveBack`.
    func claimEngine(maxRunning: Int) throws(DoraError) -> Engine {
        let engine = try claimEngine()
        do throws(DoraError) {
            try engine.serveQueue(maxRunning: maxRunning)
        } catch {
            engine.unclaim()
            throw error
        }
        return engine
    }

    func giveBack(_ engine: Engine) {
        engine.dropAll()
        engine.serveCalls()
        engine.unclaim()
    }

    private func claimEngine() throws(DoraError) -> Engine {
        takeOverAfterFork()
        var node = engines.load(ordering: .acquiring)
        while let current = node {
            // Others may use it: only what is claimed is counted.
            let listed = Unmanaged<Engine>.fromOpaque(current)
            if listed.use({ $0.claim() }) { return listed.takeUnretainedValue() }
            node = listed.use { $0.next }
        }
        let engine = try Engine.make(self)
        let listed = Unmanaged.passRetained(engine).toOpaque()
        while true {
            engine.next = engines.load(ordering: .acquiring)
            let (isListed, _) = engines.compareExchange(
                expected: engine.next, desired: listed, ordering: .acquiringAndReleasing)
            if isListed { return engine }
        }
    }

    /// In a child after fork: the inherited connections are the parent's, and to close them would write to its
    /// sockets. The child lets go of them and starts with none.
    ///
    /// The one place where a fork is dealt with: each entry into a client, a queue or a search begins here.
    func takeOverAfterFork() {
        let current = ProcessGeneration.current
        guard generation.load(ordering: .acquiring) != current else { return }
        takeover.lock()
        defer { takeover.unlock() }
        guard generation.load(ordering: .acquiring) != current else { return }
        release(engines.exchange(nil, ordering: .acquiringAndReleasing)) { $0.abandon() }
        rate.reset()
        generation.store(current, ordering: .releasing)
    }

    private func release(_ first: UnsafeMutableRawPointer?, _ body: (Engine) -> Void) {
        var node = first
        while let current = node {
            let engine = Unmanaged<Engine>.fromOpaque(current)
            node = engine.use { $0.next }
            engine.use { body($0) }
            engine.release()
        }
    }

    // MARK: Messages

    func log(_ level: Logger.Level, _ message: Text) {
        logger.log(level, settings.redactor.redact(message))
    }
}
