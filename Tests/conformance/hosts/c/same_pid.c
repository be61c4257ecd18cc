/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child that has its parent's process id, as the first process of a new PID namespace has: it uses
 * connections of its own all the same.
 *
 *     same_pid BASE_URL CA_FILE HOW
 *
 * HOW: "namespace" makes the program process 1 and its child process 1 of a namespace of its own; "getpid" has
 * getpid(2) say the same in both, which needs no privilege. The parent asks for "parent", the child for "child".
 */
#define _GNU_SOURCE
#include "process.h"

#include <sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static bool says_one;

/* Takes the place of libc's, which the library calls. */
pid_t getpid(void)
{
    return says_one ? 1 : (pid_t)syscall(SYS_getpid);
}

static void enter_namespace(void)
{
    CHECK(unshare(CLONE_NEWPID) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0);
}

static void take(dora_queue *queue, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        dora_result *result = dora_queue_next(queue, 8000);
        CHECK(result != NULL);
        CHECK(dora_result_take_error(result) == NULL);
        dora_result_free(result);
    }
}

static int live(const char *base_url, const char *ca_file, bool in_namespace)
{
    dora_client *client = check_client(base_url, ca_file);
    dora_queue *queue = dora_queue_new(client, 2, NULL);
    pid_t child;
    int status;

    if (in_namespace) {
        CHECK(syscall(SYS_getpid) == 1);
    }
    check_get(client, "parent");
    CHECK(dora_queue_fd(queue) >= 0);
    CHECK(dora_queue_add(queue, "slow-parent", 1, NULL) && dora_queue_add(queue, "slow-parent", 2, NULL));
    CHECK(dora_queue_next(queue, 200) == NULL);
    if (in_namespace) {
        enter_namespace();
    }
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        CHECK(!in_namespace || syscall(SYS_getpid) == 1);
        check_get(client, "child");
        CHECK(dora_queue_add(queue, "child", 3, NULL));
        take(queue, 3);
        dora_queue_free(queue);
        dora_client_free(client);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    take(queue, 2);
    check_get(client, "parent");
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}

int main(int argc, char **argv)
{
    pid_t first;
    int status;

    CHECK(argc == 4);
    alarm(30);
    if (strcmp(argv[3], "getpid") == 0) {
        says_one = true;
        return live(argv[1], argv[2], false);
    }
    enter_namespace();
    first = fork();
    CHECK(first >= 0);
    if (first == 0) {
        return live(argv[1], argv[2], true);
    }
    CHECK(waitpid(first, &status, 0) == first);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
