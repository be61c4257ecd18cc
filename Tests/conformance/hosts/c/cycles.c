/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clients made, used once and freed, again and again: descriptors and memory
 * stay where they were after the first tenth.
 *
 *     cycles BASE_URL CA_FILE CYCLES
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

static void cycle(const char *base_url, const char *ca_file, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        dora_client *client = check_client(base_url, ca_file);
        check_get(client, "event");
        dora_client_free(client);
    }
}

int main(int argc, char **argv)
{
    int cycles;
    int descriptors;
    long memory_kib;

    CHECK(argc == 4);
    cycles = atoi(argv[3]);
    cycle(argv[1], argv[2], cycles / 10);
    descriptors = open_descriptors();
    memory_kib = status_kib("VmRSS:");
    cycle(argv[1], argv[2], cycles - cycles / 10);
    CHECK(open_descriptors() == descriptors);
    CHECK(status_kib("VmRSS:") <= memory_kib + 512);
    return 0;
}
