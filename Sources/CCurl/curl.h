/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, with functions in place of its variadic ones. Everything here exists in libcurl 7.68. */
#ifndef SHIM_CURL_H
#define SHIM_CURL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <curl/curl.h>

/* curl_easy_setopt(3), curl_easy_getinfo(3), curl_multi_setopt(3): one function for each type that
 * their variable argument has. */

static inline CURLcode shim_easy_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode shim_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

typedef size_t (*shim_data_function)(char *data, size_t size, size_t count, void *context);
static inline CURLcode shim_easy_set_data_function(CURL *easy, CURLoption option, shim_data_function function) {
    return curl_easy_setopt(easy, option, function);
}

/* CURLOPT_XFERINFOFUNCTION(3) */
static inline CURLcode shim_easy_set_progress_function(CURL *easy, curl_xferinfo_callback function, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, function);
    if (code == CURLE_OK) {
        code = curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
    }
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

static inline CURLcode shim_easy_set_address(CURL *easy, CURLU *address) {
    return curl_easy_setopt(easy, CURLOPT_CURLU, address);
}

static inline long shim_easy_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : 0;
}

static inline int64_t shim_easy_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? (int64_t)value : 0;
}

static inline void *shim_easy_get_private(CURL *easy) {
    char *value = NULL;
    return curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value) == CURLE_OK ? value : NULL;
}

static inline const char *shim_easy_get_string(CURL *easy, CURLINFO info) {
    char *value = NULL;
    return curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : NULL;
}

static inline CURLMcode shim_multi_set_socket_function(CURLM *multi, curl_socket_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, function);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode shim_multi_set_timer_function(CURLM *multi, curl_multi_timer_callback function, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, function);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
}

/* A member of a union. */
static inline CURLcode shim_message_result(const CURLMsg *message) {
    return message->data.result;
}

/* What newer versions of libcurl have, by number: the headers of an older one do not name it. A libcurl
 * that does not know an option answers CURLE_UNKNOWN_OPTION. */
enum {
    SHIM_CURLOPT_QUICK_EXIT = 322, /* libcurl 7.87 */
    SHIM_CURLE_TOO_LARGE = 100     /* libcurl 8.6 */
};

/* CURLOPT_PREREQFUNCTION(3), libcurl 7.80: called when a connection is ready for the request. */
typedef int (*shim_ready_function)(void *context, char *peer, char *local, int peer_port, int local_port);
static inline CURLcode shim_easy_set_ready_function(CURL *easy, shim_ready_function function, void *context) {
    CURLcode code = curl_easy_setopt(easy, (CURLoption)(CURLOPTTYPE_FUNCTIONPOINT + 312), function);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, (CURLoption)(CURLOPTTYPE_OBJECTPOINT + 313), context);
}

/* The version of libcurl at run time: 0x075801 for 7.88.1. */
static inline unsigned int shim_curl_version(void) {
    return curl_version_info(CURLVERSION_NOW)->version_num;
}

/* socket(2), closed on exec. */
static inline curl_socket_t shim_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode shim_easy_set_socket_functions(CURL *easy, curl_opensocket_callback open_socket,
                                                      curl_closesocket_callback close_socket) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
}

static inline CURLcode shim_easy_set_socket_context(CURL *easy, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

static inline CURLMcode shim_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

#endif
