/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says of this process. Needs POSIX: define _POSIX_C_SOURCE first. */
#ifndef PROCESS_H
#define PROCESS_H

#include "check.h"

#include <dirent.h>
#include <string.h>
#include <time.h>

static inline int directory_entries(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;

    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count - 2; /* "." and ".." */
}

static inline int open_descriptors(void)
{
    return directory_entries("/proc/self/fd") - 1; /* the directory's own */
}

/* A field of /proc/self/status in kB: "VmRSS:", "VmHWM:". */
static inline long status_kib(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long value = -1;

    CHECK(file != NULL);
    while (value < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, field, strlen(field)) == 0) {
            value = strtol(line + strlen(field), NULL, 10);
        }
    }
    fclose(file);
    CHECK(value >= 0);
    return value;
}

static inline double now_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void sleep_ms(long milliseconds)
{
    struct timespec left;

    left.tv_sec = milliseconds / 1000;
    left.tv_nsec = milliseconds % 1000 * 1000000;
    while (nanosleep(&left, &left) != 0) {
    }
}

#endif
