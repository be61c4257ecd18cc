/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches many incident events side by side, on one thread.
 *
 *     get_many [--base-url URL] [--ca-file FILE] <IDS >EVENTS
 *
 * Reads ids from standard input, one a line, and writes one line of JSON per
 * event to standard output, in the order of arrival. Failures go to standard
 * error; so does the progress, if that is a terminal. The keys and the site come
 * from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE. Exit status: 0 if every
 * event came, 1 if any did not, 2 for wrong usage.
 *
 *     cc -o get_many get_many.c $(pkg-config --cflags --libs dora)
 */
#define _POSIX_C_SOURCE 200809L

#include <dora.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct arguments {
    const char *base_url;
    const char *ca_file;
};

struct progress {
    bool is_visible;
    bool shares_terminal; /* with the events */
    struct timespec started;
    size_t total;
    size_t done;
    size_t failed;
    double shown_at;
};

/* How often the progress is written anew. */
static const int64_t progress_interval_ms = 200;

/* Returns whether the command line makes sense. */
static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--base-url") == 0) {
            arguments->base_url = argv[i + 1];
        } else if (strcmp(argv[i], "--ca-file") == 0) {
            arguments->ca_file = argv[i + 1];
        } else {
            return false;
        }
    }
    return i == argc;
}

static dora_client *make_client(const struct arguments *arguments, dora_error **error)
{
    dora_config *config = dora_config_new();
    dora_client *client;

    if (arguments->base_url != NULL) {
        dora_config_set_base_url(config, arguments->base_url);
    }
    if (arguments->ca_file != NULL) {
        dora_config_set_ca_file(config, arguments->ca_file);
    }
    client = dora_client_new(config, error);
    dora_config_free(config); /* the client has its own copy */
    return client;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void show_progress(struct progress *progress)
{
    double elapsed = seconds_since(&progress->started);
    double rate = elapsed > 0 ? (double)progress->done / elapsed : 0;

    progress->shown_at = elapsed;
    fprintf(stderr, "\r\033[K%zu of %zu, %.0f/s", progress->done, progress->total, rate);
    if (rate > 0) {
        uint64_t left = (uint64_t)((double)(progress->total - progress->done) / rate + 0.5);
        fprintf(stderr, ", %" PRIu64 ":%02" PRIu64 " left", left / 60, left % 60);
    }
    if (progress->failed > 0) {
        fprintf(stderr, ", %zu failed", progress->failed);
    }
}

static void update_progress(struct progress *progress)
{
    if (progress->is_visible
        && seconds_since(&progress->started) - progress->shown_at >= (double)progress_interval_ms / 1000) {
        show_progress(progress);
    }
}

/* Makes room on the terminal for another line. */
static void hide_progress(const struct progress *progress)
{
    if (progress->is_visible) {
        fputs("\r\033[K", stderr);
    }
}

/* Frees the error. */
static void report(struct progress *progress, const char *failure_id, dora_error *error)
{
    hide_progress(progress);
    fprintf(stderr, "get_many: %s: %s\n", failure_id, dora_error_message(error));
    dora_error_free(error);
    progress->done++;
    progress->failed++;
}

/* JSON has no line breaks inside strings: outside of them a space is as good. */
static void print_json_line(const dora_failure *failure)
{
    size_t length, i;
    const char *json = dora_failure_json(failure, &length);

    for (i = 0; i < length; i++) {
        putchar(json[i] == '\n' || json[i] == '\r' ? ' ' : json[i]);
    }
    putchar('\n');
}

/* Frees the result. */
static void take_result(struct progress *progress, dora_result *result)
{
    dora_failure *failure = dora_result_take_failure(result);

    if (failure == NULL) {
        report(progress, dora_result_failure_id(result), dora_result_take_error(result));
    } else {
        if (progress->shares_terminal) {
            hide_progress(progress);
        }
        print_json_line(failure);
        dora_failure_free(failure);
        progress->done++;
    }
    dora_result_free(result);
}

/* Adds the ids of standard input to the queue. */
static void add_ids(dora_queue *queue, struct progress *progress)
{
    char *line = NULL;
    size_t capacity = 0;

    while (getline(&line, &capacity, stdin) >= 0) {
        dora_error *error = NULL;

        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0') {
            continue;
        }
        progress->total++;
        if (!dora_queue_add(queue, line, 0, &error)) {
            report(progress, line, error);
        }
    }
    free(line);
}

static void fetch_all(dora_queue *queue, struct progress *progress)
{
    clock_gettime(CLOCK_MONOTONIC, &progress->started);
    while (dora_queue_pending(queue) > 0) {
        dora_result *result = dora_queue_next(queue, progress->is_visible ? progress_interval_ms : -1);

        if (result != NULL) {
            take_result(progress, result);
        }
        update_progress(progress);
    }
    if (progress->is_visible) {
        show_progress(progress);
        fputc('\n', stderr);
    }
}

/* Returns the exit status. */
static int give_up(dora_client *client, dora_error *error)
{
    fprintf(stderr, "get_many: %s\n", dora_error_message(error));
    dora_error_free(error);
    dora_client_free(client);
    return 1;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {NULL, NULL};
    struct progress progress = {false, false, {0, 0}, 0, 0, 0, 0};
    dora_error *error = NULL;
    dora_client *client;
    dora_queue *queue;

    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: get_many [--base-url URL] [--ca-file FILE] <IDS >EVENTS\n");
        return 2;
    }

    client = make_client(&arguments, &error);
    queue = client != NULL ? dora_queue_new(client, 0, &error) : NULL;
    if (queue == NULL) {
        return give_up(client, error);
    }
    add_ids(queue, &progress);
    progress.is_visible = isatty(STDERR_FILENO);
    progress.shares_terminal = isatty(STDOUT_FILENO);
    fetch_all(queue, &progress);
    dora_queue_free(queue);
    dora_client_free(client);

    if (ferror(stdin) || fflush(stdout) != 0 || ferror(stdout)) {
        perror("get_many");
        return 1;
    }
    return progress.failed > 0 ? 1 : 0;
}
