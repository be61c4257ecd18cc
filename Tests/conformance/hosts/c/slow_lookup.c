/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name server that does not answer: deadlines and cancellation hold all the same, and freeing the
 * client waits for nothing.
 *
 *     slow_lookup CA_FILE
 */
#define _XOPEN_SOURCE 700
#include "process.h"

#include <netdb.h>
#include <pthread.h>

enum { LOOKUP_MS = 4000, TIMEOUT_MS = 300, ALLOWED_MS = 250 };

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

static dora_client *make_client(const char *ca_file, uint32_t timeout_ms)
{
    dora_config *config = dora_config_new();
    dora_client *client;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, "https://no.answer.example");
    dora_config_set_ca_file(config, ca_file);
    dora_config_set_timeout_ms(config, timeout_ms);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    return client;
}

static void *cancel_soon(void *client)
{
    sleep_ms(TIMEOUT_MS);
    dora_client_cancel(client);
    return NULL;
}

int main(int argc, char **argv)
{
    double start = now_seconds();
    dora_client *client;
    pthread_t thread;

    CHECK(argc == 2);
    client = make_client(argv[1], TIMEOUT_MS);
    check_error(client, "event", DORA_ERROR_TIMEOUT);
    dora_client_free(client);
    CHECK(now_seconds() - start < (TIMEOUT_MS + ALLOWED_MS) / 1e3);

    client = make_client(argv[1], 0);
    CHECK(pthread_create(&thread, NULL, cancel_soon, client) == 0);
    start = now_seconds();
    check_error(client, "event", DORA_ERROR_CANCELLED);
    CHECK(pthread_join(thread, NULL) == 0);
    dora_client_free(client);
    CHECK(now_seconds() - start < (TIMEOUT_MS + ALLOWED_MS) / 1e3);
    return 0;
}
