/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cancels calls at every moment of their connections' lives. After each the host opens sockets of its own, which
 * take the numbers that became free; the calls that follow leave them alone.
 *
 *     cancel_sockets BASE_URL CA_FILE ROUNDS WHO
 *
 * WHO makes those calls: "caller" or a "child" of its. With "nobody" the host opens nothing, and the calls have their
 * connections to themselves.
 */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAIRS = 6, STEP_US = 150, STEPS = 24 };

static dora_client *client;
static int pairs[PAIRS][2];

static void pause_us(long microseconds)
{
    struct timespec pause = {0, 0};

    pause.tv_nsec = microseconds * 1000;
    nanosleep(&pause, NULL);
}

static void *cancel_in(void *microseconds)
{
    pause_us(*(long *)microseconds);
    dora_client_cancel(client);
    return NULL;
}

static void open_pairs(void)
{
    int i;

    for (i = 0; i < PAIRS; i++) {
        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pairs[i]) == 0);
        CHECK(write(pairs[i][0], "host", 4) == 4);
        CHECK(write(pairs[i][1], "host", 4) == 4);
    }
}

/* What was written is there to be read, once, and each side can still write. */
static bool is_whole(const int *pair)
{
    char bytes[16];

    return recv(pair[0], bytes, sizeof bytes, MSG_DONTWAIT) == 4 && recv(pair[1], bytes, sizeof bytes, MSG_DONTWAIT) == 4 &&
           send(pair[0], "more", 4, MSG_NOSIGNAL) == 4 && send(pair[1], "more", 4, MSG_NOSIGNAL) == 4;
}

static void close_pairs(int round)
{
    int i;

    for (i = 0; i < PAIRS; i++) {
        if (!is_whole(pairs[i])) {
            fprintf(stderr, "round %d: the library read from or shut down the host's sockets %d and %d\n", round, pairs[i][0],
                    pairs[i][1]);
            exit(1);
        }
        close(pairs[i][0]);
        close(pairs[i][1]);
    }
}

static void cancel_a_call(long microseconds)
{
    dora_error *error = NULL;
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, cancel_in, &microseconds) == 0);
    dora_failure_free(dora_get_failure(client, "event", &error));
    CHECK(error == NULL || dora_error_get_code(error) == DORA_ERROR_CANCELLED);
    dora_error_free(error);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void cancel_a_queue(long microseconds)
{
    dora_queue *queue = dora_queue_new(client, 4, NULL);
    dora_result *result;
    pthread_t thread;
    int i;

    for (i = 0; i < 8; i++) {
        CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
    }
    CHECK(pthread_create(&thread, NULL, cancel_in, &microseconds) == 0);
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        dora_result_free(result);
    }
    CHECK(pthread_join(thread, NULL) == 0);
    dora_queue_free(queue);
}

static void call_in_a_child(int round)
{
    pid_t child = fork();
    int status;
    int i;

    CHECK(child >= 0);
    if (child == 0) {
        check_get(client, "event");
        for (i = 0; i < PAIRS; i++) {
            int type;
            socklen_t size = sizeof type;

            if (getsockopt(pairs[i][0], SOL_SOCKET, SO_TYPE, &type, &size) != 0 ||
                getsockopt(pairs[i][1], SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
                fprintf(stderr, "round %d: the library closed the host's sockets in a child\n", round);
                _exit(1);
            }
        }
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv)
{
    int rounds;
    int round;

    CHECK(argc == 5);
    alarm(60);
    rounds = atoi(argv[3]);
    client = check_client(argv[1], argv[2]);
    for (round = 0; round < rounds; round++) {
        long microseconds = (long)(round / 2 % STEPS) * STEP_US;

        if (round % 2 == 0) {
            cancel_a_call(microseconds);
        } else {
            cancel_a_queue(microseconds);
        }
        if (strcmp(argv[4], "nobody") == 0) {
            check_get(client, "event");
            continue;
        }
        open_pairs();
        if (strcmp(argv[4], "child") == 0) {
            call_in_a_child(round);
        } else {
            check_get(client, "event");
            check_get(client, "event");
        }
        close_pairs(round);
    }
    dora_client_free(client);
    return 0;
}
