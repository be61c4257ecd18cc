/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever a child does with the queue and the client that it inherited in the middle of their work, the
 * parent gets its events.
 *
 *     fork_parent BASE_URL CA_FILE WHAT
 *
 * The server answers "slow" after a second and "event" at once. WHAT is what the child does.
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <errno.h>
#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IN_FLIGHT = 4 };

static dora_client *client;
static dora_queue *queue;

/* Takes as many results as were pending, each an event or, if told so, cancelled. */
static void take(int count, dora_error_code code)
{
    int i;

    for (i = 0; i < count; i++) {
        dora_result *result = dora_queue_next(queue, 10000);
        dora_error *error;

        CHECK(result != NULL);
        error = dora_result_take_error(result);
        if (dora_error_get_code(error) != code) {
            fprintf(stderr, "tag %d: %s\n", (int)dora_result_tag(result), error ? dora_error_message(error) : "an event");
            exit(1);
        }
        dora_error_free(error);
        dora_result_free(result);
    }
    CHECK(dora_queue_pending(queue) == 0);
}

static void cancel_and_add(void)
{
    dora_client_cancel(client);
    CHECK(dora_queue_add(queue, "event", 9, NULL));
}

static void cancel_and_take(void)
{
    dora_client_cancel(client);
    take(IN_FLIGHT, DORA_ERROR_CANCELLED);
}

static void add(void)
{
    CHECK(dora_queue_add(queue, "event", 9, NULL));
}

static void add_and_take(void)
{
    CHECK(dora_queue_add(queue, "event", 9, NULL));
    take(IN_FLIGHT + 1, DORA_OK);
}

static void count(void)
{
    CHECK(dora_queue_pending(queue) == IN_FLIGHT);
}

static void take_all(void)
{
    take(IN_FLIGHT, DORA_OK);
}

static void visit(void)
{
    CHECK(dora_queue_next(queue, 0) == NULL);
    CHECK(dora_queue_pending(queue) == IN_FLIGHT);
}

static void watch(void)
{
    struct pollfd watched = {0, POLLIN, 0};
    int taken = 0;

    watched.fd = dora_queue_fd(queue);
    CHECK(watched.fd >= 0);
    while (taken < IN_FLIGHT) {
        dora_result *result;
        CHECK(poll(&watched, 1, 5000) == 1);
        while ((result = dora_queue_next(queue, 0)) != NULL) {
            dora_result_free(result);
            taken++;
        }
    }
}

static void free_both(void)
{
    dora_queue_free(queue);
    dora_client_free(client);
}

static void add_and_free(void)
{
    add();
    free_both();
}

static void use_and_free(void)
{
    check_get(client, "event");
    free_both();
}

static void fetch(void)
{
    check_get(client, "event");
}

static void new_queue(void)
{
    dora_queue *other = dora_queue_new(client, 2, NULL);
    dora_result *result;

    CHECK(other != NULL && dora_queue_add(other, "event", 1, NULL));
    result = dora_queue_next(other, 5000);
    CHECK(result != NULL && dora_result_take_error(result) == NULL);
    dora_result_free(result);
    dora_queue_free(other);
}

static void cancel_only(void)
{
    dora_client_cancel(client);
}

static void grandchild(void)
{
    pid_t child = fork();
    int status;

    CHECK(child >= 0);
    if (child == 0) {
        take_all();
        cancel_and_add();
        free_both();
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void grandchild_after_use(void)
{
    visit();
    grandchild();
}

static void leave(void)
{
    exit(0);
}

static const struct {
    const char *name;
    void (*run)(void);
} ACTIONS[] = {
    {"cancel-and-add", cancel_and_add}, {"cancel-and-take", cancel_and_take}, {"cancel", cancel_only}, {"add", add},
    {"add-and-take", add_and_take}, {"count", count}, {"take", take_all}, {"visit", visit}, {"watch", watch},
    {"free", free_both}, {"add-and-free", add_and_free}, {"use-and-free", use_and_free}, {"fetch", fetch},
    {"new-queue", new_queue}, {"grandchild", grandchild}, {"grandchild-after-use", grandchild_after_use}, {"exit", leave},
};

static void act(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof ACTIONS / sizeof ACTIONS[0]; i++) {
        if (strcmp(ACTIONS[i].name, name) == 0) {
            ACTIONS[i].run();
            _exit(0);
        }
    }
    fprintf(stderr, "no action %s\n", name);
    _exit(1);
}

int main(int argc, char **argv)
{
    struct pollfd watched = {0, POLLIN, 0};
    double deadline;
    pid_t child;
    int taken = 0;
    int status;
    int i;

    CHECK(argc == 4);
    alarm(30);
    client = check_client(argv[1], argv[2]);
    check_get(client, "event");
    queue = dora_queue_new(client, IN_FLIGHT, NULL);
    watched.fd = dora_queue_fd(queue);
    for (i = 0; i < IN_FLIGHT; i++) {
        CHECK(dora_queue_add(queue, "slow", (uint64_t)i, NULL));
    }
    CHECK(dora_queue_next(queue, 300) == NULL); /* all are on their way */

    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        act(argv[3]);
    }
    deadline = now_seconds() + 6;
    while (taken < IN_FLIGHT) {
        dora_result *result;

        if (now_seconds() > deadline || poll(&watched, 1, 6000) != 1) {
            fprintf(stderr, "parent: %d of %d events after 6 s\n", taken, IN_FLIGHT);
            return 1;
        }
        while ((result = dora_queue_next(queue, 0)) != NULL) {
            dora_error *error = dora_result_take_error(result);

            if (error != NULL) {
                fprintf(stderr, "parent: %s\n", dora_error_message(error));
                return 1;
            }
            dora_result_free(result);
            taken++;
        }
    }
    CHECK(dora_queue_pending(queue) == 0);
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "child: status %#x\n", (unsigned)status);
        return 1;
    }
    check_get(client, "event");
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
