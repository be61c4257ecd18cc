/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole life of a queue, for a memory checker to watch: events, errors,
 * retries, results that are taken or not, cancel, free in the middle.
 *
 *     queue_life BASE_URL CA_FILE COUNT
 *
 * The server knows "event", "absent", "silent", and "flaky-0" to "flaky-COUNT",
 * which fail at first.
 */
#include "check.h"

#include <string.h>

static void add(dora_queue *queue, const char *failure_id, uint64_t tag)
{
    CHECK(dora_queue_add(queue, failure_id, tag, NULL));
}

/* Every third result is looked at, taken, or thrown away as it is. */
static void use(dora_result *result)
{
    dora_failure *failure;
    dora_error *error;

    if (dora_result_tag(result) % 3 == 0) {
        failure = dora_result_take_failure(result);
        error = dora_result_take_error(result);
        CHECK((failure == NULL) != (error == NULL));
        CHECK((error != NULL) == (strcmp(dora_result_failure_id(result), "absent") == 0));
        dora_failure_free(failure);
        dora_error_free(error);
    }
    dora_result_free(result);
}

static void fetch_all(dora_client *client, int count)
{
    const char *ids[] = {"event", "absent", NULL};
    dora_queue *queue = dora_queue_new(client, 8, NULL);
    dora_result *result;
    char flaky[32];
    int returned = 0;
    int i;

    CHECK(queue != NULL);
    CHECK(dora_queue_fd(queue) >= 0);
    ids[2] = flaky;
    for (i = 0; i < count; i++) {
        snprintf(flaky, sizeof flaky, "flaky-%d", i);
        add(queue, ids[i % 3], (uint64_t)i);
    }
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        use(result);
        returned++;
    }
    CHECK(returned == count);
    CHECK(dora_queue_pending(queue) == 0);
    dora_queue_free(queue);
}

static void cancel_all(dora_client *client, int count)
{
    dora_queue *queue = dora_queue_new(client, 4, NULL);
    dora_result *result;
    int returned = 0;
    int i;

    for (i = 0; i < count; i++) {
        add(queue, "silent", (uint64_t)i);
    }
    CHECK(dora_queue_next(queue, 50) == NULL);
    dora_client_cancel(client);
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        dora_error *error = dora_result_take_error(result);
        CHECK(dora_error_get_code(error) == DORA_ERROR_CANCELLED);
        dora_error_free(error);
        dora_result_free(result);
        returned++;
    }
    CHECK(returned == count);
    dora_queue_free(queue);
}

static void free_in_the_middle(dora_client *client)
{
    dora_queue *queue = dora_queue_new(client, 4, NULL);
    int i;

    for (i = 0; i < 50; i++) {
        add(queue, i % 2 == 0 ? "event" : "silent", (uint64_t)i);
    }
    dora_result_free(dora_queue_next(queue, 1000));
    CHECK(dora_queue_pending(queue) == 49);
    dora_queue_free(queue);
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_queue *unused;

    CHECK(argc == 4);
    client = check_client(argv[1], argv[2]);
    unused = dora_queue_new(client, 0, NULL);
    fetch_all(client, atoi(argv[3]));
    cancel_all(client, 20);
    free_in_the_middle(client);
    check_get(client, "event");
    dora_queue_free(unused);
    dora_client_free(client);
    return 0;
}
