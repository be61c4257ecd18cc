/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is short in the middle of a call. The call ends by its deadline, or the process ends, as dora.h says
 * of memory that runs out; nothing hangs.
 *
 *     address_space BASE_URL CA_FILE FROM_KIB TO_KIB STEPS
 *
 * In each step a process of its own may take so many KiB more than it has.
 */
#define _GNU_SOURCE
#include "process.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 300, PATIENCE_MS = 1500 };

static void live(char **argv, long kib)
{
    struct rlimit limit;
    dora_config *config = dora_config_new();
    dora_client *client;
    dora_queue *queue;
    int i;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_timeout_ms(config, DEADLINE_MS);
    client = dora_client_new(config, NULL);
    CHECK(client != NULL);
    limit.rlim_cur = limit.rlim_max = (rlim_t)(status_kib("VmSize:") + kib) * 1024;
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    for (i = 0; i < 2; i++) {
        dora_error *error = NULL;
        dora_failure_free(dora_get_failure(client, "large", &error));
        dora_error_free(error);
    }
    queue = dora_queue_new(client, 8, NULL);
    for (i = 0; i < 8 && queue != NULL; i++) {
        dora_queue_add(queue, "large", (uint64_t)i, NULL);
    }
    while (dora_queue_pending(queue) > 0) {
        dora_result_free(dora_queue_next(queue, -1));
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    int steps;
    int step;
    int hung = 0;

    CHECK(argc == 6);
    steps = atoi(argv[5]);
    for (step = 0; step < steps; step++) {
        long kib = atol(argv[3]) + (atol(argv[4]) - atol(argv[3])) * step / steps;
        double end = now_seconds() + 3 * DEADLINE_MS / 1e3 + PATIENCE_MS / 1e3;
        pid_t child = fork();
        int status = 0;

        CHECK(child >= 0);
        if (child == 0) {
            /* What the C library and others say of it is not the test's to show. */
            CHECK(freopen("/dev/null", "w", stderr) != NULL);
            live(argv, kib);
        }
        while (waitpid(child, &status, WNOHANG) == 0) {
            if (now_seconds() > end) {
                fprintf(stderr, "%ld KiB: a call with a deadline of %d ms has not ended\n", kib, DEADLINE_MS);
                hung++;
                kill(child, SIGKILL);
                CHECK(waitpid(child, &status, 0) == child);
                break;
            }
            sleep_ms(5);
        }
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV) {
            fprintf(stderr, "%ld KiB: SIGSEGV\n", kib);
            return 1;
        }
    }
    return hung > 0;
}
