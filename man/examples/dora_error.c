/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <inttypes.h>
#include <stdio.h>

static void explain(const dora_error *error)
{
    fprintf(stderr, "%s: %s\n", dora_error_code_name(dora_error_get_code(error)), dora_error_message(error));
    for (size_t i = 0; i < dora_error_item_count(error); i++) {
        const char *title = dora_error_item_title(error, i);
        const char *detail = dora_error_item_detail(error, i);

        fprintf(stderr, "  %s: %s\n", title ? title : "(no title)", detail ? detail : "(no detail)");
    }
    if (dora_error_is_retryable(error)) {
        int64_t wait = dora_error_retry_after_ms(error);

        fprintf(stderr, "try again in %" PRId64 " ms\n", wait < 0 ? 60000 : wait);
    }
}

int main(int argc, char **argv)
{
    dora_error *error = NULL;
    dora_client *client = dora_client_new(NULL, &error);
    dora_failure *failure = client ? dora_get_failure(client, argc > 1 ? argv[1] : "", &error) : NULL;

    if (failure == NULL) {
        explain(error);
    }
    dora_error_free(error);
    dora_failure_free(failure);
    dora_client_free(client);
    return 0;
}
