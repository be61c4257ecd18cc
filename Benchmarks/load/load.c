/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads a library, once in a process.
 *
 *     load LIBRARY
 *
 * Prints microseconds.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (library == NULL) {
        fprintf(stderr, "usage: %s LIBRARY: %s\n", argv[0], dlerror());
        return 2;
    }
    printf("%.1f\n", (double)(end.tv_sec - start.tv_sec) * 1e6 + (double)(end.tv_nsec - start.tv_nsec) / 1e3);
    return 0;
}
