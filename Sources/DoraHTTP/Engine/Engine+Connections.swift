// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore
import Synchronization

/// Which connections an attempt goes over, and when they are closed.
extension Engine {
    /// Gives an attempt to libcurl.
    func handOver(_ call: Call) {
        do throws(DoraError) {
            let connections = try currentConnections()
            // Over HTTP/2 a server may speak at any time.
            if !hasTidied, !gate.waitsForPipe {
                hasTidied = true
                events.sockets.endStrayConnections()
            }
            connections.limit(to: gate.waitsForPipe ? sharedConnections : 0)
            connections.keep(idleConnections)
            let code = connections.add(call, waitsForPipe: gate.waitsForPipe, tellsReadiness: gate.isUnknown)
            if code == CURLM_OK { return }
            throw DoraError(refused: "curl_multi_add_handle", code == CURLM_OUT_OF_MEMORY ? ENOMEM : EINVAL)
        } catch {
            forget(call)
            call.fail(error)
            finished.append(call)
        }
    }

    /// How many connections calls share at the most. When the streams of one are used up, an older libcurl (7.88 among
    /// them) opens one for each further request; servers allow some hundred streams as a rule.
    private var sharedConnections: Int {
        maxRunning <= Engine.usualStreams ? 0 : (maxRunning &+ Engine.usualStreams &- 1) / Engine.usualStreams
    }

    private static let usualStreams = 100

    /// How many connections wait for the next calls. Over HTTP/1.1 a queue's next events may need as many as the last.
    private var idleConnections: Int { max(Engine.keptConnections, min(maxRunning, Engine.mostIdleConnections)) }

    private static let mostIdleConnections = 128

    private func currentConnections() throws(DoraError) -> Connections {
        if let current { return current }
        let made = try Connections.make(self)
        current = made
        return made
    }

    /// A connection that did not answer in time serves no other call. Over HTTP/1.1 libcurl closes it; over
    /// HTTP/2 it would go on with it.
    func retireConnections(of call: Call) {
        guard let connections = current, call.wasSent, !gate.isSeparate,
            call.connections?.toOpaque() == Unmanaged.passUnretained(connections).toOpaque()
        else { return }
        current = nil
        retired.append(connections)
        gate.disconnected()
    }

    func forEachConnections(_ body: (Connections) -> Void) {
        if let current { body(current) }
        for connections in retired { body(connections) }
    }

    func closeConnections() {
        forEachConnections { $0.close() }
        current = nil
        retired.removeAll()
        gate.disconnected()
    }

    /// In a child after fork: lets go of all that the parent has, without a word to the servers.
    func abandon() {
        isAbandoned = true
        if isAtWork.load(ordering: .acquiring) || running.contains(where: { $0.isLookingUp })
            || !events.descriptors.areAllThere || !events.sockets.disconnectAll()
        {
            // libcurl's memory stays: it may be half changed, wait for a thread that the child does not have, or name
            // descriptors that are the child's own.
            _ = Unmanaged.passRetained(self)
            events.descriptors.closeAll()
        } else {
            for call in running { call.connections?.takeUnretainedValue().remove(call) }
            closeConnections()
            events.close()
        }
    }
}
