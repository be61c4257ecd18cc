/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue in the middle of its work is inherited by a child; both go on, and in
 * both each tag that was pending comes back once.
 *
 *     queue_fork BASE_URL CA_FILE COUNT BEFORE
 *
 * BEFORE results are taken before the fork.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static char seen[100000];

static void take(dora_queue *queue, int64_t timeout_ms)
{
    dora_result *result = dora_queue_next(queue, timeout_ms);
    dora_failure *failure = dora_result_take_failure(result);

    CHECK(result != NULL);
    CHECK(failure != NULL);
    CHECK(dora_result_tag(result) < sizeof seen);
    CHECK(!seen[dora_result_tag(result)]);
    seen[dora_result_tag(result)] = 1;
    dora_failure_free(failure);
    dora_result_free(result);
}

static void take_all(dora_queue *queue, int count)
{
    int i;

    while (dora_queue_pending(queue) > 0) {
        take(queue, 30000);
    }
    for (i = 0; i < count; i++) {
        CHECK(seen[i]);
    }
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_queue *queue;
    pid_t child;
    int status;
    int count;
    int i;

    CHECK(argc == 5);
    count = atoi(argv[3]);
    CHECK((size_t)count <= sizeof seen);
    client = check_client(argv[1], argv[2]);
    queue = dora_queue_new(client, 8, NULL);
    for (i = 0; i < count; i++) {
        CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
    }
    for (i = 0; i < atoi(argv[4]); i++) {
        take(queue, 30000);
    }
    child = fork();
    CHECK(child >= 0);
    take_all(queue, count);
    check_get(client, "event");
    dora_queue_free(queue);
    dora_client_free(client);
    if (child > 0) {
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    return 0;
}
