/* SPDX-License-Identifier: Apache-2.0 */
#include <dora.h>
#include <inttypes.h>
#include <stdio.h>

/* A field that the event does not carry is NULL. */
static void print(const char *label, const char *text)
{
    if (text != NULL) {
        printf("%s: %s\n", label, text);
    }
}

int main(void)
{
    static char json[1 << 20];
    size_t length = fread(json, 1, sizeof json, stdin);
    dora_error *error = NULL;
    dora_failure *failure = dora_parse_failure(json, length, &error);
    int64_t started, finished;
    char field[64];

    if (failure == NULL) {
        fprintf(stderr, "%s\n", dora_error_message(error));
    } else {
        print("name", dora_failure_name(failure));
        for (size_t i = 0; i < dora_failure_service_count(failure); i++) {
            print("service", dora_failure_service(failure, i));
        }
        print("region", dora_failure_custom_tag_value(failure, "region"));
        if (dora_failure_started_at(failure, &started) && dora_failure_finished_at(failure, &finished)) {
            printf("hours: %.1f\n", ((double)finished - (double)started) / 3.6e12);
        }
        if (dora_failure_copy_string(failure, "/data/attributes/source", field, sizeof field) < sizeof field) {
            print("source", field); /* a field without an accessor */
        }
        for (size_t i = 0; i < dora_failure_violation_count(failure); i++) {
            print("violation", dora_failure_violation(failure, i));
        }
    }
    dora_error_free(error);
    dora_failure_free(failure);
    return 0;
}
