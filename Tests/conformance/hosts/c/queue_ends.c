/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left after a queue: of one that could not be made, and of one that had many connections.
 *
 *     queue_ends BASE_URL CA_FILE WHAT COUNT
 *
 * WHAT: "refused" makes COUNT queues where no descriptor is left; "connections" has COUNT events in flight;
 * "descriptor" frees COUNT queues that are watched.
 */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { KEPT = 16 };

static void check_refused(dora_client *client, int count)
{
    struct rlimit usual;
    struct rlimit none;
    int i;

    CHECK(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    none = usual;
    none.rlim_cur = 3;
    CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
    for (i = 0; i < count; i++) {
        dora_error *error = NULL;

        CHECK(dora_queue_new(client, 4, i % 2 == 0 ? &error : NULL) == NULL);
        dora_error_free(error);
    }
    CHECK(setrlimit(RLIMIT_NOFILE, &usual) == 0);
}

static void check_connections(dora_client *client, int count)
{
    dora_queue *queue = dora_queue_new(client, (uint32_t)count, NULL);
    int before = open_descriptors();
    int taken;
    int i;

    CHECK(queue != NULL);
    for (i = 0; i < count; i++) {
        CHECK(dora_queue_add(queue, "soon", (uint64_t)i, NULL));
    }
    for (taken = 0; taken < count; taken++) {
        dora_result *result = dora_queue_next(queue, 20000);
        CHECK(result != NULL && dora_result_take_error(result) == NULL);
        dora_result_free(result);
    }
    CHECK(open_descriptors() - before > count / 2); /* there were many */
    dora_queue_free(queue);
    if (open_descriptors() - before > KEPT) {
        fprintf(stderr, "%d connections are open after the queue was freed\n", open_descriptors() - before);
        exit(1);
    }
    check_get(client, "soon");
}

static void check_descriptor(dora_client *client, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        dora_queue *queue = dora_queue_new(client, 2, NULL);
        int descriptor = dora_queue_fd(queue);

        CHECK(descriptor >= 0);
        CHECK(dora_queue_add(queue, "soon", 1, NULL));
        dora_result_free(dora_queue_next(queue, i % 2 == 0 ? 5000 : 1));
        dora_queue_free(queue);
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) {
            fprintf(stderr, "the queue's descriptor %d is open after dora_queue_free\n", descriptor);
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    dora_client *client;

    CHECK(argc == 5);
    alarm(90);
    client = check_client(argv[1], argv[2]);
    if (strcmp(argv[3], "refused") == 0) {
        check_refused(client, atoi(argv[4]));
    } else if (strcmp(argv[3], "connections") == 0) {
        check_connections(client, atoi(argv[4]));
    } else {
        check_descriptor(client, atoi(argv[4]));
    }
    dora_client_free(client);
    return 0;
}
