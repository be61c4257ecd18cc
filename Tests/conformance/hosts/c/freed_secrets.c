/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library itself gives back to malloc with a secret in it. It takes malloc(3), realloc(3) and free(3)
 * in its own hands and looks at what the library, and nobody else, hands them.
 *
 *     freed_secrets BASE_URL CA_FILE PROXY WHAT
 *
 * WHAT: "keys", "token", "proxy" and "header" look for that setting; "echo" for a key in the bodies of the answers
 * to "echo". Without a call where BASE_URL is "-".
 */
#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

static const char SECRETS[][40] = {
    "api-key-0123456789abcdef-xyz", "app-key-0123456789abcdef-xyz", "token-9876543210-fedcba-xyz", "proxy-password-4711-xyz",
    "header-value-2718281828-xyz",
};
enum { API_KEY, APP_KEY, TOKEN, PASSWORD, HEADER };

static int wanted[2] = {-1, -1};
static bool is_looking;
static int found;
static void *library;

static bool holds_secret(const char *block, size_t size)
{
    int i;

    for (i = 0; i < 2; i++) {
        const char *secret = wanted[i] >= 0 ? SECRETS[wanted[i]] : NULL;
        if (secret != NULL && memmem(block, size, secret, strlen(secret)) != NULL) {
            return true;
        }
    }
    return false;
}

static void look(const void *block, const void *caller)
{
    Dl_info facts;

    if (!is_looking || block == NULL || !holds_secret(block, malloc_usable_size((void *)(uintptr_t)block))) {
        return;
    }
    is_looking = false; /* dladdr and fprintf allocate */
    if (dladdr(caller, &facts) != 0 && facts.dli_fbase == library) {
        found++;
    }
    is_looking = true;
}

extern void __libc_free(void *block);
extern void *__libc_malloc(size_t size);

/* A new block is empty: what is in it at its end was written by its owner, not by the one before. */
void *malloc(size_t size)
{
    void *block = __libc_malloc(size);

    if (block != NULL) {
        memset(block, 0, malloc_usable_size(block));
    }
    return block;
}

void free(void *block)
{
    look(block, __builtin_return_address(0));
    __libc_free(block);
}

/* The old block is looked at before it goes. */
void *realloc(void *block, size_t size)
{
    size_t old = block == NULL ? 0 : malloc_usable_size(block);
    void *moved;

    if (block != NULL && size != 0 && size <= old) {
        return block;
    }
    moved = malloc(size == 0 ? 1 : size);
    if (moved != NULL && block != NULL) {
        memcpy(moved, block, old < size ? old : size);
        look(block, __builtin_return_address(0));
        __libc_free(block);
    }
    return moved;
}

/* And that a block of the library's would be found. */
static void find_library(void)
{
    const void *inside = dlsym(RTLD_DEFAULT, "dora_version");
    char *block = malloc(100);
    Dl_info facts;

    CHECK(dladdr(inside, &facts) != 0);
    library = facts.dli_fbase;
    strcpy(block + 50, SECRETS[wanted[0]]);
    is_looking = true;
    look(block, inside);
    look(block, (const void *)(uintptr_t)find_library);
    CHECK(found == 1);
    found = 0;
    free(block);
    CHECK(found == 0);
    is_looking = false;
}

static void choose(const char *what)
{
    if (strcmp(what, "keys") == 0 || strcmp(what, "echo") == 0) {
        wanted[0] = API_KEY;
        wanted[1] = APP_KEY;
    } else if (strcmp(what, "token") == 0) {
        wanted[0] = TOKEN;
    } else if (strcmp(what, "proxy") == 0) {
        wanted[0] = PASSWORD;
    } else {
        CHECK(strcmp(what, "header") == 0);
        wanted[0] = HEADER;
    }
}

static dora_client *make_client(char **argv, bool has_token)
{
    dora_config *config = dora_config_new();
    dora_client *client;
    char proxy[256];

    dora_config_set_api_key(config, SECRETS[APP_KEY]); /* replaced */
    dora_config_set_api_key(config, SECRETS[API_KEY]);
    dora_config_set_app_key(config, SECRETS[APP_KEY]);
    dora_config_set_access_token(config, has_token ? SECRETS[TOKEN] : NULL);
    if (strcmp(argv[1], "-") != 0) {
        dora_config_set_base_url(config, argv[1]);
        dora_config_set_ca_file(config, argv[2]);
    }
    if (strcmp(argv[3], "-") != 0) {
        snprintf(proxy, sizeof proxy, "http://user:%s@%s", SECRETS[PASSWORD], argv[3]);
        dora_config_set_proxy(config, "http://first:other@127.0.0.1:1");
        dora_config_set_proxy(config, proxy);
    }
    dora_config_add_header(config, "X-Secret", SECRETS[HEADER]);
    dora_config_add_header(config, "X-More", "1");
    dora_config_set_max_retries(config, 0);
    client = dora_client_new(config, NULL);
    dora_config_free(config);
    CHECK(client != NULL);
    return client;
}

static void make_calls(dora_client *client, const char *failure_id)
{
    dora_queue *queue = dora_queue_new(client, 2, NULL);
    dora_error *error = NULL;
    int i;

    for (i = 0; i < 2; i++) {
        dora_failure_free(dora_get_failure(client, failure_id, &error));
        dora_error_free(error);
        error = NULL;
        CHECK(dora_queue_add(queue, failure_id, (uint64_t)i, NULL));
    }
    for (i = 0; i < 2; i++) {
        dora_result_free(dora_queue_next(queue, -1));
    }
    dora_queue_free(queue);
}

int main(int argc, char **argv)
{
    dora_client *client;

    CHECK(argc == 5);
    choose(argv[4]);
    find_library();
    is_looking = true;
    client = make_client(argv, strcmp(argv[4], "token") == 0);
    if (strcmp(argv[1], "-") != 0) {
        make_calls(client, strcmp(argv[4], "echo") == 0 ? "echo" : "event");
    }
    dora_client_free(client);
    is_looking = false;
    if (found > 0) {
        fprintf(stderr, "%d blocks that the library freed hold a secret\n", found);
    }
    return found > 0;
}
