/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <stdio.h>

static void write_log(void *user_data, uint32_t level, const char *message)
{
    fprintf(user_data, "%s%s\n", level <= DORA_LOG_WARNING ? "warning: " : "", message);
}

int main(void)
{
    dora_config *config = dora_config_new(); /* keys and site from the environment */
    dora_error *error = NULL;

    dora_config_set_user_agent(config, "incident-report/1.0");
    dora_config_set_timeout_ms(config, 20000);
    dora_config_set_logger(config, write_log, stderr);

    dora_client *client = dora_client_new(config, &error);

    dora_config_free(config);
    if (client == NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error)); /* names the setting */
    }
    dora_error_free(error);
    dora_client_free(client);
    return 0;
}
