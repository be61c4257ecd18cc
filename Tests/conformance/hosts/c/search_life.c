/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole life of searches, for a memory checker to watch: events, errors, odd
 * items, what stays incomplete, cancel, free in the middle, mistakes.
 *
 *     search_life BASE_URL CA_FILE COUNT
 *
 * The server goes by the query: "all" has COUNT events, "crowd" too many at one
 * instant, "odd" one item of each kind, "html" and "forbidden" no page, "silent"
 * nothing at all.
 */
#include "search.h"

static void read_all(dora_client *client, int number)
{
    dora_search *search = check_search(client, "all", 30);

    CHECK(dora_search_fd(search) >= 0);
    while (number > 0) {
        check_next(search, --number);
    }
    check_end(search);
    check_end(search);
    dora_search_free(search);
}

/* Events that outlive their search, and are read behind its end. */
static void keep(dora_client *client, int number)
{
    dora_search *search = check_search(client, "all", 20);
    dora_failure *kept[10];
    size_t length;
    int i;

    for (i = 0; i < 10; i++) {
        CHECK(dora_search_next(search, -1, &kept[i], NULL) == DORA_SEARCH_EVENT);
    }
    dora_search_free(search);
    for (i = 0; i < 10; i++) {
        CHECK(dora_failure_json(kept[i], &length) != NULL && length > 20);
        CHECK(dora_response_status(dora_failure_response(kept[i])) == 200);
        CHECK(strncmp(dora_response_header(dora_failure_response(kept[i]), "content-type"), "application/", 12) == 0);
        check_event(kept[i], --number);
    }
}

static void read_odd(dora_client *client)
{
    dora_search *search = check_search(client, "odd", 0);
    dora_failure *failure;
    int events = 0;

    while (dora_search_next(search, -1, &failure, NULL) == DORA_SEARCH_EVENT) {
        size_t length, i;

        CHECK(dora_failure_json(failure, &length) != NULL);
        for (i = 0; i < dora_failure_violation_count(failure); i++) {
            CHECK(dora_failure_violation(failure, i) != NULL);
        }
        CHECK(dora_failure_copy_json(failure, "/data", NULL, 0) != SIZE_MAX);
        dora_failure_free(failure);
        events++;
    }
    CHECK(events > 20);
    dora_search_free(search);
}

static void fail(dora_client *client, const char *query, dora_error_code code)
{
    dora_search *search = check_search(client, query, 0);

    check_search_error(search, code);
    check_search_error(search, code);
    dora_search_free(search);
}

static void cancel(dora_client *client, int number)
{
    dora_search *search = check_search(client, "all", 20);
    dora_search *silent = check_search(client, "silent", 20);
    dora_failure *failure;

    check_next(search, number - 1);
    CHECK(dora_search_next(silent, 30, &failure, NULL) == DORA_SEARCH_WAITING);
    dora_client_cancel(client);
    check_search_error(search, DORA_ERROR_CANCELLED);
    check_search_error(silent, DORA_ERROR_CANCELLED);
    check_next(search, number - 2);
    CHECK(dora_search_next(silent, 30, &failure, NULL) == DORA_SEARCH_WAITING);
    dora_search_free(silent);
    dora_search_free(search);
}

static void make_mistakes(dora_client *client)
{
    dora_error *error = NULL;
    dora_search *search;

    CHECK(dora_search_failures(client, "\xff", INT64_MIN, INT64_MAX, &error) == NULL);
    dora_error_free(error);
    CHECK(dora_search_failures(client, NULL, 5, 5, NULL) == NULL);
    search = check_search(client, NULL, 10);
    error = NULL;
    CHECK(!dora_search_set_page_size(search, 1001, &error));
    dora_error_free(error);
    error = NULL;
    CHECK(dora_search_next(search, 0, NULL, &error) == DORA_SEARCH_ERROR);
    dora_error_free(error);
    dora_search_free(search);
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_search *unused;
    int count;

    CHECK(argc == 4);
    count = atoi(argv[3]);
    client = check_client(argv[1], argv[2]);
    unused = dora_search_failures(client, NULL, INT64_MIN, INT64_MAX, NULL);
    read_all(client, count);
    keep(client, count);
    read_odd(client);
    fail(client, "crowd", DORA_ERROR_INCOMPLETE);
    fail(client, "html", DORA_ERROR_MALFORMED_RESPONSE);
    fail(client, "forbidden", DORA_ERROR_FORBIDDEN);
    cancel(client, count);
    make_mistakes(client);
    dora_search_free(unused);
    dora_client_free(client);
    return 0;
}
