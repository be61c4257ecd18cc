/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A libcurl that does not take an option: built without it, older, or newer than it.
 *
 *     refused_options BASE_URL CA_FILE CERTIFICATE KEY NUMBER... protects|improves NAME...
 *
 * The options of these numbers are refused. "protects": the client is not made or the call fails, with a message
 * that holds one of the names, or the library does not set the option at all and prints so on standard output.
 * "improves": the call succeeds and a line of the debug log holds one of the names.
 */
#define _GNU_SOURCE
#include "check.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { MOST = 8 };

static long refused[MOST];
static int refusals;
static char lines[1 << 16];

typedef CURLcode (*set_option)(CURL *easy, CURLoption option, ...);

#undef curl_easy_setopt

/* Takes the place of libcurl's, which the library calls. Every option's value fits a pointer's register. */
CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    static set_option real;
    va_list arguments;
    void *value;
    int i;

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "curl_easy_setopt");
        CHECK(real != NULL);
    }
    va_start(arguments, option);
    value = va_arg(arguments, void *);
    va_end(arguments);
    for (i = 0; i < MOST; i++) {
        if (refused[i] != 0 && refused[i] == (long)option) {
            refusals++;
            return CURLE_UNKNOWN_OPTION;
        }
    }
    return real(easy, option, value);
}

static void keep_line(void *user_data, uint32_t level, const char *message)
{
    (void)user_data;
    if (level == DORA_LOG_DEBUG) {
        strncat(lines, message, sizeof lines - strlen(lines) - 2);
        strcat(lines, "\n");
    }
}

static bool holds(const char *text, char **names)
{
    for (; *names != NULL; names++) {
        if (strcasestr(text, *names) != NULL) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    dora_config *config = dora_config_new();
    dora_error *error = NULL;
    dora_failure *failure = NULL;
    dora_client *client;
    bool protects;
    int i;

    CHECK(argc > 7);
    for (i = 5; argv[i][0] >= '0' && argv[i][0] <= '9'; i++) {
        CHECK(i - 5 < MOST);
        refused[i - 5] = atol(argv[i]);
    }
    protects = strcmp(argv[i++], "protects") == 0;
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[1]);
    dora_config_set_ca_file(config, argv[2]);
    dora_config_set_client_certificate(config, argv[3], argv[4]);
    dora_config_set_proxy(config, "");
    dora_config_set_connect_timeout_ms(config, 5000);
    dora_config_set_timeout_ms(config, 5000);
    dora_config_set_max_retries(config, 0);
    dora_config_set_logger(config, keep_line, NULL);
    client = dora_client_new(config, &error);
    dora_config_free(config);
    if (client != NULL) {
        failure = dora_get_failure(client, "event", &error);
    }
    if (refusals == 0) {
        CHECK(failure != NULL);
        puts("not set");
    } else if (protects) {
        if (failure != NULL) {
            fprintf(stderr, "the call went on without an option that protects it\n");
            return 1;
        }
        if (!holds(dora_error_message(error), &argv[i])) {
            fprintf(stderr, "the option is not named: %s\n", dora_error_message(error));
            return 1;
        }
    } else {
        if (failure == NULL) {
            fprintf(stderr, "an option that only improves ended the call: %s\n", dora_error_message(error));
            return 1;
        }
        if (!holds(lines, &argv[i])) {
            fprintf(stderr, "the debug log does not name the option:\n%s", lines);
            return 1;
        }
    }
    dora_error_free(error);
    dora_failure_free(failure);
    dora_client_free(client);
    return 0;
}
