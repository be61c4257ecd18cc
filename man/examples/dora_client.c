/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include <dora.h>
#include <signal.h>
#include <stdio.h>

static dora_client *client;

/* Ctrl-C ends the call, not the program. */
static void on_interrupt(int signal_number)
{
    (void)signal_number;
    dora_client_cancel(client);
}

int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_failure *failure = NULL;

    client = dora_client_new(NULL, &error);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    if (client != NULL) {
        failure = dora_get_failure(client, argc > 1 ? argv[1] : "", &error);
    }
    if (failure != NULL) {
        puts(dora_failure_json(failure, NULL));
    } else if (dora_error_get_code(error) != DORA_ERROR_CANCELLED) {
        fprintf(stderr, "%s\n", dora_error_message(error));
    }
    dora_error_free(error);
    dora_failure_free(failure);
    dora_client_free(client);
    return 0;
}
