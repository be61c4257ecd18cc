/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole life of a client, through every kind of object and every ending,
 * for a memory checker to watch.
 *
 *     lifecycle BASE_URL CA_FILE CLOSED_PORT_URL
 */
#include "check.h"

#include <string.h>

static void ignore(void *user_data, uint32_t level, const char *message)
{
    size_t *bytes = user_data;

    CHECK(level >= DORA_LOG_ERROR && level <= DORA_LOG_DEBUG);
    *bytes += strlen(message);
}

static void read_event(const dora_failure *failure)
{
    char buffer[16];
    int64_t unix_ns;
    size_t length;
    size_t i;

    CHECK(strcmp(dora_failure_name(failure), "Database outage") == 0);
    CHECK(dora_failure_started_at(failure, &unix_ns) && unix_ns == 1693491974000000000);
    for (i = 0; i < dora_failure_custom_tag_count(failure); i++) {
        CHECK(dora_failure_custom_tag(failure, i) != NULL);
    }
    CHECK(strcmp(dora_failure_custom_tag_value(failure, "language"), "java") == 0);
    CHECK(dora_failure_json(failure, &length) != NULL && length > 0);
    CHECK(dora_failure_copy_json(failure, "", buffer, sizeof buffer) >= sizeof buffer);
    CHECK(dora_failure_copy_string(failure, "/data/attributes/env", buffer, sizeof buffer) == strlen("production"));
}

static void read_error(dora_client *client, const char *failure_id)
{
    dora_error *error = NULL;
    char buffer[16];

    CHECK(dora_get_failure(client, failure_id, &error) == NULL);
    CHECK(dora_error_item_count(error) == 1);
    CHECK(dora_error_item_title(error, 0) != NULL);
    CHECK(dora_error_item_title(error, 1) == NULL);
    CHECK(dora_error_copy_item_meta(error, 0, buffer, sizeof buffer) != SIZE_MAX);
    CHECK(dora_response_status(dora_error_response(error)) == 400);
    CHECK(dora_error_body(error, NULL) != NULL);
    dora_error_free(error);
}

static dora_client *full_client(const char *base_url, const char *ca_file, size_t *logged)
{
    dora_config *config = dora_config_new();
    dora_client *client;

    dora_config_set_site(config, "datadoghq.eu");
    dora_config_set_api_key(config, "first");
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_access_token(config, "token");
    dora_config_set_access_token(config, NULL);
    dora_config_set_base_url(config, base_url);
    dora_config_set_ca_file(config, ca_file);
    dora_config_set_proxy(config, "");
    dora_config_set_user_agent(config, "lifecycle/1");
    dora_config_add_header(config, "X-One", "1");
    dora_config_add_header(config, "X-Two", "2");
    dora_config_set_retry_backoff_ms(config, 1, 2);
    dora_config_set_logger(config, ignore, logged);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    return client;
}

int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_failure *failure;
    dora_client *client;
    size_t logged = 0;

    CHECK(argc == 4);
    CHECK(dora_client_new(NULL, &error) == NULL);
    CHECK(dora_error_get_code(error) == DORA_ERROR_INVALID_ARGUMENT);
    dora_error_free(error);
    error = NULL;

    CHECK(dora_parse_failure("{\"data\":", 8, &error) == NULL);
    CHECK(dora_error_get_code(error) == DORA_ERROR_MALFORMED_RESPONSE);
    dora_error_free(error);
    error = NULL;

    client = full_client(argv[1], argv[2], &logged);
    failure = dora_get_failure(client, "event", NULL);
    read_event(failure);
    read_error(client, "bad-request");
    check_error(client, "..", DORA_ERROR_INVALID_ARGUMENT);
    check_error(client, "unavailable", DORA_ERROR_SERVER);
    check_error(client, "broken", DORA_ERROR_CONNECTION);
    check_error(client, "html", DORA_ERROR_MALFORMED_RESPONSE);
    check_get(client, "event");
    dora_client_cancel(client);
    check_get(client, "compressed");
    dora_client_free(client);
    CHECK(logged > 0);
    read_event(failure); /* an event outlives its client */
    dora_failure_free(failure);

    client = check_client(argv[3], argv[2]);
    check_error(client, "event", DORA_ERROR_CONNECTION);
    dora_client_free(client);
    dora_client_free(check_client(argv[1], argv[2])); /* one that never made a call */
    return 0;
}
