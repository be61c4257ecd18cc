/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists the incident events of a span of time, the newest first, and sums them up.
 *
 *     search [--from WHEN] [--to WHEN] [--json] [--base-url URL] [--ca-file FILE] [--] [QUERY]
 *
 * WHEN is an RFC 3339 date-time or date, or how long ago: 30d, 12h, 45m. An event
 * that started at --from is listed, one that started at --to is not; without them
 * all events are. QUERY is in Datadog's search syntax: 'severity:(SEV-1 OR SEV-2)'.
 *
 * Prints a table, or with --json one line of JSON per event; then how many events
 * there were, by severity, and the mean and the median time to restore (with --json
 * on standard error). The progress goes to standard error, if that is a terminal.
 * An error, or Ctrl-C, ends the list; how to go on is said then.
 *
 * The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE.
 * Exit status: 0 if all events came, 1 if not, 2 for wrong usage.
 *
 *     cc -o search search.c $(pkg-config --cflags --libs dora)
 */
#define _DEFAULT_SOURCE /* timegm */
#define _XOPEN_SOURCE 700 /* strptime */

#include <dora.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const int64_t second_ns = 1000000000;

struct arguments {
    int64_t from_ns;
    int64_t to_ns;
    bool json;
    const char *base_url;
    const char *ca_file;
    const char *query;
};

/* More different severities than that are counted as "other". */
#define MOST_SEVERITIES 32

struct severity {
    char *name;
    size_t count;
};

struct summary {
    size_t count;
    struct severity severities[MOST_SEVERITIES];
    size_t severity_count;
    int64_t *restore_s; /* of each event that is over: seconds */
    size_t restored_count;
    size_t restored_capacity;
    int64_t last_started_ns; /* of the last event that says when; INT64_MAX before */
};

/* ---- When */

/* A date, or a date-time of RFC 3339: a fraction may follow, then Z or +02:00. */
static bool read_date_time(const char *text, int64_t *when_ns)
{
    struct tm date = {0};
    int64_t nanoseconds = 0, unit = second_ns, seconds;
    const char *rest = strptime(text, "%Y-%m-%d", &date);

    if (rest != NULL && *rest != '\0') {
        rest = strptime(rest, "T%H:%M:%S", &date);
        if (rest != NULL && *rest == '.') {
            for (rest++; *rest >= '0' && *rest <= '9'; rest++) {
                unit /= 10;
                nanoseconds += unit * (*rest - '0');
            }
        }
        rest = rest != NULL ? strptime(rest, "%z", &date) : NULL;
    }
    if (rest == NULL || *rest != '\0') {
        return false;
    }
    seconds = -(int64_t)date.tm_gmtoff;
    seconds += timegm(&date);
    *when_ns = seconds * second_ns + nanoseconds;
    return seconds >= 0 && seconds < INT64_MAX / second_ns;
}

/* "30d": so long ago. */
static bool read_ago(const char *text, int64_t *when_ns)
{
    struct timespec now;
    char *end;
    long count = strtol(text, &end, 10);
    int64_t unit_s = *end == 'd' ? 86400 : *end == 'h' ? 3600 : *end == 'm' ? 60 : 0;

    if (*text < '0' || *text > '9' || unit_s == 0 || end[1] != '\0' || count > 30000) {
        return false;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    *when_ns = ((int64_t)now.tv_sec - count * unit_s) * second_ns + now.tv_nsec;
    return true;
}

/* ---- Arguments */

/* Reads an option that takes a value. */
static bool read_option(const char *name, const char *value, struct arguments *arguments)
{
    if (strcmp(name, "--base-url") == 0) {
        arguments->base_url = value;
    } else if (strcmp(name, "--ca-file") == 0) {
        arguments->ca_file = value;
    } else {
        bool is_from = strcmp(name, "--from") == 0;
        int64_t *when_ns = is_from ? &arguments->from_ns : &arguments->to_ns;

        if (!is_from && strcmp(name, "--to") != 0) {
            return false;
        }
        if (!read_date_time(value, when_ns) && !read_ago(value, when_ns)) {
            fprintf(stderr, "search: %s %s: no date-time as 2026-05-01T00:00:00Z, and not how long ago as 30d or 12h\n",
                    name, value);
            return false;
        }
    }
    return true;
}

/* Returns whether the command line makes sense. */
static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--json") == 0) {
            arguments->json = true;
        } else if (i + 1 == argc || !read_option(argv[i], argv[i + 1], arguments)) {
            return false;
        } else {
            i++;
        }
    }
    if (i < argc) {
        arguments->query = argv[i++];
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

/* ---- The table */

/* Control characters, which a terminal would obey, become question marks. Returns the width: characters of UTF-8
 * are counted, not bytes. */
static int print_text(const char *text)
{
    int width = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        bool is_c1 = byte == 0xC2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xA0;

        putchar(byte < 0x20 || byte == 0x7F || is_c1 ? '?' : byte);
        text += is_c1;
        width += (byte & 0xC0) != 0x80;
    }
    return width;
}

static void print_cell(const char *text, int width)
{
    int rest = width - print_text(text);

    printf("%*s", rest > 0 ? rest + 1 : 1, "");
}

/* "2026-05-01T10:00:00Z", or with a space and without the Z. */
static void format_time(int64_t unix_ns, const char *format, char *text, size_t capacity)
{
    time_t seconds = (time_t)(unix_ns / second_ns - (unix_ns % second_ns < 0));
    struct tm utc;

    if (gmtime_r(&seconds, &utc) == NULL || strftime(text, capacity, format, &utc) == 0) {
        snprintf(text, capacity, "%" PRId64 " ns", unix_ns);
    }
}

static void format_duration(int64_t seconds, char *text, size_t capacity)
{
    if (seconds >= 86400) {
        snprintf(text, capacity, "%" PRId64 "d %02" PRId64 "h", seconds / 86400, seconds / 3600 % 24);
    } else if (seconds >= 3600) {
        snprintf(text, capacity, "%" PRId64 "h %02" PRId64 "m", seconds / 3600, seconds / 60 % 60);
    } else if (seconds >= 60) {
        snprintf(text, capacity, "%" PRId64 "m %02" PRId64 "s", seconds / 60, seconds % 60);
    } else {
        snprintf(text, capacity, "%" PRId64 "s", seconds);
    }
}

/* How long an event lasted, in seconds; false if it is not over. */
static bool restore_time(const dora_failure *failure, int64_t *seconds)
{
    int64_t started_ns, finished_ns;

    if (!dora_failure_started_at(failure, &started_ns) || !dora_failure_finished_at(failure, &finished_ns)
        || finished_ns < started_ns) {
        return false;
    }
    /* Unsigned: the difference of two int64_t may not fit into a third. */
    *seconds = (int64_t)(((uint64_t)finished_ns - (uint64_t)started_ns) / (uint64_t)second_ns);
    return true;
}

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void print_row(const dora_failure *failure, bool is_first)
{
    size_t services = dora_failure_service_count(failure);
    char started[32] = "-", duration[32] = "-", service[128];
    int64_t unix_ns, seconds;

    if (is_first) {
        printf("%-19s %-8s %-8s %-16s %s\n", "STARTED (UTC)", "DURATION", "SEVERITY", "SERVICE", "NAME");
    }
    if (dora_failure_started_at(failure, &unix_ns)) {
        format_time(unix_ns, "%Y-%m-%d %H:%M:%S", started, sizeof started);
    }
    if (restore_time(failure, &seconds)) {
        format_duration(seconds, duration, sizeof duration);
    }
    snprintf(service, sizeof service, services > 1 ? "%s +%zu" : "%s", or_dash(dora_failure_service(failure, 0)), services - 1);
    print_cell(started, 19);
    print_cell(duration, 8);
    print_cell(or_dash(dora_failure_severity(failure)), 8);
    print_cell(service, 16);
    print_text(or_dash(dora_failure_name(failure)));
    putchar('\n');
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

/* ---- The summary */

static void *checked(void *memory)
{
    if (memory == NULL) {
        perror("search");
        exit(1);
    }
    return memory;
}

static void count_severity(struct summary *summary, const char *name)
{
    size_t i;

    name = name != NULL ? name : "none";
    for (i = 0; i < summary->severity_count; i++) {
        if (strcmp(summary->severities[i].name, name) == 0) {
            summary->severities[i].count++;
            return;
        }
    }
    if (summary->severity_count + 1 >= MOST_SEVERITIES && strcmp(name, "other") != 0) {
        count_severity(summary, "other");
        return;
    }
    summary->severities[i].name = checked(strdup(name));
    summary->severities[i].count = 1;
    summary->severity_count++;
}

static void add_to_summary(struct summary *summary, const dora_failure *failure)
{
    int64_t started_ns, seconds;

    summary->count++;
    count_severity(summary, dora_failure_severity(failure));
    if (dora_failure_started_at(failure, &started_ns) && started_ns < summary->last_started_ns) {
        summary->last_started_ns = started_ns;
    }
    if (restore_time(failure, &seconds)) {
        if (summary->restored_count == summary->restored_capacity) {
            summary->restored_capacity = summary->restored_capacity * 2 + 64;
            summary->restore_s = checked(
                realloc(summary->restore_s, summary->restored_capacity * sizeof *summary->restore_s));
        }
        summary->restore_s[summary->restored_count++] = seconds;
    }
}

static int by_count(const void *left, const void *right)
{
    const struct severity *a = left, *b = right;

    return a->count != b->count ? (a->count < b->count) - (a->count > b->count) : strcmp(a->name, b->name);
}

static int by_length(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static void print_restore_times(struct summary *summary, FILE *file)
{
    size_t count = summary->restored_count, i;
    const int64_t *sorted = summary->restore_s;
    char mean[32], median[32];
    double sum = 0;

    if (count == 0) {
        return;
    }
    qsort(summary->restore_s, count, sizeof *summary->restore_s, by_length);
    for (i = 0; i < count; i++) {
        sum += (double)sorted[i];
    }
    format_duration((int64_t)(sum / (double)count + 0.5), mean, sizeof mean);
    /* Between the two in the middle where there are two. */
    format_duration(sorted[(count - 1) / 2] + (sorted[count / 2] - sorted[(count - 1) / 2]) / 2, median, sizeof median);
    fprintf(file, "time to restore: mean %s, median %s (%zu restored)\n", mean, median, count);
}

static void print_summary(struct summary *summary, FILE *file)
{
    size_t i;

    fprintf(file, "%zu event%s", summary->count, summary->count == 1 ? "" : "s");
    qsort(summary->severities, summary->severity_count, sizeof *summary->severities, by_count);
    for (i = 0; i < summary->severity_count; i++) {
        fprintf(file, "%s %zu %s", i == 0 ? ":" : ",", summary->severities[i].count, summary->severities[i].name);
    }
    fputc('\n', file);
    print_restore_times(summary, file);
}

static void free_summary(struct summary *summary)
{
    size_t i;

    for (i = 0; i < summary->severity_count; i++) {
        free(summary->severities[i].name);
    }
    free(summary->restore_s);
}

/* ---- The progress */

struct progress {
    bool is_visible;
    bool shares_terminal; /* with the list */
    bool is_shown;
    struct timespec shown_at;
};

/* How often the progress is written anew. */
static const int64_t progress_interval_ms = 200;

static void hide_progress(struct progress *progress)
{
    if (progress->is_shown) {
        fputs("\r\033[K", stderr);
        progress->is_shown = false;
    }
}

static void update_progress(struct progress *progress, const struct summary *summary)
{
    struct timespec now;
    char text[32];

    if (!progress->is_visible) {
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - progress->shown_at.tv_sec) * 1000 + (now.tv_nsec - progress->shown_at.tv_nsec) / 1000000
        < progress_interval_ms) {
        return;
    }
    progress->shown_at = now;
    progress->is_shown = true;
    fprintf(stderr, "\r\033[K%zu events", summary->count);
    if (summary->last_started_ns != INT64_MAX) {
        format_time(summary->last_started_ns, "%Y-%m-%d %H:%M", text, sizeof text);
        fprintf(stderr, ", back to %s", text);
    }
}

/* ---- The search */

static dora_client *cancelled_by_signal;

/* dora_client_cancel may be called from a signal handler. */
static void cancel(int number)
{
    (void)number;
    dora_client_cancel(cancelled_by_signal);
}

/* Frees the error. */
static void report(dora_error *error, const struct summary *summary)
{
    char text[32];

    fprintf(stderr, "search: %s\n", dora_error_message(error));
    if (summary->last_started_ns != INT64_MAX && dora_error_get_code(error) != DORA_ERROR_INCOMPLETE) {
        /* The order is by second: of the last second some events may be missing. */
        format_time(summary->last_started_ns + second_ns, "%Y-%m-%dT%H:%M:%SZ", text, sizeof text);
        fprintf(stderr, "search: the list is cut short; go on with --to %s, which lists the last second again\n", text);
    }
    dora_error_free(error);
}

/* Prints all events. Returns the error that ended them, NULL at the end. */
static dora_error *list_events(dora_search *search, bool json, struct summary *summary, struct progress *progress)
{
    for (;;) {
        dora_failure *failure;
        dora_error *error = NULL;

        switch (dora_search_next(search, progress->is_visible ? progress_interval_ms : -1, &failure, &error)) {
        case DORA_SEARCH_EVENT:
            if (progress->shares_terminal) {
                hide_progress(progress);
            }
            if (json) {
                print_json_line(failure);
            } else {
                print_row(failure, summary->count == 0);
            }
            add_to_summary(summary, failure);
            dora_failure_free(failure);
            break;
        case DORA_SEARCH_WAITING:
            break;
        case DORA_SEARCH_END:
            return NULL;
        default:
            return error;
        }
        update_progress(progress, summary);
    }
}

/* Returns whether all events came and were written. */
static bool run(dora_client *client, const struct arguments *arguments, struct summary *summary)
{
    struct progress progress = {isatty(STDERR_FILENO), isatty(STDOUT_FILENO), false, {0, 0}};
    dora_error *error = NULL;
    dora_search *search = dora_search_failures(client, arguments->query, arguments->from_ns, arguments->to_ns, &error);

    if (search != NULL) {
        error = list_events(search, arguments->json, summary, &progress);
        dora_search_free(search);
        hide_progress(&progress);
    }
    if (error == NULL || summary->count > 0) {
        print_summary(summary, arguments->json ? stderr : stdout);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("search");
        dora_error_free(error);
        return false;
    }
    if (error != NULL) {
        report(error, summary);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {INT64_MIN, INT64_MAX, false, NULL, NULL, NULL};
    struct sigaction action = {.sa_handler = cancel, .sa_flags = (int)SA_RESETHAND};
    struct summary summary = {.last_started_ns = INT64_MAX};
    dora_error *error = NULL;
    bool is_complete;

    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: search [--from WHEN] [--to WHEN] [--json] [--base-url URL] [--ca-file FILE] [--] [QUERY]\n");
        return 2;
    }
    cancelled_by_signal = make_client(&arguments, &error);
    if (cancelled_by_signal == NULL) {
        fprintf(stderr, "search: %s\n", dora_error_message(error));
        dora_error_free(error);
        return 1;
    }
    sigaction(SIGINT, &action, NULL); /* a second Ctrl-C ends the program at once */
    is_complete = run(cancelled_by_signal, &arguments, &summary);
    signal(SIGINT, SIG_DFL);
    dora_client_free(cancelled_by_signal);
    free_summary(&summary);
    return is_complete ? 0 : 1;
}
