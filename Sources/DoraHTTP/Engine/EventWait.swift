// SPDX-License-Identifier: Apache-2.0

import CCurl
import DoraCore

/// The descriptors of an engine, and the wait for what happens to them: the sockets that libcurl asks to
/// watch, an event that ends the wait, and a timer for programs that watch `epoll` in a loop of their own.
///
/// A single call waits with poll(2): epoll's wake-ups cost threads that share a few processors a tenth of
/// their throughput. A queue needs epoll, for many sockets and for its descriptor.
struct EventWait {
    var sockets = SocketList()
    /// All that is open, libcurl's sockets included.
    let descriptors = DescriptorList()
    let wakeEvent: Int32

    private var timer: Int32 = -1
    private var timerIsSetFor = Int64.max
    private var isSignalled = false
    private let ready: UnsafeMutablePointer<shim_ready>

    /// Check `isOpen`; errno says why it is not.
    init() {
        wakeEvent = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        ready = reallocate(nil, Int(SHIM_READY_CAPACITY))
        if wakeEvent >= 0 { descriptors.add(wakeEvent) }
    }

    var isOpen: Bool { wakeEvent >= 0 }

    /// For a queue: readable when a wait would return, timers included once `settle` was called; -1 = none.
    var epoll: Int32 { sockets.epoll }
    /// Whether `epoll` becomes readable by time.
    var keepsTime: Bool { timer >= 0 }

    mutating func close() {
        usePoll()
        if isOpen { close(wakeEvent) }
    }

    private func close(_ descriptor: Int32) {
        descriptors.remove(descriptor)
        _ = CCurl.close(descriptor)
    }

    func freeMemory() {
        free(ready)
    }

    // MARK: Two kinds of use, while no call runs

    /// Waits with epoll from now on. Returns the system call that was refused, with its reason in errno; nil if
    /// none was. A timer that can't be had is done without: a queue needs it for its descriptor alone.
    mutating func useEpoll() -> StaticString? {
        let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { return "epoll_create1" }
        descriptors.add(epoll)
        sockets.use(epoll: epoll)
        guard shim_epoll_control(epoll, EPOLL_CTL_ADD, wakeEvent, EPOLLIN.rawValue) == 0 else { return "epoll_ctl" }
        timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
        if timer < 0, shim_errno() == EMFILE || shim_errno() == ENFILE || shim_errno() == ENOMEM {
            return "timerfd_create"
        }
        guard timer >= 0 else { return nil }
        descriptors.add(timer)
        // A sandbox may let a timer be made, and not be set.
        guard shim_timer_arm(timer, -1) != 0 else {
            close(timer)
            timer = -1
            return nil
        }
        if shim_epoll_control(epoll, EPOLL_CTL_ADD, timer, EPOLLIN.rawValue) != 0 { return "epoll_ctl" }
        return nil
    }

    /// Waits with poll from now on.
    mutating func usePoll() {
        if timer >= 0 { close(timer) }
        if epoll >= 0 { close(epoll) }
        sockets.useNoEpoll()
        timer = -1
        timerIsSetFor = .max
    }

    // MARK: The wait

    /// Waits until something happens, at most `milliseconds`; below 0 without limit. What happened to
    /// sockets is then told by `event`. Returns how many events there are; below 0 where the system refuses to
    /// wait, with its reason in errno.
    mutating func wait(milliseconds: Int32) -> Int {
        if epoll >= 0 { return Int(shim_epoll_wait(epoll, ready, milliseconds)) }
        ready[0] = shim_ready(descriptor: wakeEvent, events: EPOLLIN.rawValue)
        let count = 1 &+ sockets.list(to: ready + 1, capacity: Int(SHIM_READY_CAPACITY) &- 1)
        return Int(shim_poll(ready, Int32(count), milliseconds))
    }

    /// What happened to a socket that libcurl waits for, and whose it is; nil for anything else, which is dealt
    /// with here.
    mutating func event(_ index: Int) -> (what: shim_ready, owner: Unmanaged<Connections>)? {
        let event = ready[index]
        if event.descriptor == wakeEvent {
            drainWakeEvent()
        } else if event.descriptor == timer {
            shim_event_drain(timer)
            timerIsSetFor = .max
        } else if let owner = sockets.owner(of: event.descriptor) {
            return (event, owner)
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

    /// Makes `epoll` tell of nothing, until a socket is registered anew.
    mutating func hush() {
        sockets.unregisterAll()
        drainWakeEvent()
        if timerIsSetFor != .max { _ = shim_timer_arm(timer, -1) }
        timerIsSetFor = .max
    }

    /// Makes `epoll` readable now if there is something to do, else when a socket needs it or at `next`
    /// (monotonic microseconds; `.max` = never).
    ///
    /// - Parameter wasCancelled: asked after the event was drained, so that no cancellation is lost.
    mutating func settle(next: Int64, isBusy: Bool, wasCancelled: () -> Bool) {
        if !isBusy { drainWakeEvent() }
        if isBusy || wasCancelled() { signal() }
        // One that is set for an earlier time wakes once for nothing. One that nobody needs any more must not.
        guard next < timerIsSetFor || (next == .max && timerIsSetFor != .max) else { return }
        timerIsSetFor = next
        let isSet = shim_timer_arm(timer, next == .max ? -1 : max(0, next &- shim_monotonic_microseconds())) != 0
        // Better a loop that is woken too often than one that sleeps past a deadline.
        if !isSet, next != .max { signal() }
    }
}
