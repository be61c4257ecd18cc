/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks through the program's writable memory for keys that were freed.
 *
 *     wiped_keys
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>

enum { KEY_LENGTH = 40 };

/* The key is never in memory but where this writes it: byte i of it. */
static char key_byte(int number, size_t i)
{
    return (char)('a' + (i * 7 + (size_t)number * 11 + i * i) % 26);
}

static void write_key(int number, volatile char *key)
{
    size_t i;

    for (i = 0; i < KEY_LENGTH; i++) {
        key[i] = key_byte(number, i);
    }
    key[KEY_LENGTH] = '\0';
}

static void wipe(volatile char *key)
{
    size_t i;

    for (i = 0; i < KEY_LENGTH; i++) {
        key[i] = 0;
    }
}

/* free() itself overwrites the first 16 bytes of a block: the rest must be gone too. */
static bool is_rest_of_key(int number, const volatile char *memory)
{
    size_t i;

    for (i = 16; i < KEY_LENGTH; i++) {
        if (memory[i] != key_byte(number, i)) {
            return false;
        }
    }
    return true;
}

static int count_key(int number)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int found = 0;

    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end;
        char access[5];
        const volatile char *memory;

        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, access) != 3 || strncmp(access, "rw", 2) != 0) {
            continue;
        }
        for (memory = (const volatile char *)start; memory + KEY_LENGTH <= (const volatile char *)end; memory++) {
            found += is_rest_of_key(number, memory);
        }
    }
    fclose(maps);
    return found;
}

int main(void)
{
    char key[KEY_LENGTH + 1];
    dora_config *config = dora_config_new();
    dora_client *client;

    write_key(1, key);
    dora_config_set_api_key(config, key); /* replaced below */
    write_key(2, key);
    dora_config_set_api_key(config, key);
    write_key(3, key);
    dora_config_set_app_key(config, key);
    write_key(4, key);
    dora_config_set_access_token(config, key);
    dora_config_set_access_token(config, NULL);
    wipe(key);
    client = dora_client_new(config, NULL);
    CHECK(client != NULL);
    CHECK(count_key(2) > 0); /* the search does find a key */
    CHECK(count_key(1) == 0);
    CHECK(count_key(4) == 0);
    dora_config_free(config);
    dora_client_free(client);
    CHECK(count_key(2) == 0);
    CHECK(count_key(3) == 0);
    return 0;
}
