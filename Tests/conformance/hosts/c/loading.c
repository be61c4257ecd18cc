/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the library, makes a call and unloads it, again and again; with a
 * second copy of the library both are there at once. Not linked against
 * libdora.
 *
 *     loading BASE_URL CYCLES LIBRARY [SECOND_COPY]
 */
#define _POSIX_C_SOURCE 200809L
#include "process.h"

#include <dlfcn.h>

/* POSIX: what dlsym returns may be used as a function. */
#define LOAD(library, name)                       \
    do {                                          \
        *(void **)&name = dlsym(library, #name);  \
        CHECK(name != NULL);                      \
    } while (0)

static void call(void *library, const char *base_url)
{
    dora_config *(*dora_config_new)(void);
    void (*dora_config_set_api_key)(dora_config *, const char *);
    void (*dora_config_set_app_key)(dora_config *, const char *);
    void (*dora_config_set_base_url)(dora_config *, const char *);
    void (*dora_config_free)(dora_config *);
    dora_client *(*dora_client_new)(const dora_config *, dora_error **);
    dora_failure *(*dora_get_failure)(dora_client *, const char *, dora_error **);
    const char *(*dora_failure_name)(const dora_failure *);
    void (*dora_failure_free)(dora_failure *);
    void (*dora_client_free)(dora_client *);
    dora_config *config;
    dora_client *client;
    dora_failure *failure;

    LOAD(library, dora_config_new);
    LOAD(library, dora_config_set_api_key);
    LOAD(library, dora_config_set_app_key);
    LOAD(library, dora_config_set_base_url);
    LOAD(library, dora_config_free);
    LOAD(library, dora_client_new);
    LOAD(library, dora_get_failure);
    LOAD(library, dora_failure_name);
    LOAD(library, dora_failure_free);
    LOAD(library, dora_client_free);

    config = dora_config_new();
    dora_config_set_api_key(config, "api-key");
    dora_config_set_app_key(config, "application-key");
    dora_config_set_base_url(config, base_url);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    failure = dora_get_failure(client, "event", NULL);
    CHECK(strcmp(dora_failure_name(failure), "Database outage") == 0);
    dora_failure_free(failure);
    dora_client_free(client);
}

static void *load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    return library;
}

static void load_and_call(const char *base_url, int cycles, char **paths)
{
    int i;

    for (i = 0; i < cycles; i++) {
        void *first = load(paths[0]);
        void *second = paths[1] != NULL ? load(paths[1]) : NULL;

        CHECK(first != second);
        call(first, base_url);
        if (second != NULL) {
            call(second, base_url);
            call(first, base_url);
            dlclose(second);
        }
        dlclose(first);
    }
}

int main(int argc, char **argv)
{
    int cycles;
    int descriptors;
    long memory_kib;

    CHECK(argc == 4 || argc == 5);
    cycles = atoi(argv[2]);
    load_and_call(argv[1], cycles / 10, argv + 3);
    descriptors = open_descriptors();
    memory_kib = status_kib("VmRSS:");
    load_and_call(argv[1], cycles - cycles / 10, argv + 3);
    CHECK(open_descriptors() == descriptors);
    CHECK(status_kib("VmRSS:") <= memory_kib + 512);
    return 0;
}
