/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bare libcurl: the requests of libdora's search, one after the other on one handle, with the headers that libdora
 * sends. What becomes of a page is the program's that includes this.
 */
#ifndef BARE_H
#define BARE_H

#include "fields.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

static inline CURL *make_handle(const char *url, const char *ca_file, struct curl_slist *headers,
                                curl_write_callback receive, void *page)
{
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "libdora/0.2.0");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, page);
    return easy;
}

/* Sends each line of the file as the body of a request; after each response `end_page` is called. Returns whether all
 * went well. */
static inline bool request_all(CURL *easy, FILE *bodies, void (*end_page)(void *page), void *page)
{
    char body[4096];
    while (fgets(body, sizeof body, bodies) != NULL) {
        long status = 0;
        body[strcspn(body, "\n")] = '\0';
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        if (curl_easy_perform(easy) != CURLE_OK) {
            return false;
        }
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        if (status != 200) {
            return false;
        }
        end_page(page);
    }
    return true;
}

static inline struct curl_slist *make_headers(void)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, "DD-API-KEY: local-api-key");
    return curl_slist_append(headers, "DD-APPLICATION-KEY: local-application-key");
}

#endif
