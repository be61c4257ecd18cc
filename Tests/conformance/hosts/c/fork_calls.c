/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks while other threads open connections. Each child makes a client of its own and a call.
 *
 *     fork_calls BASE_URL CA_FILE CHILDREN
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLERS = 2, PATIENCE_SECONDS = 20, STEP_US = 700 };

static const char *base_url;
static const char *ca_file;
static volatile int is_over;

static void fetch_on_a_new_connection(void)
{
    dora_client *client = check_client(base_url, ca_file);

    check_get(client, "event");
    dora_client_free(client);
}

static void *make_calls(void *unused)
{
    while (!is_over) {
        fetch_on_a_new_connection();
    }
    return unused;
}

int main(int argc, char **argv)
{
    const struct timespec step = {0, STEP_US * 1000};
    pthread_t callers[CALLERS];
    int children;
    int bad = 0;
    int i;

    CHECK(argc == 4);
    base_url = argv[1];
    ca_file = argv[2];
    children = atoi(argv[3]);
    for (i = 0; i < CALLERS; i++) {
        CHECK(pthread_create(&callers[i], NULL, make_calls, NULL) == 0);
    }
    for (i = 0; i < children && bad == 0; i++) {
        pid_t child;
        int status;

        nanosleep(&step, NULL);
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            alarm(PATIENCE_SECONDS);
            fetch_on_a_new_connection();
            _exit(0);
        }
        CHECK(waitpid(child, &status, 0) == child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            fprintf(stderr, "child %d did not get its event: wait status 0x%x\n", i, (unsigned)status);
            bad++;
        }
    }
    is_over = 1;
    for (i = 0; i < CALLERS; i++) {
        CHECK(pthread_join(callers[i], NULL) == 0);
    }
    return bad > 0;
}
