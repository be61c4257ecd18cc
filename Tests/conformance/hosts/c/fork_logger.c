/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logger forks at each line, as one that starts a program does: no fork waits for the call that it is part of.
 *
 *     fork_logger BASE_URL CA_FILE FAILURE_ID
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOW_SECONDS = 1 };

static int lines;

static void fork_at(void *context, uint32_t level, const char *line)
{
    double began = now_seconds();
    pid_t child = fork();

    (void)context;
    (void)level;
    (void)line;
    CHECK(child >= 0);
    if (child == 0) {
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(now_seconds() - began < SLOW_SECONDS);
    lines++;
}

int main(int argc, char **argv)
{
    dora_config *config = dora_config_new();
    dora_error *error = NULL;
    dora_client *client;

    CHECK(argc == 4);
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_retry_backoff_ms(config, 1, 2);
    dora_config_set_logger(config, fork_at, NULL);
    client = dora_client_new(config, &error);
    dora_config_free(config);
    CHECK(client != NULL);
    check_get(client, argv[3]);
    check_get(client, argv[3]);
    dora_client_free(client);
    CHECK(lines >= 4);
    return 0;
}
