/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <stdio.h>

/* Fetches the events whose ids are the arguments. */
int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_client *client = dora_client_new(NULL, &error);
    dora_queue *queue = client ? dora_queue_new(client, 0, &error) : NULL;
    dora_result *result;

    for (int i = 1; i < argc && error == NULL; i++) {
        dora_queue_add(queue, argv[i], (uint64_t)i, &error);
    }
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        dora_failure *failure = dora_result_take_failure(result);
        dora_error *reason = dora_result_take_error(result);
        const char *name = dora_failure_name(failure);

        printf("%s: %s\n", dora_result_failure_id(result),
               reason ? dora_error_message(reason) : name ? name : "(no name)");
        dora_error_free(reason);
        dora_failure_free(failure);
        dora_result_free(result);
    }
    if (error != NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
    }
    dora_error_free(error);
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
