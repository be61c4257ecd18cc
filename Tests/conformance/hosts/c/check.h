/* SPDX-License-Identifier: Apache-2.0 */
/* What the test programs share. A program that returns 0 has passed. */
#ifndef CHECK_H
#define CHECK_H

#include <dora.h>

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);       \
            exit(1);                                                              \
        }                                                                         \
    } while (0)

/* A client of the server at base_url, with quick retries. */
static inline dora_client *check_client(const char *base_url, const char *ca_file)
{
    dora_error *error = NULL;
    dora_config *config = dora_config_new();
    dora_client *client;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, base_url);
    dora_config_set_ca_file(config, ca_file);
    dora_config_set_retry_backoff_ms(config, 1, 2);
    client = dora_client_new(config, &error);
    dora_config_free(config);
    if (client == NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
        exit(1);
    }
    return client;
}

/* Fetches an event, which must succeed. */
static inline void check_get(dora_client *client, const char *failure_id)
{
    dora_error *error = NULL;
    dora_failure *failure = dora_get_failure(client, failure_id, &error);

    if (failure == NULL) {
        fprintf(stderr, "%s: %s\n", failure_id, dora_error_message(error));
        exit(1);
    }
    CHECK(error == NULL);
    dora_failure_free(failure);
}

/* Asks for an event, which must fail with the code. */
static inline void check_error(dora_client *client, const char *failure_id, dora_error_code code)
{
    dora_error *error = NULL;
    dora_failure *failure = dora_get_failure(client, failure_id, &error);

    CHECK(failure == NULL);
    if (dora_error_get_code(error) != code) {
        fprintf(stderr, "%s: expected %s, not %s: %s\n", failure_id, dora_error_code_name(code),
                dora_error_code_name(dora_error_get_code(error)), dora_error_message(error));
        exit(1);
    }
    dora_error_free(error);
}

#endif
