// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The descriptors of an engine, and the wait for what happens to them: the sockets that libcurl asks to
/// watch, an event that ends the wait, and a timer for programs that watch `epoll` in a loop of their own.
struct EventWait {
    var sockets = SocketList()
    let wakeEvent: Int32

    private var timer: Int32 = -1
    private var timerIsSetFor = Int64.max
    private var isSignalled = false
    private let ready: UnsafeMutablePointer<shim_ready>

    /// Check `isOpen`.
    init() {
        wakeEvent = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        ready = reallocate(nil, Int(SHIM_READY_CAPACITY))
    }

    var isOpen: Bool { wakeEvent >= 0 }

    /// For a queue: readable when a wait would return, timers included once `settle` was called.
    var epoll: Int32 { sockets.epoll }

    func close() {
        for descriptor in [epoll, wakeEvent, timer] where descriptor >= 0 { _ = CCurl.close(descriptor) }
    }

    func freeMemory() {
        free(ready)
    }

    // MARK: Two kinds of use, while no call runs

    /// Waits with epoll from now on. Returns false where the process has no descriptor left.
    mutating func useEpoll() -> Bool {
        sockets.use(epoll: epoll >= 0 ? epoll : epoll_create1(Int32(EPOLL_CLOEXEC)))
        return epoll >= 0
            && (shim_epoll_control(epoll, EPOLL_CTL_ADD, wakeEvent, EPOLLIN.rawValue) == 0 || shim_errno() == EEXIST)
    }

    /// Waits with poll from now on.
    mutating func usePoll() {
        sockets.usePoll()
    }

    // MARK: The wait

    /// Waits until something happens, at most `milliseconds`; below 0 without limit. What happened to
    /// sockets is then told by `event`. Returns how many events there are.
    mutating func wait(milliseconds: Int32) -> Int {
        if sockets.isUsingEpoll { return Int(shim_epoll_wait(epoll, ready, milliseconds)) }
        ready[0] = shim_ready(descriptor: wakeEvent, events: EPOLLIN.rawValue)
        let count = 1 &+ sockets.list(to: ready + 1, capacity: Int(SHIM_READY_CAPACITY) &- 1)
        return Int(shim_poll(ready, Int32(count), milliseconds))
    }

    /// What happened to a socket that libcurl waits for; nil for anything else, which is dealt with here.
    mutating func event(_ index: Int) -> shim_ready? {
        let event = ready[index]
        if event.descriptor == wakeEvent {
            drainWakeEvent()
        } else if event.descriptor == timer {
            shim_event_drain(timer)
            timerIsSetFor = .max
        } else if sockets.isWatched(event.descriptor) {
            return event
        }
        return nil
    }

    private mutating func drainWakeEvent() {
        shim_event_drain(wakeEvent)
        isSignalled = false
    }

    // MARK: The descriptor, for a program's own event loop

    /// Makes `epoll` readable until the next wait.
    mutating func signal() {
        guard !isSignalled else { return }
        isSignalled = true
        shim_event_signal(wakeEvent)
    }

    /// Makes `epoll` readable now if there is something to do, else when a socket needs it or at `next`
    /// (monotonic microseconds).
    ///
    /// - Parameter wasCancelled: asked after the event was drained, so that no cancellation is lost.
    mutating func settle(next: Int64, isBusy: Bool, wasCancelled: () -> Bool) {
        if !isBusy { drainWakeEvent() }
        if isBusy || wasCancelled() { signal() }
        guard next < timerIsSetFor else { return }
        if timer < 0 {
            timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
            _ = shim_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN.rawValue)
        }
        timerIsSetFor = next
        shim_timer_arm(timer, max(0, next &- shim_monotonic_microseconds()))
    }
}
