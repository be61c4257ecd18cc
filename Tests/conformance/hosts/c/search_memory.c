/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a search takes of memory: two pages as received, and no more however many
 * there are. An event that is kept does not keep its page.
 *
 *     search_memory BASE_URL CA_FILE COUNT PAGE_KIB
 *
 * The server has COUNT events to the query "large"; a page of 100 is PAGE_KIB large.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"
#include "search.h"

int main(int argc, char **argv)
{
    dora_client *client;
    dora_search *search;
    dora_failure *kept[100];
    size_t kept_count = 0;
    long before, more, page;
    int number;

    CHECK(argc == 5);
    number = atoi(argv[3]);
    page = atol(argv[4]);
    client = check_client(argv[1], argv[2]);
    search = check_search(client, "all", 0);
    check_next(search, 99);
    dora_search_free(search);
    before = status_kib("VmRSS:");

    search = check_search(client, "large", 100);
    while (number > 0) {
        number--;
        if (number % 100 == 50) {
            CHECK(kept_count < sizeof kept / sizeof kept[0]);
            CHECK(dora_search_next(search, -1, &kept[kept_count++], NULL) == DORA_SEARCH_EVENT);
        } else {
            check_next(search, number);
        }
    }
    check_end(search);
    more = status_kib("VmHWM:") - before;
    dora_search_free(search);
    while (kept_count > 0) {
        dora_failure_free(kept[--kept_count]);
    }
    dora_client_free(client);
    if (more > 2 * page + 2048) {
        fprintf(stderr, "%ld KiB more than before, with pages of %ld KiB\n", more, page);
        return 1;
    }
    return 0;
}
