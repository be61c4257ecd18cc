/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several threads with a queue each, and single calls beside them, on one client;
 * once everything is cancelled in the middle.
 *
 *     queue_threads BASE_URL CA_FILE THREADS COUNT
 *
 * The server knows "event", and "flaky-0" to "flaky-COUNT", which fail at first.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <pthread.h>

struct work {
    dora_client *client;
    /* Where each thread waits with its first result, and main with them. */
    pthread_barrier_t *amid;
    int count;
    char *seen;
    int cancelled;
};

static void take(struct work *work, dora_result *result)
{
    dora_error *error = dora_result_take_error(result);
    uint64_t tag = dora_result_tag(result);

    CHECK(tag < (uint64_t)work->count && !work->seen[tag]);
    work->seen[tag] = 1;
    if (error != NULL) {
        CHECK(dora_error_get_code(error) == DORA_ERROR_CANCELLED);
        work->cancelled++;
        dora_error_free(error);
    }
    dora_result_free(result);
}

static void *fetch_all(void *argument)
{
    struct work *work = argument;
    dora_queue *queue = dora_queue_new(work->client, 8, NULL);
    dora_result *result;
    char flaky[32];
    int i;

    CHECK(queue != NULL);
    for (i = 0; i < work->count; i++) {
        snprintf(flaky, sizeof flaky, "flaky-%d", i);
        CHECK(dora_queue_add(queue, i % 10 == 0 ? flaky : "event", (uint64_t)i, NULL));
    }
    take(work, dora_queue_next(queue, -1));
    pthread_barrier_wait(work->amid);
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        take(work, result);
    }
    for (i = 0; i < work->count; i++) {
        CHECK(work->seen[i]);
    }
    dora_queue_free(queue);
    return NULL;
}

/* Runs the threads to their end. Returns how many ids were cancelled. */
static int run_threads(dora_client *client, int thread_count, int count, bool cancels)
{
    pthread_t threads[16];
    struct work works[16];
    pthread_barrier_t amid;
    int cancelled = 0;
    int i;

    CHECK(thread_count <= 16);
    CHECK(pthread_barrier_init(&amid, NULL, (unsigned)thread_count + 1) == 0);
    for (i = 0; i < thread_count; i++) {
        works[i].client = client;
        works[i].amid = &amid;
        works[i].count = count;
        works[i].cancelled = 0;
        works[i].seen = calloc((size_t)count, 1);
        CHECK(works[i].seen != NULL);
        CHECK(pthread_create(&threads[i], NULL, fetch_all, &works[i]) == 0);
    }
    pthread_barrier_wait(&amid);
    if (cancels) {
        dora_client_cancel(client);
    } else {
        check_get(client, "event");
    }
    for (i = 0; i < thread_count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        cancelled += works[i].cancelled;
        free(works[i].seen);
    }
    pthread_barrier_destroy(&amid);
    return cancelled;
}

int main(int argc, char **argv)
{
    dora_client *client;
    int thread_count;
    int count;

    CHECK(argc == 5);
    thread_count = atoi(argv[3]);
    count = atoi(argv[4]);
    client = check_client(argv[1], argv[2]);
    CHECK(run_threads(client, thread_count, count, false) == 0);
    CHECK(run_threads(client, thread_count, count, true) > 0);
    dora_client_free(client);
    return 0;
}
