/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads on one client, a tenth of the calls bound to fail.
 *
 *     threads BASE_URL CA_FILE THREADS CALLS [FAULT_ID=CODE ...]
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "process.h"

#include <pthread.h>
#include <string.h>

struct fault {
    const char *failure_id;
    dora_error_code code;
};

struct work {
    dora_client *client;
    int calls;
    int first_fault;
    int fault_count;
    struct fault faults[16];
};

static void *make_calls(void *argument)
{
    const struct work *work = argument;
    int i;

    for (i = 0; i < work->calls; i++) {
        if (i % 10 == 9 && work->fault_count > 0) {
            const struct fault *fault = &work->faults[(work->first_fault + i / 10) % work->fault_count];
            check_error(work->client, fault->failure_id, fault->code);
        } else {
            check_get(work->client, "event");
        }
    }
    return NULL;
}

static void run_threads(const struct work *work, int thread_count)
{
    pthread_t threads[64];
    struct work works[64];
    int i;

    CHECK(thread_count <= 64);
    for (i = 0; i < thread_count; i++) {
        works[i] = *work;
        works[i].first_fault = i;
        CHECK(pthread_create(&threads[i], NULL, make_calls, &works[i]) == 0);
    }
    for (i = 0; i < thread_count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

int main(int argc, char **argv)
{
    struct work work = {0};
    int descriptors;
    int i;

    CHECK(argc >= 5 && argc - 5 <= 16);
    dora_client_free(check_client(argv[1], argv[2])); /* what libraries open once is open now */
    descriptors = open_descriptors();

    work.client = check_client(argv[1], argv[2]);
    work.calls = atoi(argv[4]);
    work.fault_count = argc - 5;
    for (i = 5; i < argc; i++) {
        char *separator = strchr(argv[i], '=');
        CHECK(separator != NULL);
        *separator = '\0';
        work.faults[i - 5].failure_id = argv[i];
        work.faults[i - 5].code = (dora_error_code)atoi(separator + 1);
    }
    run_threads(&work, atoi(argv[3]));
    dora_client_free(work.client);
    CHECK(open_descriptors() == descriptors);
    return 0;
}
