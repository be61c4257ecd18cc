/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancels calls that are in progress, from another thread or from a signal
 * handler, and sees how soon they return.
 *
 *     cancel thread|signal BASE_URL CA_FILE FAILURE_ID CALLS [GOOD_ID]
 */
#define _XOPEN_SOURCE 700
#include "process.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

enum { DELAY_MS = 300, ALLOWED_MS = 250 };

static dora_client *client;
static const char *failure_id;

static void cancel_from_handler(int number)
{
    (void)number;
    dora_client_cancel(client);
}

static void *be_cancelled(void *argument)
{
    double *returned_at = argument;

    check_error(client, failure_id, DORA_ERROR_CANCELLED);
    *returned_at = now_seconds();
    return NULL;
}

static void cancel_by_signal_in(long milliseconds)
{
    struct sigaction action = {0};
    struct itimerval timer = {0};

    action.sa_handler = cancel_from_handler;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    timer.it_value.tv_usec = milliseconds * 1000;
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

int main(int argc, char **argv)
{
    pthread_t threads[16];
    double returned_at[16];
    double cancelled_at;
    int calls;
    int i;

    CHECK(argc == 6 || argc == 7);
    failure_id = argv[4];
    calls = atoi(argv[5]);
    CHECK(calls <= 16);
    client = check_client(argv[2], argv[3]);
    cancelled_at = now_seconds() + DELAY_MS / 1e3;
    if (strcmp(argv[1], "signal") == 0) {
        /* One call, on the thread that the signal interrupts. */
        CHECK(calls == 1);
        cancel_by_signal_in(DELAY_MS);
        be_cancelled(&returned_at[0]);
    } else {
        for (i = 0; i < calls; i++) {
            CHECK(pthread_create(&threads[i], NULL, be_cancelled, &returned_at[i]) == 0);
        }
        sleep_ms(DELAY_MS);
        cancelled_at = now_seconds();
        dora_client_cancel(client);
        for (i = 0; i < calls; i++) {
            CHECK(pthread_join(threads[i], NULL) == 0);
        }
    }
    for (i = 0; i < calls; i++) {
        if (returned_at[i] - cancelled_at > ALLOWED_MS / 1e3) {
            fprintf(stderr, "returned %.0f ms after it was cancelled\n", (returned_at[i] - cancelled_at) * 1e3);
            return 1;
        }
    }
    if (argc == 7) {
        check_get(client, argv[6]);
    }
    dora_client_free(client);
    return 0;
}
