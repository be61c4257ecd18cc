/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child of the child of the child: each uses the client and the queue that it inherited and forks the
 * next. No generation has more descriptors than the first.
 *
 *     fork_chain BASE_URL CA_FILE GENERATIONS WHAT
 *
 * WHAT: "calls", "queue" or "both"; "idle" uses nothing but in the last generation.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void use(dora_client *client, dora_queue *queue, const char *what)
{
    if (strcmp(what, "queue") != 0) {
        check_get(client, "event");
    }
    if (strcmp(what, "calls") != 0) {
        dora_result *result;

        CHECK(dora_queue_fd(queue) >= 0);
        CHECK(dora_queue_add(queue, "event", 1, NULL));
        result = dora_queue_next(queue, 5000);
        CHECK(result != NULL && dora_result_take_error(result) == NULL);
        dora_result_free(result);
        CHECK(dora_queue_pending(queue) == 0);
    }
}

int main(int argc, char **argv)
{
    bool is_idle;
    dora_client *client;
    dora_queue *queue;
    int generations;
    int generation;
    int first;

    CHECK(argc == 5);
    alarm(40);
    generations = atoi(argv[3]);
    is_idle = strcmp(argv[4], "idle") == 0;
    client = check_client(argv[1], argv[2]);
    queue = dora_queue_new(client, 4, NULL);
    use(client, queue, is_idle ? "both" : argv[4]);
    first = open_descriptors();
    for (generation = 2; generation <= generations; generation++) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child > 0) {
            int status;
            CHECK(waitpid(child, &status, 0) == child);
            CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
            use(client, queue, is_idle ? "both" : argv[4]); /* the parent's go on, too */
            return 0;
        }
        if (!is_idle || generation == generations) {
            use(client, queue, is_idle ? "both" : argv[4]);
        }
        /* Its own in place of the inherited ones, but for one by which a newer libcurl wakes itself. */
        if (open_descriptors() > first + 2) {
            fprintf(stderr, "generation %d has %d descriptors, the first had %d\n", generation, open_descriptors(), first);
            return 1;
        }
    }
    return 0;
}
