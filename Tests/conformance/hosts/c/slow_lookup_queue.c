/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name server that does not answer, and a queue: deadlines hold for all that are in flight, a visit does not
 * wait, and freeing waits for nothing.
 *
 *     slow_lookup_queue CA_FILE WHAT
 *
 * WHAT: "deadline", "staggered", "visit", "cancel" or "free".
 */
#define _XOPEN_SOURCE 700
#include "process.h"

#include <netdb.h>
#include <unistd.h>

enum { LOOKUP_MS = 2500, TIMEOUT_MS = 500, LATE_MS = 600, IN_FLIGHT = 32, COUNT = 64 };

/* Takes the place of libc's: libcurl calls it on a thread of its own. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)result;
    sleep_ms(LOOKUP_MS);
    return EAI_AGAIN;
}

static dora_client *make_client(const char *ca_file)
{
    dora_config *config = dora_config_new();
    dora_client *client;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, "https://no.answer.example");
    dora_config_set_ca_file(config, ca_file);
    dora_config_set_timeout_ms(config, TIMEOUT_MS);
    dora_config_set_max_retries(config, 0);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    return client;
}

static void add(dora_queue *queue, int from, int to, double *added)
{
    int i;

    for (i = from; i < to; i++) {
        CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
        added[i] = now_seconds();
    }
}

static void check_late(double allowed, double taken, const char *what)
{
    if (taken > allowed) {
        fprintf(stderr, "%s took %.2f s, %.2f s are allowed\n", what, taken, allowed);
        exit(1);
    }
}

static void take(dora_queue *queue, int count, const double *added, dora_error_code code)
{
    int i;

    for (i = 0; i < count; i++) {
        dora_result *result = dora_queue_next(queue, 20000);
        uint64_t tag = dora_result_tag(result);
        dora_error *error = dora_result_take_error(result);

        CHECK(result != NULL && dora_error_get_code(error) == code);
        if (tag < IN_FLIGHT) { /* the others waited for a place */
            check_late((TIMEOUT_MS + LATE_MS) / 1e3, now_seconds() - added[tag], "an event");
        }
        dora_error_free(error);
        dora_result_free(result);
    }
}

int main(int argc, char **argv)
{
    double added[COUNT];
    dora_client *client;
    dora_queue *queue;
    double began;

    CHECK(argc == 3);
    alarm(60);
    client = make_client(argv[1]);
    queue = dora_queue_new(client, IN_FLIGHT, NULL);
    CHECK(queue != NULL);
    if (strcmp(argv[2], "deadline") == 0) {
        add(queue, 0, IN_FLIGHT, added);
        take(queue, IN_FLIGHT, added, DORA_ERROR_TIMEOUT);
    } else if (strcmp(argv[2], "staggered") == 0) {
        add(queue, 0, 1, added);
        CHECK(dora_queue_next(queue, 150) == NULL);
        add(queue, 1, COUNT, added);
        take(queue, COUNT, added, DORA_ERROR_TIMEOUT);
    } else if (strcmp(argv[2], "visit") == 0) {
        double end = now_seconds() + 1.5;
        add(queue, 0, 8, added);
        while (now_seconds() < end) {
            began = now_seconds();
            dora_result_free(dora_queue_next(queue, 0));
            check_late(0.3, now_seconds() - began, "dora_queue_next(queue, 0)");
            sleep_ms(10);
        }
        CHECK(dora_queue_pending(queue) == 0);
    } else if (strcmp(argv[2], "cancel") == 0) {
        add(queue, 0, IN_FLIGHT, added);
        CHECK(dora_queue_next(queue, 100) == NULL);
        dora_client_cancel(client);
        began = now_seconds();
        take(queue, IN_FLIGHT, added, DORA_ERROR_CANCELLED);
        check_late(0.5, now_seconds() - began, "cancelling");
    } else {
        CHECK(strcmp(argv[2], "free") == 0);
        add(queue, 0, IN_FLIGHT, added);
        CHECK(dora_queue_next(queue, 100) == NULL);
    }
    began = now_seconds();
    dora_queue_free(queue);
    check_late(0.3, now_seconds() - began, "dora_queue_free");
    began = now_seconds();
    dora_client_free(client);
    check_late(0.3, now_seconds() - began, "dora_client_free");
    return 0;
}
