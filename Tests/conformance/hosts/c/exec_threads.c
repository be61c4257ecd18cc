/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads make engines at once, each a client with a queue and a call. What the library then has open is closed
 * on exec; what the host opened meanwhile without that flag stays as the host made it.
 *
 *     exec_threads BASE_URL CA_FILE THREADS ROUNDS
 *
 * With the one argument "list" it counts the descriptors that it was started with, beyond the standard ones.
 */
#define _GNU_SOURCE
#include "process.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_THREADS = 16, PAIRS = 20 };

static const char *base_url;
static const char *ca_file;
static pthread_barrier_t made;
static pthread_barrier_t counted;
static int rounds;
static volatile int is_over;
static int pairs[PAIRS][2];

static void *make_engines(void *unused)
{
    int i;

    for (i = 0; i < rounds; i++) {
        dora_client *client = check_client(base_url, ca_file);
        dora_queue *one = dora_queue_new(client, 2, NULL);
        dora_queue *other = dora_queue_new(client, 2, NULL);

        CHECK(one != NULL && other != NULL);
        if (i == 0) {
            check_get(client, "event");
        }
        pthread_barrier_wait(&made);
        pthread_barrier_wait(&counted);
        dora_queue_free(one);
        dora_queue_free(other);
        dora_client_free(client);
    }
    return unused;
}

static void *make_pairs(void *unused)
{
    int i;

    for (i = 0; i < PAIRS; i++) {
        CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]) == 0);
        CHECK(write(pairs[i][0], "host", 4) == 4);
        sleep_ms(1);
    }
    return unused;
}

/* The smallest descriptors that are free are other ones from moment to moment. */
static void *open_and_close(void *unused)
{
    while (!is_over) {
        int descriptors[PAIRS];
        int i;

        for (i = 0; i < PAIRS; i++) {
            descriptors[i] = fcntl(0, F_DUPFD_CLOEXEC, 3);
        }
        for (i = 0; i < PAIRS; i++) {
            close(descriptors[i]);
        }
    }
    return unused;
}

static void close_pairs(void)
{
    char bytes[8];
    int i;

    for (i = 0; i < PAIRS; i++) {
        CHECK(fcntl(pairs[i][0], F_GETFD) == 0 && fcntl(pairs[i][1], F_GETFD) == 0);
        CHECK(read(pairs[i][1], bytes, sizeof bytes) == 4); /* what the host wrote, and no more */
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

static int list(void)
{
    int count = open_descriptors() - 3;

    return count > 200 ? 200 : count;
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST_THREADS];
    pthread_t companion;
    pthread_t other;
    int left_open = 0;
    int count;
    int i;

    if (argc == 2) {
        return list();
    }
    CHECK(argc == 5);
    alarm(90);
    base_url = argv[1];
    ca_file = argv[2];
    count = atoi(argv[3]);
    rounds = atoi(argv[4]);
    CHECK(count <= MOST_THREADS);
    for (i = 3; i < 64; i++) {
        close(i);
    }
    pthread_barrier_init(&made, NULL, (unsigned)count + 1);
    pthread_barrier_init(&counted, NULL, (unsigned)count + 1);
    CHECK(pthread_create(&companion, NULL, make_pairs, NULL) == 0);
    CHECK(pthread_create(&other, NULL, open_and_close, NULL) == 0);
    for (i = 0; i < count; i++) {
        CHECK(pthread_create(&threads[i], NULL, make_engines, NULL) == 0);
    }
    for (i = 0; i < rounds; i++) {
        pid_t child;
        int status;

        pthread_barrier_wait(&made);
        if (i == 0) {
            CHECK(pthread_join(companion, NULL) == 0);
            close_pairs();
        }
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            execl("/proc/self/exe", "exec_threads", "list", (char *)NULL);
            _exit(255);
        }
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) != 255);
        left_open += WEXITSTATUS(status);
        pthread_barrier_wait(&counted);
    }
    for (i = 0; i < count; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    is_over = 1;
    CHECK(pthread_join(other, NULL) == 0);
    if (left_open > 0) {
        fprintf(stderr, "%d descriptors of %d engines were open in programs that the host started\n", left_open,
                2 * count * rounds);
    }
    return left_open > 0;
}
