/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_client *client = dora_client_new(NULL, &error);
    dora_failure *failure = NULL;

    if (argc == 2 && client != NULL) {
        failure = dora_get_failure(client, argv[1], &error);
    }
    if (failure != NULL) {
        const char *id = dora_failure_id(failure);
        const char *name = dora_failure_name(failure); /* NULL where the event has none */

        printf("%s: %s\n", id ? id : argv[1], name ? name : "(no name)");
    } else if (error != NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
    } else {
        fprintf(stderr, "usage: %s FAILURE_ID\n", argv[0]);
    }
    dora_error_free(error);
    dora_failure_free(failure);
    dora_client_free(client);
    return failure != NULL ? 0 : 1;
}
