/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdora, one call at a time on one client.
 *
 *     dora BASE_URL CA_FILE COUNT
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

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE COUNT\n", argv[0]);
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
    if (client == NULL) {
        return fail(error);
    }
    double start = 0;
    for (long index = -10; index < count; index++) {
        if (index == 0) {
            start = now();
        }
        dora_failure *failure = dora_get_failure(client, "documented-example", &error);
        if (failure == NULL) {
            return fail(error);
        }
        dora_failure_free(failure);
    }
    printf("%.2f\n", (now() - start) / (double)count);
    dora_client_free(client);
    return 0;
}
