/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random sequences of calls: every function that a program may call in any order is called in any order. Each
 * event that was added comes back once, errors have codes that may be, and nothing is left at the end.
 *
 *     sequences BASE_URL COUNT SEED
 *
 * The server is plain HTTP; it answers "event", does wrong now and then for "unreliable", takes its time for
 * "slow" and never answers "silent". The same seed gives the same calls.
 */
#define _GNU_SOURCE
#include "../../conformance/hosts/c/process.h"

#include <poll.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LENGTH = 12, QUEUES = 3, TAGS = 64, PATIENCE_S = 60 };

/* A library that does not have it yet is tried without. */
extern bool dora_queue_cancel(dora_queue *queue, uint64_t tag) __attribute__((weak));

static const char *const IDS[] = {"event", "unreliable", "absent", "slow", "silent", "..", ""};
static const char *base_url;
static uint64_t random_state;
static long calls;

struct live_queue {
    dora_queue *queue;
    unsigned char pending[TAGS]; /* how often each tag is to come back */
};

static dora_client *client;
static struct live_queue queues[QUEUES];

static unsigned pick(unsigned count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % count;
}

static const char *pick_id(void)
{
    static const unsigned char WEIGHTS[] = {0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6};

    return IDS[WEIGHTS[pick(sizeof WEIGHTS)]];
}

static void check_code(dora_error *error)
{
    dora_error_code code = dora_error_get_code(error);

    if (error != NULL && (code == DORA_OK || code == DORA_ERROR_INTERNAL || code > 16)) {
        fprintf(stderr, "%s\n", dora_error_message(error));
        exit(1);
    }
    dora_error_free(error);
}

static void make_client(void)
{
    dora_config *config = dora_config_new();

    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, base_url);
    dora_config_set_retry_backoff_ms(config, 1, 2);
    dora_config_set_max_retries(config, pick(3));
    dora_config_set_timeout_ms(config, 20 + pick(60));
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
}

static void take(struct live_queue *live, dora_result *result)
{
    uint64_t tag = dora_result_tag(result);
    dora_failure *failure = dora_result_take_failure(result);
    dora_error *error = dora_result_take_error(result);

    CHECK((failure == NULL) != (error == NULL));
    CHECK(tag < TAGS && live->pending[tag] > 0);
    live->pending[tag]--;
    if (pick(2) == 0) {
        dora_result_free(result);
        result = NULL;
    }
    dora_failure_free(failure);
    check_code(error);
    dora_result_free(result);
}

static size_t pending(const struct live_queue *live)
{
    size_t count = 0;
    int i;

    for (i = 0; i < TAGS; i++) {
        count += live->pending[i];
    }
    return count;
}

static void free_queue(struct live_queue *live)
{
    dora_queue_free(live->queue);
    memset(live, 0, sizeof *live);
}

static void free_all(void)
{
    int i;

    for (i = 0; i < QUEUES; i++) {
        free_queue(&queues[i]);
    }
    dora_client_free(client);
    client = NULL;
}

static void drain(struct live_queue *live)
{
    dora_result *result;

    while ((result = dora_queue_next(live->queue, -1)) != NULL) {
        take(live, result);
    }
    CHECK(pending(live) == 0 && dora_queue_pending(live->queue) == 0);
}

static void use_queue(struct live_queue *live, unsigned what)
{
    struct pollfd watched = {-1, POLLIN, 0};
    dora_error *error = NULL;
    dora_result *result;
    uint64_t tag = pick(TAGS);
    int i;

    switch (what) {
    case 0:
    case 1:
        for (i = (int)pick(4); i >= 0 && live->queue != NULL; i--, tag = pick(TAGS)) {
            if (dora_queue_add(live->queue, pick_id(), tag, &error)) {
                live->pending[tag]++;
            } else {
                CHECK(dora_error_get_code(error) == DORA_ERROR_INVALID_ARGUMENT);
                check_code(error);
                error = NULL;
            }
        }
        break;
    case 2:
    case 3:
        result = dora_queue_next(live->queue, (int64_t)pick(3) * 5);
        if (result != NULL) {
            take(live, result);
        }
        break;
    case 4:
        watched.fd = dora_queue_fd(live->queue);
        CHECK((watched.fd >= 0) == (live->queue != NULL));
        if (watched.fd >= 0 && poll(&watched, 1, 5) == 1) {
            while ((result = dora_queue_next(live->queue, 0)) != NULL) {
                take(live, result);
            }
        }
        break;
    case 5:
        if (dora_queue_cancel != NULL) {
            CHECK(dora_queue_cancel(live->queue, tag) == false || live->pending[tag] > 0);
        }
        break;
    default:
        drain(live);
        break;
    }
    CHECK(dora_queue_pending(live->queue) == pending(live));
}

static void run_as_child(void)
{
    dora_error *error = NULL;

    alarm(PATIENCE_S);
    use_queue(&queues[pick(QUEUES)], pick(7));
    use_queue(&queues[pick(QUEUES)], pick(7));
    dora_failure_free(dora_get_failure(client, "event", &error));
    check_code(error);
    if (pick(2) == 0) {
        free_all();
    }
    _exit(0);
}

static void step(void)
{
    struct live_queue *live = &queues[pick(QUEUES)];
    dora_error *error = NULL;
    unsigned what = pick(100);
    int status;
    pid_t child;

    calls++;
    if (what < 20) {
        dora_failure *failure = dora_get_failure(client, pick_id(), &error);
        CHECK((failure == NULL) == (error != NULL));
        dora_failure_free(failure);
        check_code(error);
    } else if (what < 30) {
        dora_client_cancel(client);
    } else if (what < 40) {
        if (live->queue == NULL) {
            live->queue = dora_queue_new(client, pick(5), NULL);
            CHECK(live->queue != NULL);
        } else if (pick(3) == 0) {
            free_queue(live);
        }
    } else if (what < 99) {
        use_queue(live, pick(7));
    } else if (pick(8) == 0) {
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            run_as_child();
        }
        CHECK(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

int main(int argc, char **argv)
{
    int descriptors;
    long memory = 0;
    long count;
    long i;

    CHECK(argc == 4);
    base_url = argv[1];
    count = atol(argv[2]);
    random_state = (uint64_t)atol(argv[3]) * 0x9E3779B97F4A7C15U + 1;
    descriptors = open_descriptors();
    for (i = 0; i < count; i++) {
        int steps = LENGTH;

        alarm(PATIENCE_S);
        make_client();
        while (steps-- > 0) {
            step();
        }
        free_all();
        CHECK(open_descriptors() <= descriptors + 1); /* one for OpenSSL's or libcurl's own, once */
        if (i == count / 10) {
            memory = status_kib("VmRSS:");
        }
    }
    memory = status_kib("VmRSS:") - memory;
    printf("%ld sequences, %ld calls, %ld KiB more at the end than after a tenth\n", count, calls, memory);
    return memory > 4096;
}
