/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adds ids to a queue and asks for none: what one of them takes beyond its own 16 bytes.
 *
 *     waiting COUNT
 *
 * Prints bytes for each id.
 */
#include <dora.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of this process now, in bytes; statm counts pages. */
static double resident(void) {
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2) {
        exit(1);
    }
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

int main(int argc, char **argv) {
    long count = argc == 2 ? atol(argv[1]) : 0;
    dora_config *config = dora_config_new();
    dora_config_set_api_key(config, "local-api-key");
    dora_config_set_app_key(config, "local-application-key");
    dora_client *client = dora_client_new(config, NULL);
    dora_queue *queue = dora_queue_new(client, 0, NULL);
    if (count <= 0 || queue == NULL) {
        fprintf(stderr, "usage: %s COUNT\n", argv[0]);
        return 2;
    }
    double before = resident();
    for (long index = 0; index < count; index++) {
        char id[17];
        snprintf(id, sizeof id, "%016lx", (unsigned long)index);
        dora_queue_add(queue, id, (uint64_t)index, NULL);
    }
    printf("%.2f\n", (resident() - before) / (double)count - 16);
    dora_queue_free(queue);
    dora_client_free(client);
    dora_config_free(config);
    return 0;
}
