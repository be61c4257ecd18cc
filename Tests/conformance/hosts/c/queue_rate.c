/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More in flight is not slower: the same events with few and with many, in turn, the best of each.
 *
 *     queue_rate BASE_URL CA_FILE COUNT FEW MANY
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <unistd.h>

enum { ROUNDS = 3 };

/*
 * What noise may add, and libcurl, which looks at each transfer of a connection whenever something comes in there: 1.4
 * was seen. A connection for each transfer makes it three times as slow.
 */
static const double ALLOWED = 2.0;

static double fetch(dora_client *client, int count, uint32_t in_flight)
{
    dora_queue *queue = dora_queue_new(client, in_flight, NULL);
    double began = now_seconds();
    dora_result *result;
    int i;

    CHECK(queue != NULL);
    for (i = 0; i < count; i++) {
        CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
    }
    for (i = 0; (result = dora_queue_next(queue, 30000)) != NULL; i++) {
        CHECK(dora_result_take_error(result) == NULL);
        dora_result_free(result);
    }
    CHECK(i == count);
    dora_queue_free(queue);
    return now_seconds() - began;
}

/* A client each time: connections are part of it. */
static double best(char **argv, double so_far, const char *in_flight)
{
    dora_client *client = check_client(argv[1], argv[2]);
    double taken = fetch(client, atoi(argv[3]), (uint32_t)atoi(in_flight));

    dora_client_free(client);
    return taken < so_far ? taken : so_far;
}

int main(int argc, char **argv)
{
    double few = 1e9;
    double many = 1e9;
    int i;

    CHECK(argc == 6);
    alarm(90);
    for (i = 0; i < ROUNDS; i++) {
        few = best(argv, few, argv[4]);
        many = best(argv, many, argv[5]);
    }
    if (many > few * ALLOWED) {
        fprintf(stderr, "%s events took %.2f s with %s in flight, and %.2f s with %s\n", argv[3], few, argv[4], many, argv[5]);
        return 1;
    }
    return 0;
}
