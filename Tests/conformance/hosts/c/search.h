/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs on searches share. The server's events are event-0, the oldest, to event-(COUNT - 1). */
#ifndef SEARCH_H
#define SEARCH_H

#include "check.h"

#include <string.h>

static inline dora_search *check_search(dora_client *client, const char *query, uint32_t page_size)
{
    dora_error *error = NULL;
    dora_search *search = dora_search_failures(client, query, INT64_MIN, INT64_MAX, &error);

    CHECK(search != NULL && error == NULL);
    CHECK(dora_search_set_page_size(search, page_size, &error));
    return search;
}

/* Frees the event. */
static inline void check_event(dora_failure *failure, int number)
{
    char expected[32];

    snprintf(expected, sizeof expected, "event-%d", number);
    if (failure == NULL || strcmp(dora_failure_id(failure), expected) != 0) {
        fprintf(stderr, "expected %s, not %s\n", expected, failure != NULL ? dora_failure_id(failure) : "an error");
        exit(1);
    }
    dora_failure_free(failure);
}

/* Takes the next event, which must be the one with that number. */
static inline void check_next(dora_search *search, int number)
{
    dora_failure *failure;
    dora_error *error = NULL;
    dora_search_status status = dora_search_next(search, -1, &failure, &error);

    if (status != DORA_SEARCH_EVENT) {
        fprintf(stderr, "event-%d: status %d: %s\n", number, (int)status, dora_error_message(error));
        exit(1);
    }
    check_event(failure, number);
}

static inline void check_end(dora_search *search)
{
    dora_failure *failure;

    CHECK(dora_search_next(search, -1, &failure, NULL) == DORA_SEARCH_END && failure == NULL);
}

/* The next call must fail with the code, after any number of events. */
static inline void check_search_error(dora_search *search, dora_error_code code)
{
    dora_failure *failure;
    dora_error *error = NULL;

    while (dora_search_next(search, -1, &failure, &error) == DORA_SEARCH_EVENT) {
        dora_failure_free(failure);
    }
    CHECK(failure == NULL);
    if (dora_error_get_code(error) != code) {
        fprintf(stderr, "expected %s, not %s: %s\n", dora_error_code_name(code),
                dora_error_code_name(dora_error_get_code(error)), dora_error_message(error));
        exit(1);
    }
    dora_error_free(error);
}

#endif
