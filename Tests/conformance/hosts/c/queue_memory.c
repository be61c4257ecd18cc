/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waiting ids and unread results cost.
 *
 *     queue_memory BASE_URL CA_FILE COUNT FETCHED BYTES_PER_ID
 *
 * COUNT ids are added, of which FETCHED are taken, with pauses in which results
 * could pile up.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "process.h"

#include <string.h>

int main(int argc, char **argv)
{
    char failure_id[64];
    dora_client *client;
    dora_queue *queue;
    long before;
    long grown;
    long count;
    long fetched;
    long i;

    CHECK(argc == 6);
    count = atol(argv[3]);
    fetched = atol(argv[4]);
    client = check_client(argv[1], argv[2]);
    check_get(client, "event");
    queue = dora_queue_new(client, 32, NULL);
    before = status_kib("VmRSS:");
    for (i = 0; i < count; i++) {
        snprintf(failure_id, sizeof failure_id, "4242fcdd31586%08ld", i);
        CHECK(dora_queue_add(queue, failure_id, (uint64_t)i, NULL));
    }
    CHECK(dora_queue_pending(queue) == (size_t)count);
    grown = (status_kib("VmRSS:") - before) * 1024;
    if (grown > count * (atol(argv[5]) + (long)strlen(failure_id))) {
        fprintf(stderr, "%ld bytes for each of %ld ids of %zu bytes\n", grown / count, count, strlen(failure_id));
        return 1;
    }

    before = status_kib("VmRSS:");
    for (i = 0; i < fetched; i++) {
        dora_result *result = dora_queue_next(queue, 30000);
        CHECK(result != NULL);
        CHECK(dora_result_take_error(result) == NULL);
        dora_result_free(result);
        if (i % 1000 == 0) {
            sleep_ms(20); /* a slow reader */
        }
    }
    grown = status_kib("VmHWM:") - before;
    if (grown > 8 * 1024) {
        fprintf(stderr, "%ld KiB more while %ld were fetched\n", grown, fetched);
        return 1;
    }
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
