/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <stdio.h>
#include <time.h>

/* Prints the events of the last 30 days that match the query, the newest first. */
int main(int argc, char **argv)
{
    const char *query = argc > 1 ? argv[1] : NULL; /* NULL: all */
    int64_t from = ((int64_t)time(NULL) - 30 * 86400) * 1000000000;
    dora_error *error = NULL;
    dora_client *client = dora_client_new(NULL, &error);
    dora_search *search = client ? dora_search_failures(client, query, from, INT64_MAX, &error) : NULL;
    dora_failure *failure = NULL;

    while (search != NULL && dora_search_next(search, -1, &failure, &error) == DORA_SEARCH_EVENT) {
        const char *id = dora_failure_id(failure);
        const char *name = dora_failure_name(failure);

        printf("%s: %s\n", id ? id : "(no id)", name ? name : "(no name)");
        dora_failure_free(failure);
    }
    if (error != NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
    }
    dora_error_free(error);
    dora_search_free(search);
    dora_client_free(client);
    return 0;
}
