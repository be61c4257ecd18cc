/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdora: so many threads on one client.
 *
 *     dora BASE_URL CA_FILE COUNT THREADS
 *
 * Prints events a second, of all threads together.
 */
#include <dora.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static dora_client *client;
static long calls;

static void *work(void *context) {
    long *failed = context;
    for (long index = 0; index < calls; index++) {
        dora_failure *failure = dora_get_failure(client, "documented-example", NULL);
        *failed += failure == NULL;
        dora_failure_free(failure);
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE COUNT THREADS\n", argv[0]);
        return 2;
    }
    calls = atol(argv[3]);
    dora_error *error = NULL;
    dora_config *config = dora_config_new();
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_api_key(config, "local-api-key");
    dora_config_set_app_key(config, "local-application-key");
    client = dora_client_new(config, &error);
    dora_config_free(config);
    if (client == NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
        dora_error_free(error);
        return 1;
    }
    size_t count = (size_t)atol(argv[4]);
    pthread_t *threads = malloc(count * sizeof *threads);
    long *failed = calloc(count, sizeof *failed);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t index = 0; index < count; index++) {
        pthread_create(&threads[index], NULL, work, &failed[index]);
    }
    long failures = 0;
    for (size_t index = 0; index < count; index++) {
        pthread_join(threads[index], NULL);
        failures += failed[index];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%.1f\n", (double)count * (double)calls / seconds);
    free(threads);
    free(failed);
    dora_client_free(client);
    return failures == 0 ? 0 : 1;
}
