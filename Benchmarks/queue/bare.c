/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bare libcurl multi: so many transfers in flight, the headers that libdora sends, the bodies thrown
 * away. The mark that the queue is measured against.
 *
 *     bare URL CA_FILE COUNT IN_FLIGHT
 *
 * Prints microseconds for each request.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t discard(char *data, size_t size, size_t count, void *context) {
    (void)data;
    (void)context;
    return size * count;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static CURL *make_handle(char **argv, struct curl_slist *headers) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(easy, CURLOPT_CAINFO, argv[2]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "libdora/0.2.0");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
    return easy;
}

/* Runs `count` requests, at most `in_flight` at a time. Returns how many failed. */
static long run(CURLM *multi, CURL **handles, int in_flight, long count) {
    long started = 0;
    long failed = 0;
    int running = 0;
    for (; started < in_flight && started < count; started++) {
        curl_multi_add_handle(multi, handles[started]);
    }
    do {
        CURLMsg *message;
        int left;
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *easy = message->easy_handle;
            if (message->data.result != CURLE_OK) {
                failed++;
            }
            curl_multi_remove_handle(multi, easy);
            if (started < count) {
                started++;
                curl_multi_add_handle(multi, easy);
                running++;
            }
        }
        if (running > 0) {
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
        }
    } while (running > 0);
    return failed;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s URL CA_FILE COUNT IN_FLIGHT\n", argv[0]);
        return 2;
    }
    long count = atol(argv[3]);
    int in_flight = atoi(argv[4]);
    struct curl_slist *headers = NULL;
    headers = curl_slist_append(headers, "Accept: application/json");
    headers = curl_slist_append(headers, "DD-API-KEY: local-api-key");
    headers = curl_slist_append(headers, "DD-APPLICATION-KEY: local-application-key");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    CURL **handles = malloc((size_t)in_flight * sizeof *handles);
    for (int index = 0; index < in_flight; index++) {
        handles[index] = make_handle(argv, headers);
    }
    long failed = run(multi, handles, in_flight, 1);
    double start = now();
    failed += run(multi, handles, in_flight, count);
    printf("%.2f\n", (now() - start) / (double)count);
    for (int index = 0; index < in_flight; index++) {
        curl_easy_cleanup(handles[index]);
    }
    free(handles);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return failed == 0 ? 0 : 1;
}
