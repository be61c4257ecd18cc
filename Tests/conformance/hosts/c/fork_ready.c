/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result is complete and unread when the program forks. Both have it; that the child takes its own leaves
 * the parent's descriptor readable.
 *
 *     fork_ready BASE_URL CA_FILE COUNT
 *
 * The server answers "soon" after 0.1 s.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int take_all(dora_queue *queue)
{
    dora_result *result;
    int taken = 0;

    while ((result = dora_queue_next(queue, 0)) != NULL) {
        dora_error *error = dora_result_take_error(result);

        CHECK(error == NULL || dora_error_is_retryable(error));
        dora_error_free(error);
        dora_result_free(result);
        taken++;
    }
    return taken;
}

static void add(dora_queue *queue, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        CHECK(dora_queue_add(queue, "soon", (uint64_t)i, NULL));
    }
}

int main(int argc, char **argv)
{
    struct pollfd watched = {0, POLLIN, 0};
    dora_client *client;
    dora_queue *queue;
    dora_result *first;
    pid_t child;
    int count;
    int taken = 1;
    int status;

    CHECK(argc == 4);
    alarm(30);
    count = atoi(argv[3]);
    client = check_client(argv[1], argv[2]);
    queue = dora_queue_new(client, (uint32_t)count, NULL);
    watched.fd = dora_queue_fd(queue);
    for (taken = 0; taken < 2; taken++) { /* the version of HTTP, then connections for all */
        add(queue, count);
        while ((first = dora_queue_next(queue, -1)) != NULL) {
            dora_result_free(first);
        }
    }
    taken = 1;
    add(queue, count);
    CHECK(dora_queue_next(queue, 0) == NULL);
    sleep_ms(300);
    /* The answers are all there when the queue looks: one is returned, the others are complete. */
    first = dora_queue_next(queue, 0);
    CHECK(first != NULL);
    dora_result_free(first);
    CHECK(poll(&watched, 1, 2000) == 1);

    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        double end = now_seconds() + 5;
        while (taken < count && now_seconds() < end) {
            taken += take_all(queue);
            sleep_ms(5);
        }
        _exit(taken == count ? 0 : 1);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    while (taken < count) {
        if (poll(&watched, 1, 3000) != 1) {
            fprintf(stderr, "parent: %d of %d, and its descriptor is not readable\n", taken, count);
            return 1;
        }
        taken += take_all(queue);
    }
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
