/* SPDX-License-Identifier: Apache-2.0 */
/* What the contenders share: the clock, and what a field counts for, so that none is left unread. */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* A text's part: its first byte, which has to be read for it. */
static inline uint64_t part(const char *text)
{
    return text ? (uint64_t)(unsigned char)text[0] + 1 : 0;
}

/* SEARCH_SUM in the environment: how many events were read and what they sum up to, too. */
static inline void print_result(double microseconds, unsigned long events, uint64_t sum)
{
    printf("%.3f\n", microseconds / (double)events);
    if (getenv("SEARCH_SUM") != NULL) {
        fprintf(stderr, "%lu events, sum %llu\n", events, (unsigned long long)sum);
    }
}

#endif
