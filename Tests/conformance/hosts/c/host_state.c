/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to the host program stays as it was: signals, errno, locale,
 * descriptors, threads.
 *
 *     host_state BASE_URL CA_FILE
 *
 * "event" is an event; "closing" is one after which the server breaks the
 * connection off; "absent" does not exist.
 */
#define _XOPEN_SOURCE 700
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { SOME_ERRNO = 1234, DESCRIPTORS = 1024, LAST_SIGNAL = 31 };

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
    (void)number;
    alarms++;
}

static void check_errno(dora_client *client)
{
    dora_failure *failure;
    dora_error *error = NULL;

    errno = SOME_ERRNO;
    failure = dora_get_failure(client, "event", &error);
    CHECK(errno == SOME_ERRNO && failure != NULL);
    dora_failure_free(failure);
    CHECK(errno == SOME_ERRNO);
    failure = dora_get_failure(client, "absent", &error);
    CHECK(errno == SOME_ERRNO && failure == NULL);
    dora_error_free(error);
    CHECK(errno == SOME_ERRNO);
}

/* Writing to a connection that is gone raises SIGPIPE, whose default is to end the program. */
static void check_sigpipe(dora_client *client)
{
    sigset_t pending;
    int i;

    for (i = 0; i < 20; i++) {
        check_get(client, "closing");
        sleep_ms(5);
    }
    CHECK(sigpending(&pending) == 0);
    CHECK(!sigismember(&pending, SIGPIPE));
}

/* A SIGPIPE that the host had waiting is the host's. */
static void check_pending_sigpipe(dora_client *client)
{
    sigset_t pipe_only, before, pending;
    int number;

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    CHECK(pthread_sigmask(SIG_BLOCK, &pipe_only, &before) == 0);
    CHECK(pthread_kill(pthread_self(), SIGPIPE) == 0);
    check_get(client, "closing");
    check_get(client, "event");
    CHECK(sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGPIPE));
    CHECK(sigwait(&pipe_only, &number) == 0 && number == SIGPIPE);
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
}

static void check_interrupts(dora_client *client)
{
    struct sigaction action = {0};
    struct sigaction before;
    struct itimerval timer = {{0, 1000}, {0, 1000}};
    int i;

    action.sa_handler = count_alarm; /* no SA_RESTART: every wait is interrupted */
    CHECK(sigaction(SIGALRM, &action, &before) == 0);
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
    for (i = 0; i < 200; i++) {
        check_get(client, i % 10 == 0 ? "closing" : "event");
    }
    timer.it_value.tv_usec = timer.it_interval.tv_usec = 0;
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
    CHECK(sigaction(SIGALRM, &before, NULL) == 0);
    CHECK(alarms > 0);
}

static void find_descriptors(bool *is_open)
{
    int descriptor;

    for (descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
        is_open[descriptor] = fcntl(descriptor, F_GETFD) != -1;
    }
}

/* What the library opened must not leak into programs that the host starts. */
static void check_descriptors(const bool *was_open)
{
    int opened = 0;
    int descriptor;

    for (descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        if (flags != -1 && !was_open[descriptor]) {
            opened++;
            CHECK((flags & FD_CLOEXEC) != 0);
        }
    }
    CHECK(opened > 0); /* the kept connection at least */
}

static void find_signal_actions(struct sigaction *actions)
{
    int number;

    for (number = 1; number <= LAST_SIGNAL; number++) {
        CHECK(sigaction(number, NULL, &actions[number]) == 0);
    }
}

int main(int argc, char **argv)
{
    bool was_open[DESCRIPTORS];
    struct sigaction actions_before[LAST_SIGNAL + 1];
    struct sigaction actions_after[LAST_SIGNAL + 1];
    sigset_t mask_before, mask_after;
    char locale_before[256];
    dora_client *client;
    int number;

    CHECK(argc == 3);
    setlocale(LC_ALL, "");
    snprintf(locale_before, sizeof locale_before, "%s", setlocale(LC_ALL, NULL));
    pthread_sigmask(SIG_SETMASK, NULL, &mask_before);
    find_signal_actions(actions_before);
    find_descriptors(was_open);

    errno = SOME_ERRNO;
    client = check_client(argv[1], argv[2]);
    CHECK(errno == SOME_ERRNO);
    check_errno(client);
    check_sigpipe(client);
    check_pending_sigpipe(client);
    check_interrupts(client);
    check_descriptors(was_open);
    CHECK(directory_entries("/proc/self/task") == 1);
    errno = SOME_ERRNO;
    dora_client_free(client);
    CHECK(errno == SOME_ERRNO);

    CHECK(strcmp(setlocale(LC_ALL, NULL), locale_before) == 0);
    pthread_sigmask(SIG_SETMASK, NULL, &mask_after);
    find_signal_actions(actions_after);
    for (number = 1; number <= LAST_SIGNAL; number++) {
        CHECK(sigismember(&mask_before, number) == sigismember(&mask_after, number));
        CHECK(actions_before[number].sa_handler == actions_after[number].sa_handler);
    }
    return 0;
}
