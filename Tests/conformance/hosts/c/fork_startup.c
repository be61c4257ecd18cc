/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks while another thread is inside the process's first dora_client_new. Each child makes a client of its
 * own and a call.
 *
 *     fork_startup BASE_URL CA_FILE ROUNDS
 *
 * Each round is a process in which the library has done nothing yet.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 8, PATIENCE_SECONDS = 10, STEP_US = 700 };

static const char *base_url;
static const char *ca_file;
static volatile int is_over;

static void pause_us(long microseconds)
{
    struct timespec pause = {0, 0};

    pause.tv_nsec = microseconds * 1000;
    nanosleep(&pause, NULL);
}

/* The thread stays: where one ends that has used OpenSSL, it takes a lock of OpenSSL's, out of the library's reach. */
static void *make_first_client(void *unused)
{
    dora_client_free(check_client(base_url, ca_file));
    while (!is_over) {
        pause_us(STEP_US);
    }
    return unused;
}

/* Returns how many of the children hung or failed. */
static int run_round(int number)
{
    pid_t children[CHILDREN];
    pthread_t thread;
    int bad = 0;
    int i;

    CHECK(pthread_create(&thread, NULL, make_first_client, NULL) == 0);
    pause_us(number * 97 % STEP_US);
    for (i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        CHECK(children[i] >= 0);
        if (children[i] == 0) {
            dora_client *client;

            alarm(PATIENCE_SECONDS);
            client = check_client(base_url, ca_file);
            check_get(client, "event");
            dora_client_free(client);
            _exit(0);
        }
        pause_us(STEP_US);
    }
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    for (i = 0; i < CHILDREN; i++) {
        int status;

        CHECK(waitpid(children[i], &status, 0) == children[i]);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            bad++;
        }
    }
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    int round;

    CHECK(argc == 4);
    base_url = argv[1];
    ca_file = argv[2];
    for (round = 0; round < atoi(argv[3]) && bad == 0; round++) {
        pid_t fresh = fork();
        int status;

        CHECK(fresh >= 0);
        if (fresh == 0) {
            _exit(run_round(round));
        }
        CHECK(waitpid(fresh, &status, 0) == fresh && WIFEXITED(status));
        bad += WEXITSTATUS(status);
    }
    if (bad > 0) {
        fprintf(stderr, "%d children of round %d did not get their event\n", bad, round);
    }
    return bad > 0;
}
