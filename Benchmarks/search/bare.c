/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bare libcurl that throws the pages away: the limit of what a client on libcurl can reach without asking ahead.
 *
 *     bare URL CA_FILE BODIES EVENTS
 *
 * Prints microseconds for each event.
 */
#include "bare.h"

static size_t discard(char *data, size_t size, size_t count, void *page)
{
    (void)data;
    (void)page;
    return size * count;
}

static void end_page(void *page)
{
    (void)page;
}

int main(int argc, char **argv)
{
    FILE *bodies = argc == 5 ? fopen(argv[3], "r") : NULL;
    if (bodies == NULL) {
        fprintf(stderr, "usage: %s URL CA_FILE BODIES EVENTS\n", argv[0]);
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL *easy = make_handle(argv[1], argv[2], make_headers(), discard, NULL);
    const double start = now();
    const bool good = request_all(easy, bodies, end_page, NULL);
    if (good) {
        print_result(now() - start, strtoul(argv[4], NULL, 10), 0);
    }
    curl_easy_cleanup(easy);
    fclose(bodies);
    return good ? 0 : 1;
}
