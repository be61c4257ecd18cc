/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox that refuses system calls: a seccomp filter, written by hand. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "check.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define SANDBOX_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SANDBOX_ARCH AUDIT_ARCH_AARCH64
#else
#error "the number of this architecture is missing"
#endif

/* The system calls behind a function of libc's, old and new; -1 ends the list. */
static inline const int *sandbox_calls(const char *name)
{
    static const int EVENTFD[] = {
#ifdef SYS_eventfd
        SYS_eventfd,
#endif
        SYS_eventfd2, -1};
    static const int EPOLL[] = {
#ifdef SYS_epoll_create
        SYS_epoll_create,
#endif
        SYS_epoll_create1, -1};
    static const int EPOLL_CONTROL[] = {SYS_epoll_ctl, -1};
    static const int TIMERFD[] = {SYS_timerfd_create, -1};
    static const int TIMERFD_SET[] = {SYS_timerfd_settime, -1};
    static const int POLL[] = {
#ifdef SYS_poll
        SYS_poll,
#endif
        SYS_ppoll, -1};
    static const int RANDOM[] = {SYS_getrandom, -1};
    static const int SOCKETPAIR[] = {SYS_socketpair, -1};
    static const int NONE[] = {-1};

    if (strcmp(name, "eventfd") == 0) return EVENTFD;
    if (strcmp(name, "epoll_create") == 0) return EPOLL;
    if (strcmp(name, "epoll_ctl") == 0) return EPOLL_CONTROL;
    if (strcmp(name, "timerfd_create") == 0) return TIMERFD;
    if (strcmp(name, "timerfd_settime") == 0) return TIMERFD_SET;
    if (strcmp(name, "poll") == 0) return POLL;
    if (strcmp(name, "getrandom") == 0) return RANDOM;
    if (strcmp(name, "socketpair") == 0) return SOCKETPAIR;
    CHECK(strcmp(name, "none") == 0);
    return NONE;
}

/* From now on the calls of that name end with the error. */
static inline void sandbox_refuse(const char *name, int error)
{
    struct sock_filter filter[16];
    struct sock_fprog program;
    const int *calls = sandbox_calls(name);
    unsigned short count = 0;

    filter[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SANDBOX_ARCH, 1, 0);
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (; *calls != -1; calls++) {
        filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)*calls, 0, 1);
        filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA));
    }
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = count;
    program.filter = filter;
    CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

#endif
