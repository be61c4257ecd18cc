/* SPDX-License-Identifier: Apache-2.0 */
/* The libc names that the library uses. Everything here exists in glibc 2.17. */
#ifndef SHIM_LIBC_H
#define SHIM_LIBC_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static inline int shim_errno(void) {
    return errno;
}

static inline void shim_set_errno(int value) {
    errno = value;
}

/* memset that the compiler may not leave out; explicit_bzero is newer than glibc 2.17. */
static inline void shim_wipe(void *memory, size_t count) {
    volatile unsigned char *bytes = (volatile unsigned char *)memory;
    while (count-- > 0) {
        *bytes++ = 0;
    }
}

static inline int64_t shim_monotonic_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int64_t shim_unix_seconds(void) {
    return (int64_t)time(NULL);
}

/* SIGPIPE for the calling thread. OpenSSL writes with write(2), so a connection that the server
 * closed raises it; libcurl leaves that to the program (CURLOPT_NOSIGNAL). sigprocmask acts on the
 * calling thread on Linux; pthread_sigmask's symbol is newer than glibc 2.17. */

/* Blocks SIGPIPE. Returns whether it was let through before. */
static inline int shim_block_sigpipe(sigset_t *previous) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    sigprocmask(SIG_BLOCK, &blocked, previous);
    return sigismember(previous, SIGPIPE) == 0;
}

/* Takes back a SIGPIPE that came up since shim_block_sigpipe, and restores the mask. To be called
 * only where that returned 1: the signal could not be pending before. */
static inline void shim_restore_sigpipe(const sigset_t *previous) {
    sigset_t pending;
    sigpending(&pending);
    if (sigismember(&pending, SIGPIPE) == 1) {
        static const struct timespec no_wait = {0, 0};
        sigset_t taken;
        sigemptyset(&taken);
        sigaddset(&taken, SIGPIPE);
        while (sigtimedwait(&taken, NULL, &no_wait) == -1 && errno == EINTR) {
        }
    }
    sigprocmask(SIG_SETMASK, previous, NULL);
}

static inline int shim_epoll_control(int epoll, int operation, int descriptor, uint32_t events) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = events;
    event.data.fd = descriptor;
    return epoll_ctl(epoll, operation, descriptor, &event);
}

/* struct epoll_event without its packing and its union. poll(2) has the same bits for events. */
typedef struct {
    int descriptor;
    uint32_t events;
} shim_ready;

enum { SHIM_READY_CAPACITY = 64 };

/* epoll_wait(2) for at most SHIM_READY_CAPACITY descriptors; 0 after a signal, -1 with errno where the system refuses. */
static inline int shim_epoll_wait(int epoll, shim_ready *ready, int timeout_ms) {
    struct epoll_event events[SHIM_READY_CAPACITY];
    int count = epoll_wait(epoll, events, SHIM_READY_CAPACITY, timeout_ms);
    for (int index = 0; index < count; index++) {
        ready[index].descriptor = events[index].data.fd;
        ready[index].events = events[index].events;
    }
    return count < 0 && errno == EINTR ? 0 : count;
}

/* poll(2) for `count` descriptors, SHIM_READY_CAPACITY at most: leaves those with an event at the head
 * of `ready` and returns their number; 0 after a signal, -1 with errno where the system refuses. */
static inline int shim_poll(shim_ready *ready, int count, int timeout_ms) {
    struct pollfd descriptors[SHIM_READY_CAPACITY];
    int found = 0;
    for (int index = 0; index < count; index++) {
        descriptors[index].fd = ready[index].descriptor;
        descriptors[index].events = (short)ready[index].events;
    }
    if (poll(descriptors, (nfds_t)count, timeout_ms) < 0) {
        return errno == EINTR ? 0 : -1;
    }
    for (int index = 0; index < count; index++) {
        if (descriptors[index].revents != 0) {
            ready[found].descriptor = descriptors[index].fd;
            ready[found++].events = (uint32_t)(unsigned short)descriptors[index].revents;
        }
    }
    return found;
}

/* Makes an eventfd readable. Async-signal-safe. */
static inline void shim_event_signal(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) == -1 && errno == EINTR) {
    }
}

/* Makes an eventfd or timerfd unreadable. */
static inline void shim_event_drain(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) == -1 && errno == EINTR) {
    }
}

/* Arms a timer descriptor for `microseconds` from now; -1 disarms it. Returns 0 where the system refuses. */
static inline int shim_timer_arm(int timer, int64_t microseconds) {
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    if (microseconds == 0) {
        when.it_value.tv_nsec = 1;
    } else if (microseconds > 0) {
        when.it_value.tv_sec = (time_t)(microseconds / 1000000);
        when.it_value.tv_nsec = (long)(microseconds % 1000000) * 1000;
    }
    return timerfd_settime(timer, 0, &when, NULL) == 0;
}

/* Whether there is something to read, or the other side is gone. */
static inline int shim_is_readable(int descriptor) {
    struct pollfd one = {descriptor, POLLIN, 0};
    return poll(&one, 1, 0) > 0;
}

/* Tells a socket from every other that its number may belong to, before or after. 0 = no socket, or a kernel before
 * 4.12. (fstat would tell, too, and ask for glibc 2.33.) */
static inline uint64_t shim_socket_identity(int socket) {
    uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    return getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

/* Takes what waits to be read, and ends a stream socket in both directions: whoever looks at it finds it closed. */
static inline void shim_end_stream(int socket) {
    char bytes[4096];
    int rounds = 0;
    while (rounds++ < 64 && recv(socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
    shutdown(socket, SHUT_RDWR);
}

/* Marks a descriptor as the library's own, and tells one that is: a child may have closed it and opened a file of its
 * own under its number. The mark is a signal number (F_SETSIG) that is never sent, since O_ASYNC is not set; it lies
 * with what the descriptor is open to, which a fork shares. */
enum { SHIM_SETSIG = 10, SHIM_GETSIG = 11, SHIM_MARK = 53 };

static inline void shim_mark(int descriptor) {
    fcntl(descriptor, SHIM_SETSIG, SHIM_MARK);
}

static inline int shim_is_marked(int descriptor) {
    return fcntl(descriptor, SHIM_GETSIG) == SHIM_MARK;
}

/* Puts /dev/null in a descriptor's place: what is written to it goes nowhere. Returns 0 if that can't be done. */
static inline int shim_disconnect(int descriptor) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) {
        return 0;
    }
    int result = dup3(nowhere, descriptor, O_CLOEXEC);
    close(nowhere);
    return result >= 0;
}

/* 0, or the errno of a lack of descriptors: EMFILE, ENFILE. What a moment ago failed for want of one may have let go
 * of some since: a few are as good as none. */
static inline int shim_descriptor_shortage(void) {
    enum { FEW = 8 };
    struct rlimit limit;
    int descriptor = eventfd(0, EFD_CLOEXEC);
    if (descriptor < 0) {
        return errno == EMFILE || errno == ENFILE ? errno : 0;
    }
    close(descriptor);
    /* It was the smallest that was free. */
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && (rlim_t)descriptor + FEW >= limit.rlim_cur ? EMFILE : 0;
}

/* 0, or the errno with which the system refuses poll(2), which libcurl needs. */
static inline int shim_poll_refusal(void) {
    return poll(NULL, 0, 0) < 0 && errno != EINTR ? errno : 0;
}

/* 0, or the errno with which the system refuses getrandom(2), which TLS needs. */
static inline int shim_random_refusal(void) {
    char byte;
    return syscall(SYS_getrandom, &byte, 1, 1 /* GRND_NONBLOCK */) < 0 && errno != EINTR && errno != EAGAIN ? errno : 0;
}

/* A page that a child finds full of zeros after fork (MADV_WIPEONFORK, Linux 4.14); NULL where there is none. */
static inline void *shim_page_wiped_on_fork(void) {
    size_t size = (size_t)getpagesize();
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return NULL;
    }
    if (madvise(page, size, 18 /* MADV_WIPEONFORK, newer than glibc 2.17 */) != 0) {
        munmap(page, size);
        return NULL;
    }
    return page;
}

/* 0 if a file can be opened for reading, else the errno. */
static inline int shim_open_error(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    close(descriptor);
    return 0;
}

static inline void shim_sleep_microseconds(long microseconds) {
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&time, NULL);
}

/* Whether a descriptor is a stream socket of this machine that stays open on exec. */
static inline int shim_is_inheritable_local_stream(int descriptor) {
    int domain = 0, type = 0;
    socklen_t size = sizeof(int);
    int flags = fcntl(descriptor, F_GETFD);
    return flags >= 0 && (flags & FD_CLOEXEC) == 0 &&
           getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX &&
           getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

/* Bytes that wait to be read here, and bytes sent from here that wait to be read at the other end. */
static inline int shim_bytes_in_transit(int descriptor) {
    int incoming = 0, outgoing = 0;
    ioctl(descriptor, FIONREAD, &incoming);
    ioctl(descriptor, SIOCOUTQ, &outgoing);
    return incoming + outgoing;
}

static inline void shim_close_on_exec(int descriptor) {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

#endif
