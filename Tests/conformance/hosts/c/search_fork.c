/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A search in the middle of its work is inherited by a child, and by a child of
 * the child; each goes on from where it was, on connections of its own.
 *
 *     search_fork BASE_URL CA_FILE COUNT BEFORE
 *
 * BEFORE events are taken before the fork; -1 = none, but a page is on its way.
 */
#define _POSIX_C_SOURCE 200809L
#include "search.h"

#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Events number - 1 down to 0, by polling. */
static void take_by_polling(dora_search *search, int number)
{
    struct pollfd descriptor;
    dora_failure *failure;
    dora_search_status status;

    descriptor.fd = dora_search_fd(search); /* asked for anew in a child */
    descriptor.events = POLLIN;
    do {
        CHECK(poll(&descriptor, 1, 20000) == 1);
        status = dora_search_next(search, 0, &failure, NULL);
        CHECK(status != DORA_SEARCH_ERROR);
        if (status == DORA_SEARCH_EVENT) {
            check_event(failure, --number);
        }
    } while (status != DORA_SEARCH_END);
    CHECK(number == 0);
}

static void take_all(dora_search *search, int number)
{
    while (number > 0) {
        check_next(search, --number);
    }
    check_end(search);
}

static void check_child(pid_t child)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_search *search;
    dora_failure *failure;
    pid_t child, grandchild = -1;
    int number, before;

    CHECK(argc == 5);
    number = atoi(argv[3]);
    before = atoi(argv[4]);
    client = check_client(argv[1], argv[2]);
    search = check_search(client, "all", 40);
    CHECK(dora_search_fd(search) >= 0);
    if (before < 0) {
        CHECK(dora_search_next(search, 0, &failure, NULL) == DORA_SEARCH_WAITING);
    }
    for (; before > 0; before--) {
        check_next(search, --number);
    }
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (number > 10) {
            check_next(search, --number);
        }
        grandchild = fork();
        CHECK(grandchild >= 0);
    }
    if (child > 0) {
        take_all(search, number);
        check_child(child);
    } else {
        take_by_polling(search, number);
    }
    if (grandchild > 0) {
        check_child(grandchild);
    }
    dora_search_free(search);
    search = check_search(client, "all", 0);
    check_next(search, atoi(argv[3]) - 1);
    dora_search_free(search);
    dora_client_free(client);
    return 0;
}
