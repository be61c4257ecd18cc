/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks while callers and queues of other threads are at work on the same client. Each child uses what it
 * inherited; no child hangs, and the parent's work goes on.
 *
 *     forks BASE_URL CA_FILE CALLERS QUEUES FORKS
 */
#define _GNU_SOURCE
#include "../../conformance/hosts/c/process.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_THREADS = 32, AT_ONCE = 8, PATIENCE_S = 30 };

static dora_client *client;
static dora_queue *inherited;
static volatile bool is_over;
static volatile long done[MOST_THREADS];

static void *call(void *tally)
{
    while (!is_over) {
        check_get(client, "event");
        ++*(volatile long *)tally;
    }
    return NULL;
}

static void *drain(void *tally)
{
    dora_queue *queue = dora_queue_new(client, 8, NULL);
    uint64_t tag = 0;

    CHECK(queue != NULL);
    while (!is_over || dora_queue_pending(queue) > 0) {
        dora_result *result;

        while (!is_over && dora_queue_pending(queue) < 32) {
            CHECK(dora_queue_add(queue, tag % 16 == 0 ? "slow" : "event", tag, NULL));
            tag++;
        }
        result = dora_queue_next(queue, 5000);
        CHECK(result != NULL && dora_result_take_error(result) == NULL);
        dora_result_free(result);
        ++*(volatile long *)tally;
    }
    dora_queue_free(queue);
    return NULL;
}

static void take(int count, const char *who)
{
    while (count-- > 0) {
        dora_result *result = dora_queue_next(inherited, 10000);
        dora_error *error = dora_result_take_error(result);

        if (result == NULL || error != NULL) {
            fprintf(stderr, "%s: %s\n", who, error == NULL ? "no result in 10 s" : dora_error_message(error));
            exit(1);
        }
        dora_result_free(result);
    }
}

static void live_as_child(int number)
{
    alarm(PATIENCE_S);
    switch (number % 6) {
    case 0:
        check_get(client, "event");
        break;
    case 1:
        take((int)dora_queue_pending(inherited), "a child that takes");
        break;
    case 2:
        dora_client_cancel(client);
        CHECK(dora_queue_add(inherited, "event", 99, NULL));
        check_get(client, "event");
        break;
    case 3:
        check_get(client, "event");
        dora_queue_free(inherited);
        dora_client_free(client);
        break;
    case 4:
        CHECK(dora_queue_fd(inherited) >= 0);
        CHECK(dora_queue_add(inherited, "event", 99, NULL));
        take((int)dora_queue_pending(inherited), "a child that adds and takes");
        break;
    default:
        break;
    }
    _exit(0);
}

static int reap(int running, int *bad)
{
    int status;

    CHECK(waitpid(-1, &status, 0) > 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        if (++*bad < 4) {
            fprintf(stderr, "a child ended with status %#x\n", (unsigned)status);
        }
    }
    return running - 1;
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST_THREADS];
    long total = 0;
    int running = 0;
    int bad = 0;
    int callers;
    int forks;
    int all;
    int i;

    CHECK(argc == 6);
    callers = atoi(argv[3]);
    all = callers + atoi(argv[4]);
    forks = atoi(argv[5]);
    CHECK(all <= MOST_THREADS);
    client = check_client(argv[1], argv[2]);
    inherited = dora_queue_new(client, 4, NULL);
    for (i = 0; i < all; i++) {
        CHECK(pthread_create(&threads[i], NULL, i < callers ? call : drain, (void *)&done[i]) == 0);
    }
    /* A handshake amid a fork may hold locks of the C library's for ever in the child (gmtime's in glibc). */
    for (i = 0; i < all; i++) {
        while (done[i] < 10) {
            sleep_ms(1);
        }
    }
    for (i = 0; i < forks; i++) {
        pid_t child;

        if (dora_queue_pending(inherited) < 4) {
            CHECK(dora_queue_add(inherited, "slow", (uint64_t)i, NULL));
        }
        dora_result_free(dora_queue_next(inherited, 0));
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            live_as_child(i);
        }
        if (++running == AT_ONCE) {
            running = reap(running, &bad);
        }
    }
    while (running > 0) {
        running = reap(running, &bad);
    }
    is_over = true;
    for (i = 0; i < all; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        total += done[i];
    }
    take((int)dora_queue_pending(inherited), "the parent");
    dora_queue_free(inherited);
    dora_client_free(client);
    printf("%d forks, %d children that failed, %ld events of the parent\n", forks, bad, total);
    return bad > 0;
}
