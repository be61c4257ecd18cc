/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sandbox refuses a system call. What then works, works in time; what does not says which call was refused,
 * and why.
 *
 *     refused_calls BASE_URL CA_FILE NAME ERRNO WHEN
 *
 * WHEN: "first" refuses before the client is made, "later" once the client has made a call. The server answers
 * "event" at once and never answers "silent".
 */
#define _GNU_SOURCE
#include "process.h"
#include "sandbox.h"

#include <sys/select.h>

enum { DEADLINE_MS = 700, ALLOWED_MS = 900 };

static const char *refused;
static int refusal;

static dora_client *make_client(char **argv)
{
    dora_config *config = dora_config_new();
    dora_error *error = NULL;
    dora_client *client;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_timeout_ms(config, DEADLINE_MS);
    dora_config_set_max_retries(config, 0);
    client = dora_client_new(config, &error);
    dora_config_free(config);
    if (client == NULL) {
        fprintf(stderr, "dora_client_new: %s\n", dora_error_message(error));
        exit(1);
    }
    return client;
}

/* An error that is not about time names the call that was refused, and the reason. */
static void check_words(const dora_error *error, const char *where)
{
    const char *message = dora_error_message(error);
    char number[32];
    bool names_call = strstr(message, refused) != NULL || strstr(message, "curl_multi_init") != NULL;
    bool names_reason;

    snprintf(number, sizeof number, "errno %d", refusal);
    names_reason = strstr(message, strerror(refusal)) != NULL || strstr(message, number) != NULL;
    if (strcmp(refused, "getrandom") == 0) {
        /* The TLS library asks for it, and says no more than this. */
        names_call = strstr(message, "random") != NULL;
        names_reason = strstr(message, "the server must speak") == NULL;
    }
    if (!names_call || !names_reason || strstr(message, "ulimit") != NULL) {
        fprintf(stderr, "%s with %s refused: %s: %s\n", where, refused, dora_error_code_name(dora_error_get_code(error)), message);
        exit(1);
    }
}

static void check_time(double began, const char *where)
{
    double taken = now_seconds() - began;

    if (taken > (DEADLINE_MS + ALLOWED_MS) / 1e3) {
        fprintf(stderr, "%s with %s refused took %.2f s, the deadline was %d ms\n", where, refused, taken, DEADLINE_MS);
        exit(1);
    }
}

static void check_call(dora_client *client, const char *failure_id, dora_error_code expected)
{
    dora_error *error = NULL;
    double began = now_seconds();
    dora_failure *failure = dora_get_failure(client, failure_id, &error);

    check_time(began, "dora_get_failure");
    if (dora_error_get_code(error) != expected) {
        check_words(error, "dora_get_failure");
    }
    dora_error_free(error);
    dora_failure_free(failure);
}

static bool is_readable(int descriptor, double seconds)
{
    struct timeval left;
    fd_set set;

    left.tv_sec = (time_t)seconds;
    left.tv_usec = (suseconds_t)((seconds - (double)left.tv_sec) * 1e6);
    FD_ZERO(&set);
    FD_SET(descriptor, &set);
    return select(descriptor + 1, &set, NULL, NULL, &left) == 1;
}

/* One event by the descriptor alone, or, where the queue has none, by waiting. */
static void check_event(dora_queue *queue, int descriptor, const char *failure_id, dora_error_code expected)
{
    double began = now_seconds();
    dora_result *result = NULL;
    dora_error *error;

    CHECK(dora_queue_add(queue, failure_id, 1, NULL));
    while (result == NULL) {
        if (descriptor >= 0 && !is_readable(descriptor, 4)) {
            fprintf(stderr, "with %s refused the descriptor does not keep time\n", refused);
            exit(1);
        }
        result = dora_queue_next(queue, descriptor >= 0 ? 0 : 5000);
        CHECK(result != NULL || now_seconds() - began < 5);
    }
    check_time(began, "dora_queue_next");
    error = dora_result_take_error(result);
    if (dora_error_get_code(error) != expected) {
        check_words(error, "dora_queue_next");
    }
    dora_error_free(error);
    dora_result_free(result);
}

static void check_queue(dora_client *client)
{
    dora_error *error = NULL;
    dora_queue *queue = dora_queue_new(client, 2, &error);
    int descriptor;

    if (queue == NULL) {
        check_words(error, "dora_queue_new");
        dora_error_free(error);
        return;
    }
    check_event(queue, -1, "event", DORA_OK);
    descriptor = dora_queue_fd(queue);
    check_event(queue, descriptor, "event", DORA_OK);
    check_event(queue, descriptor, "silent", DORA_ERROR_TIMEOUT);
    dora_queue_free(queue);
}

int main(int argc, char **argv)
{
    dora_client *client;

    CHECK(argc == 6);
    alarm(30);
    refused = argv[3];
    refusal = atoi(argv[4]);
    if (strcmp(argv[5], "first") == 0) {
        sandbox_refuse(refused, refusal);
        client = make_client(argv);
    } else {
        client = make_client(argv);
        check_get(client, "event");
        sandbox_refuse(refused, refusal);
    }
    check_call(client, "event", DORA_OK);
    check_call(client, "silent", DORA_ERROR_TIMEOUT);
    check_queue(client);
    check_call(client, "event", DORA_OK);
    dora_client_free(client);
    return 0;
}
