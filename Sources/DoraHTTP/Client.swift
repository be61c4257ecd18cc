// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// What fetches incident events: checked settings, and engines that keep their connections. It has
/// no lock: engines are listed once and for all, and each is claimed by an atomic flag.
package final class Client {
    package let settings: Settings
    let logger: Logger
    let rate = RateGate()

    private let headers: HeaderList
    private let userAgent: StableText
    /// The engine listed last; each names the one before.
    private let engines = Atomic<UnsafeMutableRawPointer?>(nil)
    private let cancellations = Atomic<UInt64>(0)
    /// The process that the engines belong to; negative while a child takes over.
    private let process = Atomic<Int32>(getpid())

    package init(_ settings: Settings, logger: Logger, version: UnsafePointer<CChar>) throws(DoraError) {
        try CurlLibrary.start()
        self.settings = settings
        self.logger = logger
        headers = HeaderList(settings)
        var agent = settings.configuration.userAgent ?? Text()
        agent.append(agent.isEmpty ? "libdora/" : " libdora/")
        agent.append(cString: version)
        userAgent = StableText(agent)
    }

    deinit {
        // In a child that made no call since the fork the engines are still the parent's.
        guard process.load(ordering: .acquiring) == getpid() else { return }
        var node = engines.load(ordering: .acquiring)
        while let current = node {
            let engine = Unmanaged<Engine>.fromOpaque(current)
            node = engine.takeUnretainedValue().next
            engine.release()
        }
    }

    // MARK: Calls

    package func fetch(_ failureID: UnsafePointer<CChar>) throws(DoraError) -> Failure {
        if let problem = FailureRequest.problem(with: failureID) { throw problem }
        let since = cancellationCount
        let engine = try claimEngine()
        defer { engine.release() }
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
        return try call.takeResult()
    }

    /// Async-signal-safe: no lock, no allocation, only atomics and write(2).
    package func cancel() {
        cancellations.add(1, ordering: .sequentiallyConsistent)
        // In a child that made no call yet there is nothing to wake but the parent's engines.
        guard process.load(ordering: .acquiring) == getpid() else { return }
        var node = engines.load(ordering: .acquiring)
        while let current = node {
            let engine = Unmanaged<Engine>.fromOpaque(current).takeUnretainedValue()
            engine.wake()
            node = engine.next
        }
    }

    var cancellationCount: UInt64 { cancellations.load(ordering: .sequentiallyConsistent) }

    // MARK: Engines

    /// An engine for a queue; to be given back with `release`.
    func claimEngine(maxRunning: Int) throws(DoraError) -> Engine {
        let engine = try claimEngine()
        do throws(DoraError) {
            try engine.serveQueue(maxRunning: maxRunning)
        } catch {
            release(engine)
            throw error
        }
        return engine
    }

    /// Gives an engine without calls back.
    func release(_ engine: Engine) {
        engine.serveCalls()
        engine.release()
    }

    private func claimEngine() throws(DoraError) -> Engine {
        takeOverAfterFork()
        var node = engines.load(ordering: .acquiring)
        while let current = node {
            // Others may use it: only what is claimed is counted.
            let listed = Unmanaged<Engine>.fromOpaque(current)
            if listed._withUnsafeGuaranteedRef({ $0.claim() }) { return listed.takeUnretainedValue() }
            node = listed._withUnsafeGuaranteedRef { $0.next }
        }
        let engine = try Engine(self)
        let listed = Unmanaged.passRetained(engine).toOpaque()
        while true {
            engine.next = engines.load(ordering: .acquiring)
            let (isListed, _) = engines.compareExchange(
                expected: engine.next, desired: listed, ordering: .acquiringAndReleasing)
            if isListed { return engine }
        }
    }

    /// In a child after fork: the inherited connections are the parent's, and closing them would write
    /// to its sockets. They are left alone, descriptors aside, and the child starts with none.
    private func takeOverAfterFork() {
        let current = getpid()
        while true {
            let owner = process.load(ordering: .acquiring)
            if owner == current { return }
            if owner == -current {
                sched_yield()
                continue
            }
            let (isOurs, _) = process.compareExchange(
                expected: owner, desired: -current, ordering: .acquiringAndReleasing)
            guard isOurs else { continue }
            var node = engines.exchange(nil, ordering: .acquiringAndReleasing)
            while let abandoned = node {
                let engine = Unmanaged<Engine>.fromOpaque(abandoned).takeUnretainedValue()
                node = engine.next
                engine.abandon()
            }
            rate.reset()
            process.store(current, ordering: .releasing)
            return
        }
    }

    // MARK: Options

    /// What all calls have in common.
    func configure(_ easy: UnsafeMutableRawPointer) {
        let configuration = settings.configuration
        let protocols = settings.isPlainHTTP ? CURLPROTO_HTTP : CURLPROTO_HTTPS
        setLong(easy, CURLOPT_PROTOCOLS, Int(protocols))
        setLong(easy, CURLOPT_NOSIGNAL, 1)
        setLong(easy, CURLOPT_FOLLOWLOCATION, 0)
        setLong(easy, CURLOPT_PATH_AS_IS, 1)
        setLong(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // Over plain HTTP no handshake tells the version: all would wait for the first response.
        setLong(easy, CURLOPT_PIPEWAIT, settings.isPlainHTTP ? 0 : 1)
        setLong(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        setLong(easy, CURLOPT_SSL_VERIFYPEER, 1)
        setLong(easy, CURLOPT_SSL_VERIFYHOST, 2)
        setLong(easy, CURLOPT_TCP_KEEPALIVE, 1)
        setLong(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        setLong(easy, CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        // A lookup that can't be interrupted is left to end by itself.
        setLong(easy, CURLoption(UInt32(SHIM_CURLOPT_QUICK_EXIT)), 1)
        // libcurl takes 0 for 300 seconds.
        let connect = configuration.connectTimeout
        setLong(easy, CURLOPT_CONNECTTIMEOUT_MS, connect == 0 ? Int(Int32.max) : Int(min(connect, UInt32(Int32.max))))
        _ = shim_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headers.first)
        _ = shim_easy_set_string(easy, CURLOPT_USERAGENT, userAgent.cString)
        // "" asks for every encoding that libcurl was built with.
        if configuration.compression { _ = shim_easy_set_string(easy, CURLOPT_ACCEPT_ENCODING, "") }
        setFile(easy, CURLOPT_CAINFO, configuration.caFile)
        setFile(easy, CURLOPT_SSLCERT, configuration.certificateFile)
        setFile(easy, CURLOPT_SSLKEY, configuration.keyFile ?? configuration.certificateFile)
        setFile(easy, CURLOPT_PROXY, settings.isPlainHTTP ? Text() : configuration.proxy)
    }

    private func setLong(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
        _ = shim_easy_set_long(easy, option, value)
    }

    private func setFile(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Text?) {
        value?.withCString { _ = shim_easy_set_string(easy, option, $0) }
    }

    // MARK: Messages

    func log(_ level: Logger.Level, _ message: Text) {
        logger.log(level, message, secrets: settings.secrets)
    }
}
