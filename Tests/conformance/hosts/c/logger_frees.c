/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logger that frees the queue whose work it is told of.
 *
 *     logger_frees BASE_URL CA_FILE
 */
#include "check.h"

static dora_queue *queue;

static void free_queue(void *user_data, uint32_t level, const char *message)
{
    dora_queue *freed = queue;

    (void)user_data;
    (void)level;
    (void)message;
    queue = NULL;
    dora_queue_free(freed);
}

int main(int argc, char **argv)
{
    dora_config *config = dora_config_new();
    dora_client *client;
    int i;

    CHECK(argc == 3);
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_logger(config, free_queue, NULL);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    queue = dora_queue_new(client, 2, NULL);
    for (i = 0; i < 4; i++) {
        CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
    }
    dora_result_free(dora_queue_next(queue, 5000));
    CHECK(queue == NULL);
    check_get(client, "event");
    dora_client_free(client);
    return 0;
}
