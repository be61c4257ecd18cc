/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame that each contender is measured in. A contender defines read_event,
 * which parses a body, takes every documented field out, and frees all it made.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Something that depends on every field, so that no work is left out; 0 on failure. */
static uint64_t read_event(const char *json, size_t length);

/* The processor's time, so that other programs count as little as can be. */
static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* In bytes. Not from getrusage: that counts the program that started this one, too. */
static long peak_memory(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[128];
    long kilobytes = 0;
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1)
            break;
    if (status)
        fclose(status);
    return kilobytes * 1024;
}

/* Nanoseconds per event: the best of several stretches of `milliseconds` in all. */
static double measure(const char *json, size_t length, double milliseconds)
{
    double best = 0;
    for (int stretch = 0; stretch < 5; stretch++) {
        const double start = now(), end = start + milliseconds * 1e6 / 5;
        uint64_t events = 0;
        double time;
        do {
            const int batch = length < 65536 ? 64 : 1;
            for (int index = 0; index < batch; index++) {
                if (read_event(json, length) == 0) {
                    fprintf(stderr, "the event was not read\n");
                    exit(1);
                }
            }
            events += (uint64_t)batch;
            time = now();
        } while (time < end);
        const double each = (time - start) / (double)events;
        if (best == 0 || each < best)
            best = each;
    }
    return best;
}

/* FILE MILLISECONDS: prints nanoseconds per event. FILE alone: reads it once and prints how many
 * bytes the peak of memory grew by. */
int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file)
        return 2;
    fseek(file, 0, SEEK_END);
    const size_t length = (size_t)ftell(file);
    rewind(file);
    char *json = (char *)calloc(length + 64, 1);
    if (!json || fread(json, 1, length, file) != length)
        return 2;
    fclose(file);
    if (argc > 2) {
        printf("%.1f\n", measure(json, length, atof(argv[2])));
    } else {
        const long before = peak_memory();
        if (read_event(json, length) == 0)
            return 1;
        printf("%ld\n", peak_memory() - before);
    }
    free(json);
    return 0;
}

/* A field's part in the result of read_event. */
static inline uint64_t taken(const char *text)
{
    return text ? (uint64_t)(unsigned char)text[0] + 1 : 0;
}

#endif
