/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that fork without pause hold up no call of another thread.
 *
 *     fork_storm BASE_URL CA_FILE CALLS
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKERS = 4, SLOW_SECONDS = 2 };

static volatile int is_over;

static void *fork_on(void *unused)
{
    while (!is_over) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0) {
            _exit(0);
        }
        CHECK(waitpid(child, NULL, 0) == child);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t forkers[FORKERS];
    dora_client *client;
    int i;

    CHECK(argc == 4);
    alarm(60);
    for (i = 0; i < FORKERS; i++) {
        CHECK(pthread_create(&forkers[i], NULL, fork_on, NULL) == 0);
    }
    client = check_client(argv[1], argv[2]);
    for (i = 0; i < atoi(argv[3]); i++) {
        double began = now_seconds();

        check_get(client, "event");
        CHECK(now_seconds() - began < SLOW_SECONDS);
    }
    dora_client_free(client);
    is_over = 1;
    for (i = 0; i < FORKERS; i++) {
        CHECK(pthread_join(forkers[i], NULL) == 0);
    }
    return 0;
}
