/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches an incident event and prints it.
 *
 *     get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID
 *
 * The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY,
 * DD_SITE. Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
 *
 *     cc -o get_failure get_failure.c $(pkg-config --cflags --libs dora)
 */
#include <dora.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct arguments {
    const char *base_url;
    const char *ca_file;
    const char *failure_id;
};

/* Returns whether the command line makes sense. */
static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
    int i = 1;

    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (i + 1 == argc) {
            return false;
        }
        if (strcmp(argv[i], "--base-url") == 0) {
            arguments->base_url = argv[++i];
        } else if (strcmp(argv[i], "--ca-file") == 0) {
            arguments->ca_file = argv[++i];
        } else {
            return false;
        }
    }
    if (argc - i != 1) {
        return false;
    }
    arguments->failure_id = argv[i];
    return true;
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

/* An event carries only some of the fields: an absent one is NULL. */
static void print_text(const char *label, const char *text)
{
    if (text != NULL) {
        printf("  %-12s %s\n", label, text);
    }
}

typedef const char *text_at(const dora_failure *failure, size_t index);

/* A field that may hold several texts, one a line. */
static void print_texts(const char *label, const dora_failure *failure, size_t count, text_at *text)
{
    size_t i;

    for (i = 0; i < count; i++) {
        print_text(i == 0 ? label : "", text(failure, i));
    }
}

static void print_time(const char *label, int64_t unix_ns)
{
    int64_t seconds = unix_ns / 1000000000;
    int64_t nanoseconds = unix_ns % 1000000000;
    time_t whole_seconds;
    const struct tm *utc;
    char text[64];

    if (nanoseconds < 0) { /* before 1970 */
        nanoseconds += 1000000000;
        seconds -= 1;
    }
    whole_seconds = (time_t)seconds;
    utc = gmtime(&whole_seconds);
    if (utc == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", utc) == 0) {
        printf("  %-12s %" PRId64 " ns since 1970\n", label, unix_ns);
    } else if (nanoseconds == 0) {
        printf("  %-12s %s UTC\n", label, text);
    } else {
        printf("  %-12s %s.%09" PRId64 " UTC\n", label, text, nanoseconds);
    }
}

static void print_duration(int64_t started_ns, int64_t finished_ns)
{
    /* Unsigned: the difference of two int64_t may not fit into a third. */
    uint64_t seconds = ((uint64_t)finished_ns - (uint64_t)started_ns) / 1000000000;
    uint64_t hours = seconds / 3600;
    uint64_t minutes = seconds / 60 % 60;

    printf("  %-12s ", "duration");
    if (hours > 0) {
        printf("%" PRIu64 " h ", hours);
    }
    if (hours > 0 || minutes > 0) {
        printf("%" PRIu64 " min ", minutes);
    }
    printf("%" PRIu64 " s\n", seconds % 60);
}

static void print_times(const dora_failure *failure)
{
    int64_t started_ns, finished_ns;
    bool started = dora_failure_started_at(failure, &started_ns);
    bool finished = dora_failure_finished_at(failure, &finished_ns);

    if (started) {
        print_time("started", started_ns);
    }
    if (finished) {
        print_time("finished", finished_ns);
    }
    if (started && finished && finished_ns >= started_ns) {
        print_duration(started_ns, finished_ns);
    }
}

static void print_failure(const dora_failure *failure)
{
    const char *name = dora_failure_name(failure);
    const char *severity = dora_failure_severity(failure);

    printf("%s", name != NULL ? name : "(no name)");
    if (severity != NULL) {
        printf(" (%s)", severity);
    }
    printf("\n");
    print_text("id", dora_failure_id(failure));
    print_texts("services", failure, dora_failure_service_count(failure), dora_failure_service);
    print_texts("environment", failure, dora_failure_env_count(failure), dora_failure_env_at);
    print_texts("team", failure, dora_failure_team_count(failure), dora_failure_team_at);
    print_text("version", dora_failure_version(failure));
    print_times(failure);
    print_text("commit", dora_failure_git_commit_sha(failure));
    print_text("repository", dora_failure_git_repository_url(failure));
    print_texts("tags", failure, dora_failure_custom_tag_count(failure), dora_failure_custom_tag);
}

/* Returns the exit status. */
static int report(dora_error *error)
{
    fprintf(stderr, "get_failure: %s\n", dora_error_message(error));
    dora_error_free(error);
    return 1;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {NULL, NULL, NULL};
    dora_error *error = NULL;
    dora_client *client;
    dora_failure *failure;

    if (!read_arguments(argc, argv, &arguments)) {
        fprintf(stderr, "usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID\n");
        return 2;
    }

    client = make_client(&arguments, &error);
    if (client == NULL) {
        return report(error);
    }
    failure = dora_get_failure(client, arguments.failure_id, &error);
    dora_client_free(client);
    if (failure == NULL) {
        return report(error);
    }
    print_failure(failure);
    dora_failure_free(failure);
    return 0;
}
