/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much memory a response without end takes: the limit and 4 MiB at most.
 *
 *     peak BASE_URL CA_FILE FAILURE_ID LIMIT_KIB
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

int main(int argc, char **argv)
{
    dora_client *client;
    long before_kib;
    long growth_kib;

    CHECK(argc == 5);
    client = check_client(argv[1], argv[2]);
    check_get(client, "event");
    before_kib = status_kib("VmHWM:");
    check_error(client, argv[3], DORA_ERROR_RESPONSE_TOO_LARGE);
    growth_kib = status_kib("VmHWM:") - before_kib;
    if (growth_kib > atol(argv[4]) + 4 * 1024) {
        fprintf(stderr, "peak memory grew by %ld KiB\n", growth_kib);
        return 1;
    }
    dora_client_free(client);
    return 0;
}
