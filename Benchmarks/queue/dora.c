/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdora's completion queue.
 *
 *     dora BASE_URL CA_FILE COUNT IN_FLIGHT
 *
 * Prints microseconds for each event.
 */
#include <dora.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int fail(dora_error *error) {
    fprintf(stderr, "%s\n", dora_error_message(error));
    dora_error_free(error);
    return 1;
}

/* Fetches `count` events. Returns how many failed. */
static long run(dora_queue *queue, long count) {
    long failed = 0;
    dora_result *result;
    for (long index = 0; index < count; index++) {
        dora_queue_add(queue, "documented-example", (uint64_t)index, NULL);
    }
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        dora_failure *failure = dora_result_take_failure(result);
        failed += failure == NULL;
        dora_failure_free(failure);
        dora_result_free(result);
    }
    return failed;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE COUNT IN_FLIGHT\n", argv[0]);
        return 2;
    }
    long count = atol(argv[3]);
    dora_error *error = NULL;
    dora_config *config = dora_config_new();
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_api_key(config, "local-api-key");
    dora_config_set_app_key(config, "local-application-key");
    dora_client *client = dora_client_new(config, &error);
    dora_config_free(config);
    dora_queue *queue = client != NULL ? dora_queue_new(client, (uint32_t)atoi(argv[4]), &error) : NULL;
    if (queue == NULL) {
        dora_client_free(client);
        return fail(error);
    }
    long failed = run(queue, 1);
    double start = now();
    failed += run(queue, count);
    printf("%.2f\n", (now() - start) / (double)count);
    dora_queue_free(queue);
    dora_client_free(client);
    return failed == 0 ? 0 : 1;
}
