/* SPDX-License-Identifier: Apache-2.0 */
/* The one seam to C: libcurl, with functions in place of its variadic ones, and the libc names that
 * the library uses. Everything here exists in glibc 2.17. */
#ifndef SHIM_H
#define SHIM_H

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

/* curl_easy_setopt(3), curl_easy_getinfo(3), curl_multi_setopt(3): one function for each type that
 * their variable argument has. */

static inline CURLcode shim_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*shim_data_function)(char *data, size_t size, size_t count, void *context);
static inline CURLcode shim_easy_set_data_function(CURL *easy, CURLoption option, shim_data_function function) {
    return curl_easy_setopt(easy, option, function);
}

static inline CURLcode shim_easy_set_address(CURL *easy, CURLU *address) {
    return curl_easy_setopt(easy, CURLOPT_CURLU, address);
}

static inline long shim_easy_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline int64_t shim_easy_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? (int64_t)value : 0;
}

static inline void *shim_easy_get_private(CURL *easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

static inline const char *shim_easy_get_string(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode shim_multi_set_socket_function(CURLM *multi, curl_socket_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode shim_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

/* A member of a union. */
static inline CURLcode shim_message_result(const CURLMsg *message) {
    return message->data.result;
}

/* What newer versions of libcurl have, by number: the headers of an older one do not name it. A libcurl
 * that does not know an option answers CURLE_UNKNOWN_OPTION. */
enum {
    SHIM_CURLOPT_QUICK_EXIT = 322, /* libcurl 7.87 */
    SHIM_CURLE_TOO_LARGE = 100     /* libcurl 8.6 */
};

/* The version of libcurl at run time: 0x075801 for 7.88.1. */
static inline unsigned int shim_curl_version(void) {
    return curl_version_info(CURLVERSION_NOW)->version_num;
}

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

/* epoll_wait(2) for at most SHIM_READY_CAPACITY descriptors; 0 after a signal. */
static inline int shim_epoll_wait(int epoll, shim_ready *ready, int timeout_ms) {
    struct epoll_event events[SHIM_READY_CAPACITY];
    int count = epoll_wait(epoll, events, SHIM_READY_CAPACITY, timeout_ms);
    for (int index = 0; index < count; index++) {
        ready[index].descriptor = events[index].data.fd;
        ready[index].events = events[index].events;
    }
    return count < 0 ? 0 : count;
}

/* poll(2) for `count` descriptors, SHIM_READY_CAPACITY at most: leaves those with an event at the head
 * of `ready` and returns their number; 0 after a signal. */
static inline int shim_poll(shim_ready *ready, int count, int timeout_ms) {
    struct pollfd descriptors[SHIM_READY_CAPACITY];
    int found = 0;
    for (int index = 0; index < count; index++) {
        descriptors[index].fd = ready[index].descriptor;
        descriptors[index].events = (short)ready[index].events;
    }
    if (poll(descriptors, (nfds_t)count, timeout_ms) <= 0) {
        return 0;
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

/* Arms a timer descriptor for `microseconds` from now; -1 disarms it. */
static inline void shim_timer_arm(int timer, int64_t microseconds) {
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    if (microseconds == 0) {
        when.it_value.tv_nsec = 1;
    } else if (microseconds > 0) {
        when.it_value.tv_sec = (time_t)(microseconds / 1000000);
        when.it_value.tv_nsec = (long)(microseconds % 1000000) * 1000;
    }
    timerfd_settime(timer, 0, &when, NULL);
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

/* socket(2), closed on exec. */
static inline curl_socket_t shim_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline void shim_easy_set_socket_functions(CURL *easy, curl_opensocket_callback open_socket,
                                                  curl_closesocket_callback close_socket, void *context) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

#endif
