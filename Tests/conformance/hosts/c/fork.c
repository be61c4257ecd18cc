/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client with open connections is inherited by children; parent and children
 * go on at the same time.
 *
 *     fork BASE_URL CA_FILE CHILDREN CALLS
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void make_calls(dora_client *client, const char *failure_id, int calls)
{
    int i;

    for (i = 0; i < calls; i++) {
        check_get(client, failure_id);
    }
}

/* Some children clean up and some just go. */
static void live_as_child(dora_client *client, int number, int calls, int inherited)
{
    char failure_id[32];

    snprintf(failure_id, sizeof failure_id, "child-%d", number);
    check_get(client, failure_id);
    /* Its own in place of the parent's, but for a descriptor by which a newer libcurl wakes itself (seen with 8.14). */
    CHECK(open_descriptors() <= inherited + 1);
    make_calls(client, failure_id, calls - 1);
    switch (number % 3) {
    case 0:
        dora_client_free(client);
        exit(0);
    case 1:
        exit(0);
    default:
        _exit(0);
    }
}

int main(int argc, char **argv)
{
    dora_client *client;
    int children;
    int calls;
    int descriptors;
    int status;
    int i;

    CHECK(argc == 5);
    children = atoi(argv[3]);
    calls = atoi(argv[4]);
    client = check_client(argv[1], argv[2]);
    check_get(client, "parent");
    descriptors = open_descriptors();
    for (i = 0; i < children; i++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            live_as_child(client, i, calls, descriptors);
        }
    }
    make_calls(client, "parent", calls);
    for (i = 0; i < children; i++) {
        CHECK(wait(&status) > 0);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        check_get(client, "parent");
    }
    dora_client_free(client);
    return 0;
}
