/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child has files of its own under the numbers that the parent's descriptors of the library had. Nothing
 * that it then does with what it inherited writes to them, closes them or changes them.
 *
 *     fork_files BASE_URL CA_FILE HOW WHAT
 *
 * HOW: "library" lets the library close what it closes, by a call on the client; "daemon" closes every
 * descriptor first, as daemons do. WHAT: "queue" or "client" is used then.
 */
#define _GNU_SOURCE
#include "process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 60, HIGHEST = 256 };

static int files[FILES];
static ino_t nodes[FILES];

static void open_files(void)
{
    int i;

    for (i = 0; i < FILES; i++) {
        struct stat facts;

        files[i] = open("/tmp", O_TMPFILE | O_RDWR, 0600);
        if (files[i] < 0) { /* a file system without such files */
            char path[] = "/tmp/fork_files-XXXXXX";
            files[i] = mkstemp(path);
            unlink(path);
        }
        CHECK(files[i] >= 0 && fstat(files[i], &facts) == 0);
        nodes[i] = facts.st_ino;
    }
}

static void check_files(const char *when)
{
    int i;

    for (i = 0; i < FILES; i++) {
        struct stat facts;

        if (fstat(files[i], &facts) != 0 || facts.st_ino != nodes[i]) {
            fprintf(stderr, "%s: the program's file %d was closed\n", when, files[i]);
            exit(1);
        }
        if (facts.st_size != 0) {
            fprintf(stderr, "%s: %d bytes were written to the program's file %d\n", when, (int)facts.st_size, files[i]);
            exit(1);
        }
        CHECK(lseek(files[i], 0, SEEK_CUR) == 0);
        CHECK((fcntl(files[i], F_GETFD) & FD_CLOEXEC) == 0);
        CHECK((fcntl(files[i], F_GETFL) & O_NONBLOCK) == 0);
    }
}

static void use_queue(dora_queue *queue)
{
    dora_result *result;

    CHECK(dora_queue_add(queue, "event", 9, NULL));
    check_files("after dora_queue_add");
    CHECK(dora_queue_pending(queue) > 0);
    while ((result = dora_queue_next(queue, 5000)) != NULL) {
        check_files("after dora_queue_next");
        dora_result_free(result);
    }
    CHECK(dora_queue_fd(queue) >= 0);
    check_files("after dora_queue_fd");
    dora_queue_free(queue);
    check_files("after dora_queue_free");
}

static void live_as_child(dora_client *client, dora_queue *queue, const char *how, const char *what)
{
    int descriptor;

    if (strcmp(how, "daemon") == 0) {
        for (descriptor = 3; descriptor < HIGHEST; descriptor++) {
            close(descriptor);
        }
    } else {
        check_get(client, "event");
    }
    open_files();
    if (strcmp(what, "queue") == 0) {
        use_queue(queue);
    }
    dora_client_cancel(client);
    check_files("after dora_client_cancel");
    check_get(client, "event");
    check_files("after dora_get_failure");
    dora_client_free(client);
    check_files("after dora_client_free");
}

int main(int argc, char **argv)
{
    dora_client *client;
    dora_queue *queue;
    pid_t child;
    int status;
    int i;

    CHECK(argc == 5);
    alarm(30);
    client = check_client(argv[1], argv[2]);
    check_get(client, "event");
    queue = dora_queue_new(client, 4, NULL);
    CHECK(dora_queue_fd(queue) >= 0);
    for (i = 0; i < 4; i++) {
        CHECK(dora_queue_add(queue, "slow", (uint64_t)i, NULL));
    }
    CHECK(dora_queue_next(queue, 200) == NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        live_as_child(client, queue, argv[3], argv[4]);
        exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    for (i = 0; i < 4; i++) {
        dora_result *result = dora_queue_next(queue, 5000);
        CHECK(result != NULL && dora_result_take_error(result) == NULL);
        dora_result_free(result);
    }
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
