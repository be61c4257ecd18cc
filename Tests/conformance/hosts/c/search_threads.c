/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several threads with a search each, and single calls beside them, on one client;
 * once with cancels in the middle, which lose nothing.
 *
 *     search_threads BASE_URL CA_FILE THREADS COUNT
 *
 * The server knows "event" too.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"
#include "search.h"

#include <pthread.h>

struct work {
    dora_client *client;
    /* Where each thread waits with its first event, and main with them. */
    pthread_barrier_t *amid;
    bool is_amid;
    int count;
    int cancelled;
};

static void search_once(struct work *work)
{
    dora_search *search = check_search(work->client, "all", 30);
    dora_search_status status = DORA_SEARCH_WAITING;
    int number = work->count;

    while (status != DORA_SEARCH_END) {
        dora_failure *failure;
        dora_error *error = NULL;

        status = dora_search_next(search, 50, &failure, &error);
        if (status == DORA_SEARCH_EVENT) {
            check_event(failure, --number);
            if (!work->is_amid) {
                work->is_amid = true;
                pthread_barrier_wait(work->amid);
            }
        } else if (status == DORA_SEARCH_ERROR) {
            if (dora_error_get_code(error) != DORA_ERROR_CANCELLED) {
                fprintf(stderr, "%s\n", dora_error_message(error));
                exit(1);
            }
            work->cancelled++;
            dora_error_free(error);
        }
    }
    CHECK(number == 0);
    dora_search_free(search);
}

static void *search_all(void *argument)
{
    int i;

    for (i = 0; i < 4; i++) {
        search_once(argument);
    }
    return NULL;
}

/* Runs the threads to their end. Returns how many calls were cancelled. */
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
        works[i].is_amid = false;
        works[i].count = count;
        works[i].cancelled = 0;
        CHECK(pthread_create(&threads[i], NULL, search_all, &works[i]) == 0);
    }
    pthread_barrier_wait(&amid);
    for (i = 0; i < 20; i++) {
        if (cancels) {
            sleep_ms(2);
            dora_client_cancel(client);
        } else {
            check_get(client, "event");
        }
    }
    for (i = 0; i < thread_count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        cancelled += works[i].cancelled;
    }
    pthread_barrier_destroy(&amid);
    return cancelled;
}

int main(int argc, char **argv)
{
    dora_client *client;

    CHECK(argc == 5);
    client = check_client(argv[1], argv[2]);
    CHECK(run_threads(client, atoi(argv[3]), atoi(argv[4]), false) == 0);
    CHECK(run_threads(client, atoi(argv[3]), atoi(argv[4]), true) > 0);
    dora_client_free(client);
    return 0;
}
