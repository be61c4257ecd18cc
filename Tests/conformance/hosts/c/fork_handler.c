/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's own handler takes a lock before a fork; another thread makes calls with that lock held.
 *
 *     fork_handler BASE_URL CA_FILE FORKS
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <pthread.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dora_client *client;
static volatile int is_over;

static void take_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void give_lock(void)
{
    pthread_mutex_unlock(&lock);
}

static void *make_calls(void *unused)
{
    while (!is_over) {
        take_lock();
        check_get(client, "event");
        give_lock();
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t caller;
    int i;

    CHECK(argc == 4);
    alarm(60);
    /* Of handlers before a fork the last that was registered runs first: this one runs behind the library's. */
    CHECK(pthread_atfork(take_lock, give_lock, give_lock) == 0);
    client = check_client(argv[1], argv[2]);
    CHECK(pthread_create(&caller, NULL, make_calls, NULL) == 0);
    for (i = 0; i < atoi(argv[3]); i++) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0) {
            _exit(0);
        }
        CHECK(waitpid(child, NULL, 0) == child);
    }
    is_over = 1;
    CHECK(pthread_join(caller, NULL) == 0);
    dora_client_free(client);
    return 0;
}
