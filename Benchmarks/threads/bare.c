/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bare libcurl: so many threads with a handle each, the headers that libdora sends, the bodies thrown
 * away.
 *
 *     bare URL CA_FILE COUNT THREADS
 *
 * Prints requests a second, of all threads together.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static char **arguments;
static struct curl_slist *headers;

static size_t discard(char *data, size_t size, size_t count, void *context) {
    (void)data;
    (void)context;
    return size * count;
}

static void *work(void *context) {
    long *failed = context;
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(curl, CURLOPT_CAINFO, arguments[2]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "libdora/0.2.0");
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard);
    for (long index = 0; index < atol(arguments[3]); index++) {
        *failed += curl_easy_perform(curl) != CURLE_OK;
    }
    curl_easy_cleanup(curl);
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s URL CA_FILE COUNT THREADS\n", argv[0]);
        return 2;
    }
    arguments = argv;
    headers = curl_slist_append(headers, "Accept: application/json");
    headers = curl_slist_append(headers, "DD-API-KEY: local-api-key");
    headers = curl_slist_append(headers, "DD-APPLICATION-KEY: local-application-key");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    size_t count = (size_t)atol(argv[4]);
    pthread_t *threads = malloc(count * sizeof *threads);
    long *failed = calloc(count, sizeof *failed);
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (size_t index = 0; index < count; index++) {
        pthread_create(&threads[index], NULL, work, &failed[index]);
    }
    long failures = 0;
    for (size_t index = 0; index < count; index++) {
        pthread_join(threads[index], NULL);
        failures += failed[index];
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%.1f\n", (double)count * (double)atol(argv[3]) / seconds);
    free(threads);
    free(failed);
    curl_slist_free_all(headers);
    return failures == 0 ? 0 : 1;
}
