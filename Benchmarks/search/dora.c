/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search of libdora, every field of each event read.
 *
 *     dora BASE_URL CA_FILE FROM_NS TO_NS
 *
 * Prints microseconds for each event. CA_FILE "" is for a server without TLS.
 */
#include "fields.h"

#include <dora.h>

typedef size_t count_of(const dora_failure *failure);
typedef const char *text_at(const dora_failure *failure, size_t index);

static uint64_t texts(const dora_failure *failure, count_of *count, text_at *text)
{
    uint64_t sum = 0;
    const size_t end = count(failure);
    for (size_t index = 0; index < end; index++) {
        sum += part(text(failure, index));
    }
    return sum;
}

static uint64_t read_event(const dora_failure *failure)
{
    uint64_t sum = part(dora_failure_id(failure)) + part(dora_failure_type(failure));
    int64_t time_ns;

    sum += part(dora_failure_name(failure)) + part(dora_failure_severity(failure));
    sum += part(dora_failure_version(failure)) + part(dora_failure_git_commit_sha(failure));
    sum += part(dora_failure_git_repository_url(failure));
    sum += texts(failure, dora_failure_env_count, dora_failure_env_at);
    sum += texts(failure, dora_failure_team_count, dora_failure_team_at);
    sum += texts(failure, dora_failure_service_count, dora_failure_service);
    sum += texts(failure, dora_failure_custom_tag_count, dora_failure_custom_tag);
    sum += dora_failure_started_at(failure, &time_ns);
    return sum + dora_failure_finished_at(failure, &time_ns);
}

static int fail(dora_error *error)
{
    fprintf(stderr, "%s\n", dora_error_message(error));
    dora_error_free(error);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE FROM_NS TO_NS\n", argv[0]);
        return 2;
    }
    dora_error *error = NULL;
    dora_config *config = dora_config_new();
    dora_config_set_base_url(config, argv[1]);
    if (argv[2][0] != '\0') {
        dora_config_set_ca_file(config, argv[2]);
    }
    dora_config_set_api_key(config, "local-api-key");
    dora_config_set_app_key(config, "local-application-key");
    dora_client *client = dora_client_new(config, &error);
    dora_config_free(config);
    dora_search *search = client ? dora_search_failures(client, NULL, atoll(argv[3]), atoll(argv[4]), &error) : NULL;
    if (search == NULL) {
        return fail(error);
    }
    const double start = now();
    unsigned long events = 0;
    uint64_t sum = 0;
    dora_failure *failure;
    dora_search_status status;
    while ((status = dora_search_next(search, -1, &failure, &error)) == DORA_SEARCH_EVENT) {
        sum += read_event(failure);
        events++;
        dora_failure_free(failure);
    }
    const double end = now();
    if (status == DORA_SEARCH_ERROR) {
        return fail(error);
    }
    print_result(end - start, events, sum);
    dora_search_free(search);
    dora_client_free(client);
    return 0;
}
