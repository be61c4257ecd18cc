/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No descriptor is left, at every moment in turn: the library says so, hangs nowhere, and goes on once there
 * are some again.
 *
 *     descriptors BASE_URL CA_FILE MOMENT
 *
 * MOMENT: "call", "queue" and "watched" sweep over the first to the twentieth descriptor that is refused; "timer"
 * refuses only what is asked for while results are waited for. The server answers "event" at once, and "slow"
 * after a second.
 */
#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 20 };

static struct rlimit usual;

/* Lets the process have so many descriptors more than it has. */
static void allow(int more)
{
    struct rlimit limit = usual;
    int lowest = dup(0);

    CHECK(lowest >= 0);
    close(lowest);
    while (more-- > 0) {
        do {
            lowest++;
        } while (fcntl(lowest, F_GETFD) >= 0);
    }
    limit.rlim_cur = (rlim_t)lowest;
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void allow_all(void)
{
    CHECK(setrlimit(RLIMIT_NOFILE, &usual) == 0);
}

static bool says(const char *message, const char *word)
{
    return strstr(message, word) != NULL;
}

/* What an error of a shortage has to say, and must not say. */
static void check_words(const dora_error *error, int more, const char *where)
{
    const char *message = dora_error_message(error);
    bool names_it = says(message, "descriptor") || says(message, "Too many open files") || says(message, "EMFILE");
    bool misleads = says(message, "ca_file") || says(message, "certificate") || says(message, "the server (or") ||
                    says(message, "server runs") || dora_error_get_code(error) == DORA_ERROR_TLS;

    if (!names_it || misleads || !dora_error_is_retryable(error)) {
        fprintf(stderr, "%s, %d descriptors left: %s%s: %s\n", where, more, dora_error_is_retryable(error) ? "" : "not retryable, ",
                dora_error_code_name(dora_error_get_code(error)), message);
        exit(1);
    }
}

static dora_client *make_client(char **argv)
{
    dora_config *config = dora_config_new();
    dora_client *client;

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_timeout_ms(config, 3000);
    dora_config_set_max_retries(config, 0);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    return client;
}

/* A single call: it succeeds, or says what is missing; afterwards it succeeds. */
static bool try_call(char **argv, int more)
{
    dora_client *client = make_client(argv);
    dora_error *error = NULL;
    dora_failure *failure;

    allow(more);
    failure = dora_get_failure(client, "event", &error);
    allow_all();
    if (failure == NULL) {
        check_words(error, more, "dora_get_failure");
    }
    dora_error_free(error);
    dora_failure_free(failure);
    check_get(client, "event");
    dora_client_free(client);
    return failure != NULL;
}

/* dora_queue_new succeeds or says what is missing; so does each event of the queue. */
static bool try_queue(char **argv, int more, bool is_watched)
{
    dora_client *client = make_client(argv);
    dora_error *error = NULL;
    dora_queue *queue;
    struct pollfd watched = {-1, POLLIN, 0};
    bool is_well = false;
    int i;

    allow(more);
    queue = dora_queue_new(client, 2, &error);
    if (queue == NULL) {
        check_words(error, more, "dora_queue_new");
        dora_error_free(error);
    } else {
        double end = now_seconds() + 6;
        int taken = 0;

        if (is_watched) {
            watched.fd = dora_queue_fd(queue);
        }
        for (i = 0; i < 3; i++) {
            CHECK(dora_queue_add(queue, "event", (uint64_t)i, NULL));
        }
        is_well = true;
        while (taken < 3) {
            dora_result *result;

            CHECK(now_seconds() < end); /* each comes, by the deadline of 3 s */
            if (watched.fd >= 0) {
                CHECK(poll(&watched, 1, 5000) == 1);
            }
            result = dora_queue_next(queue, is_watched ? 0 : 5000);
            if (result != NULL) {
                dora_error *what = dora_result_take_error(result);
                if (what != NULL) {
                    is_well = false;
                    check_words(what, more, "dora_queue_next");
                }
                dora_error_free(what);
                dora_result_free(result);
                taken++;
            } else if (watched.fd < 0) {
                sleep_ms(5);
            }
        }
        CHECK(dora_queue_pending(queue) == 0);
    }
    allow_all();
    dora_queue_free(queue);
    check_get(client, "event");
    dora_client_free(client);
    return is_well;
}

/* A moment without descriptors while a queue is watched: its timers go on to wake the program. */
static int check_timer(char **argv)
{
    dora_client *client = make_client(argv);
    dora_queue *queue;
    struct pollfd watched = {-1, POLLIN, 0};
    dora_result *result = NULL;
    double began = now_seconds();

    check_get(client, "event"); /* the connection stands */
    queue = dora_queue_new(client, 2, NULL);
    CHECK(queue != NULL);
    watched.fd = dora_queue_fd(queue);
    allow(0);
    CHECK(dora_queue_add(queue, "silent", 1, NULL));
    CHECK(dora_queue_next(queue, 0) == NULL);
    CHECK(dora_queue_next(queue, 0) == NULL);
    allow_all();
    while (result == NULL) {
        if (poll(&watched, 1, 5000) != 1) {
            fprintf(stderr, "%.1f s after the start the descriptor is not readable, and the deadline was 3 s\n",
                    now_seconds() - began);
            return 1;
        }
        result = dora_queue_next(queue, 0);
    }
    CHECK(now_seconds() - began < 4.5);
    CHECK(dora_result_tag(result) == 1);
    dora_result_free(result);
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}

int main(int argc, char **argv)
{
    int more;
    int failed = 0;

    CHECK(argc == 4);
    alarm(60);
    CHECK(getrlimit(RLIMIT_NOFILE, &usual) == 0);
    if (strcmp(argv[3], "timer") == 0) {
        return check_timer(argv);
    }
    for (more = 0; more < MOST; more++) {
        bool is_well = strcmp(argv[3], "call") == 0 ? try_call(argv, more)
                                                     : try_queue(argv, more, strcmp(argv[3], "watched") == 0);
        failed += !is_well;
    }
    CHECK(failed > 0 && failed < MOST); /* the sweep did meet both */
    return 0;
}
