/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An event loop that only polls the descriptor and calls dora_search_next(s, 0):
 * all events come in order, no call takes 20 ms, and none waits.
 *
 *     search_loop BASE_URL CA_FILE COUNT
 */
#define _GNU_SOURCE /* RUSAGE_THREAD */
#include "search.h"

#include <poll.h>
#include <sys/resource.h>
#include <time.h>

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* How often the thread has given up the processor to wait for something. */
static long waits(void)
{
    struct rusage usage;

    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nvcsw;
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_search *search;
    struct pollfd descriptor;
    dora_search_status status = DORA_SEARCH_WAITING;
    double longest = 0;
    long waited = 0;
    int number;

    CHECK(argc == 4);
    number = atoi(argv[3]);
    client = check_client(argv[1], argv[2]);
    search = check_search(client, NULL, 0);
    descriptor.fd = dora_search_fd(search);
    descriptor.events = POLLIN;
    while (status != DORA_SEARCH_END) {
        dora_failure *failure;
        dora_error *error = NULL;
        double began;
        long waits_before;

        CHECK(poll(&descriptor, 1, 20000) == 1);
        waits_before = waits();
        began = processor_seconds();
        status = dora_search_next(search, 0, &failure, &error);
        if (processor_seconds() - began > longest) {
            longest = processor_seconds() - began;
        }
        waited += waits() - waits_before;
        CHECK(error == NULL);
        if (status == DORA_SEARCH_EVENT) {
            check_event(failure, --number);
        }
    }
    CHECK(number == 0);
    CHECK(poll(&descriptor, 1, 100) == 0);
    if (longest > 0.02 || waited > 10) {
        fprintf(stderr, "the longest call took %.1f ms, the calls waited %ld times\n", longest * 1e3, waited);
        return 1;
    }
    dora_search_free(search);
    dora_client_free(client);
    return 0;
}
