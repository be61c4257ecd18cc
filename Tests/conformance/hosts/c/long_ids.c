/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An id of 4 GiB and a few bytes: its length modulo 2^32 is an ordinary one. The memory is one page that
 * is mapped over and over, so that the program itself takes little.
 *
 *     long_ids
 */
#define _GNU_SOURCE
#include "check.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static const size_t LENGTH = ((size_t)1 << 32) + 8;
static const size_t BLOCK = (size_t)64 << 20;

static char *long_text(void)
{
    int file = memfd_create("id", MFD_CLOEXEC);
    size_t whole = (LENGTH / BLOCK + 1) * BLOCK;
    char *text = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *block;
    size_t at;

    CHECK(file >= 0 && text != MAP_FAILED);
    CHECK(ftruncate(file, (off_t)BLOCK) == 0);
    for (at = 0; at < whole; at += BLOCK) {
        CHECK(mmap(text + at, BLOCK, PROT_READ | PROT_WRITE, (at + BLOCK < whole ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED,
                   file, 0) != MAP_FAILED);
    }
    block = text;
    memset(block, 'x', BLOCK);
    text[LENGTH] = '\0'; /* in the last block, which is private */
    CHECK(text[LENGTH - 1] == 'x');
    close(file);
    return text;
}

int main(void)
{
    /* A library that copies the id takes 8 GiB and more: that ends here and not in the machine's memory. */
    struct rlimit limit = {(rlim_t)11 << 30, (rlim_t)11 << 30};
    char *text = long_text();
    dora_client *client = check_client("https://127.0.0.1:1", NULL);
    dora_queue *queue = dora_queue_new(client, 1, NULL);
    dora_error *error = NULL;
    dora_result *result;

    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    CHECK(queue != NULL);
    CHECK(dora_queue_add(queue, "before", 1, NULL));
    CHECK(!dora_queue_add(queue, text, UINT64_C(0x1122334455667788), &error));
    CHECK(dora_error_get_code(error) == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(strlen(dora_error_message(error)) < 1000);
    dora_error_free(error);
    error = NULL;
    CHECK(dora_get_failure(client, text, &error) == NULL);
    CHECK(dora_error_get_code(error) == DORA_ERROR_INVALID_ARGUMENT);
    dora_error_free(error);
    CHECK(dora_queue_add(queue, "after", 2, NULL));
    CHECK(dora_queue_pending(queue) == 2);
    dora_client_cancel(client);
    result = dora_queue_next(queue, 1000);
    CHECK(dora_result_tag(result) == 1 && strcmp(dora_result_failure_id(result), "before") == 0);
    dora_result_free(result);
    result = dora_queue_next(queue, 1000);
    CHECK(dora_result_tag(result) == 2 && strcmp(dora_result_failure_id(result), "after") == 0);
    dora_result_free(result);
    dora_queue_free(queue);
    dora_client_free(client);
    return 0;
}
