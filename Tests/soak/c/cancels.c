/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancels from a signal handler while many callers and queues are at work: each call and each event ends, as an
 * event or as cancelled, and none hangs.
 *
 *     cancels BASE_URL CA_FILE CALLERS QUEUES CANCELS
 */
#define _GNU_SOURCE
#include "../../conformance/hosts/c/process.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

enum { MOST_THREADS = 128, PERIOD_US = 10000, PATIENCE_S = 30, IN_QUEUE = 64 };

static dora_client *client;
static volatile sig_atomic_t cancels;
static int wanted;
static long ended[MOST_THREADS][2]; /* events and cancelled, of each thread */

static void cancel(int number)
{
    (void)number;
    if (cancels < wanted) {
        dora_client_cancel(client);
        cancels++;
    }
}

static void count(long *tally, dora_error *error)
{
    dora_error_code code = dora_error_get_code(error);

    if (code != DORA_OK && code != DORA_ERROR_CANCELLED) {
        fprintf(stderr, "after %d cancels: %s\n", (int)cancels, dora_error_message(error));
        _exit(1); /* the other threads are at work */
    }
    tally[code == DORA_OK ? 0 : 1]++;
    dora_error_free(error);
}

static void *call(void *tally)
{
    int i;

    for (i = 0; cancels < wanted; i++) {
        dora_error *error = NULL;
        dora_failure_free(dora_get_failure(client, i % 4 == 0 ? "slow" : "event", &error));
        count(tally, error);
    }
    return NULL;
}

static void *drain(void *tally)
{
    dora_queue *queue = dora_queue_new(client, 8, NULL);
    uint64_t tag = 0;
    uint64_t returned = 0;

    CHECK(queue != NULL);
    while (cancels < wanted || dora_queue_pending(queue) > 0) {
        dora_result *result;

        while (cancels < wanted && dora_queue_pending(queue) < IN_QUEUE) {
            CHECK(dora_queue_add(queue, tag % 8 == 0 ? "slow" : "event", tag, NULL));
            tag++;
        }
        result = dora_queue_next(queue, 1000);
        if (result != NULL) {
            returned++;
            count(tally, dora_result_take_error(result));
            dora_result_free(result);
        }
    }
    CHECK(returned == tag); /* each once */
    dora_queue_free(queue);
    return NULL;
}

static long sum(int threads, int which)
{
    long total = 0;
    int i;

    for (i = 0; i < threads; i++) {
        total += ended[i][which];
    }
    return total;
}

/* Ends the program if nothing ends for too long. */
static void watch(int threads)
{
    double moved = now_seconds();
    long last = -1;

    while (cancels < wanted) {
        long now = sum(threads, 0) + sum(threads, 1);
        if (now != last) {
            last = now;
            moved = now_seconds();
        }
        if (now_seconds() - moved > PATIENCE_S) {
            fprintf(stderr, "nothing has ended for %d s, after %d cancels\n", PATIENCE_S, (int)cancels);
            exit(1);
        }
        sleep_ms(100);
    }
}

int main(int argc, char **argv)
{
    struct itimerval timer = {{0, PERIOD_US}, {0, PERIOD_US}};
    struct sigaction action = {0};
    pthread_t threads[MOST_THREADS];
    int descriptors;
    int callers;
    int all;
    int i;

    CHECK(argc == 6);
    callers = atoi(argv[3]);
    all = callers + atoi(argv[4]);
    wanted = atoi(argv[5]);
    CHECK(all <= MOST_THREADS);
    client = check_client(argv[1], argv[2]);
    descriptors = open_descriptors();
    action.sa_handler = cancel;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    for (i = 0; i < all; i++) {
        CHECK(pthread_create(&threads[i], NULL, i < callers ? call : drain, ended[i]) == 0);
    }
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
    watch(all);
    memset(&timer, 0, sizeof timer);
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
    for (i = 0; i < all; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    check_get(client, "event");
    dora_client_free(client);
    CHECK(open_descriptors() <= descriptors + 1);
    printf("%d cancels, %ld events, %ld cancelled\n", (int)cancels, sum(all, 0), sum(all, 1));
    return 0;
}
