/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call by a program that has a folder of its own in place of the system's authorities, /etc/ssl/certs:
 * what libcurl and its TLS library open there is opened in that folder.
 *
 *     system_authorities DIRECTORY BASE_URL CA_FILE FAILURE_ID CODE [PROXY]
 *
 * CA_FILE "-" leaves the system's authorities; CODE is what has to come of the call, 0 for an event.
 */
#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/stat.h>

static const char SYSTEM[] = "/etc/ssl/certs";
static const char *directory;

/* The path to open in place of one of the system's; in a buffer of the caller's. */
static const char *moved(const char *path, char *buffer, size_t capacity)
{
    size_t length = strlen(SYSTEM);

    if (directory == NULL || strncmp(path, SYSTEM, length) != 0) {
        return path;
    }
    snprintf(buffer, capacity, "%s%s", directory, path + length);
    return buffer;
}

typedef FILE *(*open_function)(const char *path, const char *mode);

static FILE *open_moved(const char *name, const char *path, const char *mode)
{
    char buffer[4096];
    open_function real;

    *(void **)&real = dlsym(RTLD_NEXT, name);
    return real(moved(path, buffer, sizeof buffer), mode);
}

/* These take the place of libc's, which the TLS library calls. */
FILE *fopen(const char *path, const char *mode)
{
    return open_moved("fopen", path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    return open_moved("fopen64", path, mode);
}

typedef int (*stat_function)(const char *path, struct stat *facts);

int stat(const char *path, struct stat *facts)
{
    char buffer[4096];
    stat_function real;

    *(void **)&real = dlsym(RTLD_NEXT, "stat");
    CHECK(real != NULL);
    return real(moved(path, buffer, sizeof buffer), facts);
}

typedef int (*old_stat_function)(int version, const char *path, struct stat *facts);

/* The stat of glibc before 2.33. */
int __xstat(int version, const char *path, struct stat *facts)
{
    char buffer[4096];
    old_stat_function real;

    *(void **)&real = dlsym(RTLD_NEXT, "__xstat");
    CHECK(real != NULL);
    return real(version, moved(path, buffer, sizeof buffer), facts);
}

int main(int argc, char **argv)
{
    dora_config *config = dora_config_new();
    dora_error_code code;
    dora_client *client;

    CHECK(argc == 6 || argc == 7);
    directory = argv[1];
    code = (dora_error_code)atoi(argv[5]);
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, argv[2]);
    dora_config_set_ca_file(config, strcmp(argv[3], "-") == 0 ? NULL : argv[3]);
    dora_config_set_proxy(config, argc == 7 ? argv[6] : NULL);
    dora_config_set_max_retries(config, 0);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    if (code == DORA_OK) {
        check_get(client, argv[4]);
    } else {
        check_error(client, argv[4], code);
    }
    dora_client_free(client);
    return 0;
}
