/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches incident events from within an event loop: one thread waits, with
 * poll, for standard input and for the library at the same time.
 *
 *     event_loop [--base-url URL] [--ca-file FILE]
 *
 * Each line of standard input is an id; each event is printed when it arrives,
 * while further ids may be typed. Ctrl-C cancels what is under way. The keys and
 * the site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE. Exit
 * status: 0 if every event came, 1 if any did not, 2 for wrong usage, 130 after
 * Ctrl-C.
 *
 *     cc -o event_loop event_loop.c $(pkg-config --cflags --libs dora)
 */
#define _GNU_SOURCE /* ppoll */

#include <dora.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many results are taken before the loop looks at its other descriptors again. */
enum { RESULTS_A_TURN = 8 };

struct arguments {
    const char *base_url;
    const char *ca_file;
};

struct loop {
    dora_client *client;
    dora_queue *queue;
    bool is_input_open;
    bool has_failed;
    char line[512]; /* what came of a line whose end did not come yet */
    size_t length;  /* sizeof line if it is longer than any id */
};

static volatile sig_atomic_t was_interrupted;

static void note_interrupt(int number)
{
    (void)number;
    was_interrupted = 1;
}

/* Interrupts come while the loop waits, and at no other time: none is missed. Returns the mask for the wait. */
static sigset_t catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = note_interrupt};
    sigset_t interrupt;
    sigset_t before;

    sigaction(SIGINT, &action, NULL);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    sigdelset(&before, SIGINT);
    return before;
}

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

/* Frees the error. */
static void report(struct loop *loop, const char *what, dora_error *error)
{
    fprintf(stderr, "event_loop: %s: %s\n", what, dora_error_message(error));
    dora_error_free(error);
    loop->has_failed = true;
}

static void fetch(struct loop *loop, const char *failure_id)
{
    dora_error *error = NULL;

    if (failure_id[0] != '\0' && !dora_queue_add(loop->queue, failure_id, 0, &error)) {
        report(loop, failure_id, error);
    }
}

static void add_byte(struct loop *loop, char byte)
{
    if (loop->length < sizeof loop->line) {
        loop->line[loop->length++] = byte;
    }
}

static void end_line(struct loop *loop)
{
    if (loop->length == sizeof loop->line) {
        fprintf(stderr, "event_loop: a line of more than %zu bytes is no id\n", sizeof loop->line - 1);
        loop->has_failed = true;
    } else {
        loop->line[loop->length] = '\0';
        fetch(loop, loop->line);
    }
    loop->length = 0;
}

/* Called when standard input is readable: reads what is there, and no more. */
static void read_input(struct loop *loop)
{
    char bytes[4096];
    ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    ssize_t i;

    if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    for (i = 0; i < count; i++) {
        if (bytes[i] == '\n') {
            end_line(loop);
        } else {
            add_byte(loop, bytes[i]);
        }
    }
    if (count <= 0) {
        end_line(loop); /* the last line may lack its end */
        loop->is_input_open = false;
    }
}

static void print_result(struct loop *loop, dora_result *result)
{
    dora_failure *failure = dora_result_take_failure(result);

    if (failure == NULL) {
        report(loop, dora_result_failure_id(result), dora_result_take_error(result));
    } else {
        const char *name = dora_failure_name(failure);
        const char *severity = dora_failure_severity(failure);

        printf("%s: %s (%s)\n", dora_result_failure_id(result), name != NULL ? name : "no name",
               severity != NULL ? severity : "no severity");
        fflush(stdout);
        dora_failure_free(failure);
    }
}

/*
 * Called when the queue is readable: takes some of what is complete, and does
 * not wait. The descriptor stays readable while there is more.
 */
static void take_results(struct loop *loop)
{
    int i;

    for (i = 0; i < RESULTS_A_TURN; i++) {
        dora_result *result = dora_queue_next(loop->queue, 0);

        if (result == NULL) {
            return;
        }
        print_result(loop, result);
        dora_result_free(result);
    }
}

/* Nothing more is read. What is under way ends with an error, which the loop goes on to take. */
static void cancel(struct loop *loop)
{
    loop->is_input_open = false;
    dora_client_cancel(loop->client);
}

/* Returns the exit status. */
static int run(struct loop *loop)
{
    sigset_t mask = catch_interrupts();
    struct pollfd watched[2];

    watched[0].fd = dora_queue_fd(loop->queue);
    watched[1].fd = STDIN_FILENO;
    watched[0].events = watched[1].events = POLLIN;
    if (watched[0].fd < 0) {
        fprintf(stderr, "event_loop: this system lets no descriptor tell the time\n");
        return 1;
    }
    while (loop->is_input_open || dora_queue_pending(loop->queue) > 0) {
        if (ppoll(watched, loop->is_input_open ? 2 : 1, NULL, &mask) < 0) {
            if (errno != EINTR) {
                perror("event_loop: ppoll");
                return 1;
            }
            if (was_interrupted) {
                cancel(loop);
            }
            continue;
        }
        if (loop->is_input_open && watched[1].revents != 0) {
            read_input(loop);
        }
        if (watched[0].revents != 0) {
            take_results(loop);
        }
    }
    return was_interrupted ? 130 : loop->has_failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {NULL, NULL};
    struct loop loop = {.is_input_open = true};
    dora_error *error = NULL;
    int status = 1;

    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: event_loop [--base-url URL] [--ca-file FILE]\n");
        return 2;
    }

    loop.client = make_client(&arguments, &error);
    loop.queue = loop.client != NULL ? dora_queue_new(loop.client, 0, &error) : NULL;
    if (loop.queue == NULL) {
        report(&loop, "cannot start", error);
    } else {
        status = run(&loop);
    }
    dora_queue_free(loop.queue);
    dora_client_free(loop.client);
    return status;
}
