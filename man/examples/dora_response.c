/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_client *client = dora_client_new(NULL, &error);
    dora_failure *failure = client ? dora_get_failure(client, argc > 1 ? argv[1] : "", &error) : NULL;
    const dora_response *response = failure ? dora_failure_response(failure) : dora_error_response(error);

    if (response == NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error)); /* nothing came back */
    } else {
        const char *type = dora_response_header(response, "content-type");

        printf("HTTP/%s %d, %s\n", dora_response_http_version(response), dora_response_status(response),
               type ? type : "of no type");
        printf("%" PRId64 " us, %" PRIu32 " attempts\n", dora_response_time_us(response, DORA_PHASE_TOTAL),
               dora_response_attempts(response));
        printf("%" PRId64 " requests remain\n", dora_response_rate_limit_remaining(response)); /* -1: not sent */
    }
    dora_error_free(error);
    dora_failure_free(failure);
    dora_client_free(client);
    return 0;
}
