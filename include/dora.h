/* SPDX-License-Identifier: Apache-2.0 */
/**
 * dora.h: the C API of libdora, a client of Datadog's DORA incident events:
 * "Get an incident event" (GET /api/v2/dora/failures/{failure_id}) and "Get a
 * list of incident events" (POST /api/v2/dora/failures).
 *
 * Rules that hold for every function:
 *
 * Ownership  What a *_new, *_take_*, dora_get_failure, dora_parse_failure,
 *            dora_queue_next, dora_search_failures or dora_search_next gives is
 *            the caller's, to be given to the matching *_free, which takes NULL
 *            too. Every other pointer that
 *            comes back is borrowed: it lives as long as the object that was
 *            asked for it.
 * Errors     A function that can fail takes `dora_error **error` last. When it
 *            fails it returns NULL or false and, unless `error` is NULL, stores
 *            a new error there, for dora_error_free; it writes nothing else.
 *            When it succeeds it leaves *error as it was.
 * NULL       may be given for every pointer. An accessor of a NULL object
 *            returns NULL, 0 or false; a function that can fail reports
 *            DORA_ERROR_INVALID_ARGUMENT.
 * Strings    are NUL-terminated UTF-8. Those going in are copied.
 * Threads    A client serves any number of threads at once. Events, errors and
 *            responses never change once made: any thread may read them. A
 *            configuration, a queue, a search and a result belong to one thread
 *            at a time.
 * The host   The library starts no thread of its own, installs no signal
 *            handler, raises no SIGPIPE, prints nothing, and leaves errno and
 *            the locale alone. It reads the environment in dora_config_new and
 *            in dora_client_new(NULL, ...) only; libcurl reads its proxy
 *            variables, and SSLKEYLOGFILE, by itself. When memory runs out the
 *            process ends.
 * Fork       A child may use what it inherited: a client, a queue with a copy of
 *            what is pending, and a search from where it was go on over
 *            connections of the child's own, and the parent's go on undisturbed. A
 *            queue or search that another thread was inside of at the fork is of
 *            no use in the child. A fork waits, 2 s at most, until no other thread
 *            is inside libcurl for the library, whose locks a child would inherit.
 */

/*
 * A complete program, which prints the names of last month's incident events:
 *
 *     #include <dora.h>
 *     #include <stdio.h>
 *     #include <time.h>
 *
 *     int main(void) {
 *         dora_error *error = NULL;
 *         dora_client *client = dora_client_new(NULL, &error);
 *         int64_t month_ago = ((int64_t)time(NULL) - 30 * 86400) * 1000000000;
 *         dora_search *search = NULL;
 *         if (client) search = dora_search_failures(client, NULL, month_ago, INT64_MAX, &error);
 *         dora_failure *failure;
 *         while (search && dora_search_next(search, -1, &failure, &error) == DORA_SEARCH_EVENT) {
 *             const char *name = dora_failure_name(failure);
 *             puts(name ? name : "(no name)");
 *             dora_failure_free(failure);
 *         }
 *         int status = error != NULL;
 *         if (error) fprintf(stderr, "%s\n", dora_error_message(error));
 *         dora_error_free(error);
 *         dora_search_free(search);
 *         dora_client_free(client);
 *         return status;
 *     }
 */
#ifndef DORA_H
#define DORA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* What these functions return must be used, and is freed by the function that is
 * named: for compilers and analyzers. No argument is marked as nonnull, since
 * each may be NULL. */
#if defined(__GNUC__)
#define DORA_MUST_USE __attribute__((warn_unused_result))
#else
#define DORA_MUST_USE
#endif
#if defined(__GNUC__) && __GNUC__ >= 11 && !defined(__clang__)
#define DORA_FREED_BY(function) __attribute__((malloc(function, 1)))
struct dora_error;
struct dora_config;
struct dora_client;
struct dora_failure;
struct dora_queue;
struct dora_result;
struct dora_search;
void dora_error_free(struct dora_error *error);
void dora_config_free(struct dora_config *config);
void dora_client_free(struct dora_client *client);
void dora_failure_free(struct dora_failure *failure);
void dora_queue_free(struct dora_queue *queue);
void dora_result_free(struct dora_result *result);
void dora_search_free(struct dora_search *search);
#else
#define DORA_FREED_BY(function)
#endif

/* ------------------------------------------------------------------ Types */

/** What went wrong, and the response that said so. */
typedef struct dora_error dora_error;
/** The settings that a client is made from. */
typedef struct dora_config dora_config;
/** Keys, connections and policies: what fetches incident events. */
typedef struct dora_client dora_client;
/** One incident event. */
typedef struct dora_failure dora_failure;
/** The facts of the HTTP response that an event or an error came with. */
typedef struct dora_response dora_response;
/** Many events, fetched side by side on one thread. */
typedef struct dora_queue dora_queue;
/** How one event of a queue came out. */
typedef struct dora_result dora_result;
/** All events of a span of time, page by page. Since: 0.2.0. */
typedef struct dora_search dora_search;

/* ---------------------------------------------------------------- Version */

/** The version of this header (Semantic Versioning 2.0.0). */
#define DORA_VERSION_MAJOR 0
#define DORA_VERSION_MINOR 2
#define DORA_VERSION_PATCH 0
#define DORA_VERSION "0.2.0"

/**
 * The version of the library that the program runs with.
 *
 * Returns: a static string of the form of DORA_VERSION.
 * Threads: any.
 */
const char *dora_version(void);

/* ----------------------------------------------------------------- Errors */

/** One of the constants below; later versions may add some. */
typedef uint32_t dora_error_code;

enum {
    /** No error. Only dora_error_get_code(NULL) returns it. */
    DORA_OK = 0,
    /** An argument or a setting is NULL or unusable. Nothing was sent. */
    DORA_ERROR_INVALID_ARGUMENT = 1,
    /** HTTP 400. */
    DORA_ERROR_BAD_REQUEST = 2,
    /** HTTP 401. */
    DORA_ERROR_UNAUTHENTICATED = 3,
    /** HTTP 403: the keys were refused, or lack dora_metrics_read. */
    DORA_ERROR_FORBIDDEN = 4,
    /** HTTP 404. */
    DORA_ERROR_NOT_FOUND = 5,
    /** HTTP 429, after the retries. */
    DORA_ERROR_RATE_LIMITED = 6,
    /** HTTP 5xx, after the retries. */
    DORA_ERROR_SERVER = 7,
    /** Any other status that is not 200. Redirects are never followed. */
    DORA_ERROR_HTTP = 8,
    /** Name lookup, connecting, the proxy, or the connection broke; or the system
     *  refused the descriptor or the call that it takes. */
    DORA_ERROR_CONNECTION = 9,
    /** The server's certificate or the TLS handshake. */
    DORA_ERROR_TLS = 10,
    /** A timeout, or the deadline of the whole call, passed. */
    DORA_ERROR_TIMEOUT = 11,
    /** dora_client_cancel or dora_queue_cancel was called. */
    DORA_ERROR_CANCELLED = 12,
    /** The body or the headers were over their limit. */
    DORA_ERROR_RESPONSE_TOO_LARGE = 13,
    /** A body that is no incident event or, in strict mode, departs from the schema. */
    DORA_ERROR_MALFORMED_RESPONSE = 14,
    /** Anything else: a bug. */
    DORA_ERROR_INTERNAL = 15,
    /** A search can't tell all events: more of them at one instant than a page
     *  holds, or a server that keeps neither order nor bounds. Since: 0.2.0. */
    DORA_ERROR_INCOMPLETE = 16
};

/**
 * The kind of an error.
 *
 * Returns: a DORA_ERROR_ constant; DORA_OK for NULL.
 * Threads: any.
 */
dora_error_code dora_error_get_code(const dora_error *error);

/**
 * The name of a code, for logs: "rate_limited" for DORA_ERROR_RATE_LIMITED.
 *
 * Returns: a static string; "ok" for DORA_OK, "unknown" for a code that this
 *          version does not have.
 * Threads: any.
 */
const char *dora_error_code_name(dora_error_code code);

/**
 * One line for a person: what failed, on what, and what to do. It never holds
 * a key or a token.
 *
 * Returns: borrowed from the error; NULL for NULL.
 * Threads: any.
 */
const char *dora_error_message(const dora_error *error);

/**
 * Whether the same call may succeed later without any change.
 *
 * Returns: true for rate limits, server errors that pass (408, 500, 502, 503,
 *          504), broken connections and timeouts; false for all else and NULL.
 * Threads: any.
 */
bool dora_error_is_retryable(const dora_error *error);

/**
 * How long the server asked to wait (Retry-After, RFC 9110 section 10.2.3, or
 * X-RateLimit-Reset).
 *
 * Returns: milliseconds, counted from the response; -1 if it did not say.
 * Threads: any.
 */
int64_t dora_error_retry_after_ms(const dora_error *error);

/**
 * How many errors the API's error body lists. Both documented forms are read,
 * at any status: {"errors": [{"title": ...}]} and {"errors": ["Forbidden"]}.
 *
 * Returns: the number of items; 0 for a body of another form, and for NULL.
 * Threads: any.
 */
size_t dora_error_item_count(const dora_error *error);

/**
 * A field of one item of the error body. In the string form the string is the
 * title and the other fields are absent.
 *
 * Parameters: index  from 0 to dora_error_item_count - 1.
 * Returns: borrowed from the error; NULL if the item does not carry the field
 *          as a string, or the index is out of range.
 * Threads: any.
 */
const char *dora_error_item_title(const dora_error *error, size_t index);
const char *dora_error_item_detail(const dora_error *error, size_t index);
const char *dora_error_item_status(const dora_error *error, size_t index);
const char *dora_error_item_source_pointer(const dora_error *error, size_t index);
const char *dora_error_item_source_parameter(const dora_error *error, size_t index);
const char *dora_error_item_source_header(const dora_error *error, size_t index);

/**
 * Copies an item's `meta` as JSON text, as it was received, the way snprintf
 * does: at most capacity - 1 bytes and a NUL.
 *
 * Parameters: index     from 0 to dora_error_item_count - 1.
 *             buffer    receives the text; may be NULL when capacity is 0.
 *             capacity  of the buffer, in bytes.
 * Returns: the length of the whole text in bytes, without the NUL; the copy was
 *          cut if that is not less than capacity. SIZE_MAX if the item has no
 *          meta: the buffer then holds an empty string.
 * Threads: any.
 */
size_t dora_error_copy_item_meta(const dora_error *error, size_t index, char *buffer, size_t capacity);

/**
 * The response body as it was received, decompressed. After a broken transfer
 * it is the part that arrived.
 *
 * Parameters: length  receives the number of bytes, 0 if there is no body;
 *                     may be NULL.
 * Returns: borrowed from the error, followed by a NUL; NULL if no response came
 *          back.
 * Threads: any.
 */
const char *dora_error_body(const dora_error *error, size_t *length);

/**
 * The facts of the last response.
 *
 * Returns: borrowed from the error; NULL if nothing came back.
 * Threads: any.
 */
const dora_response *dora_error_response(const dora_error *error);

/**
 * libcurl's own code (CURLcode, curl/curl.h) of a transport failure.
 *
 * Returns: the code; 0 (CURLE_OK) if libcurl did not fail.
 * Threads: any.
 */
int dora_error_curl_code(const dora_error *error);

/**
 * Frees an error and all that was borrowed from it. NULL does nothing.
 *
 * Threads: any, once no other thread reads it.
 */
void dora_error_free(dora_error *error);

/* ---------------------------------------------------------- Configuration */

/**
 * A configuration with the defaults and what the environment sets: DD_SITE,
 * DD_API_KEY, DD_APP_KEY, DD_BEARER_TOKEN. A variable that is set but empty
 * counts as not set.
 *
 * The setters below copy what they are given, return nothing and check nothing:
 * dora_client_new checks the whole and names the first setting that can't be
 * used. A string setter given NULL clears the setting, the value from the
 * environment included. A NULL configuration is left alone.
 *
 * Returns: the caller's, for dora_config_free.
 * Threads: any, while no thread changes the environment.
 */
DORA_MUST_USE DORA_FREED_BY(dora_config_free)
dora_config *dora_config_new(void);

/**
 * The Datadog site: requests go to https://api.SITE. The sites are
 * datadoghq.com (the default), us3.datadoghq.com, us5.datadoghq.com,
 * ap1.datadoghq.com, ap2.datadoghq.com, uk1.datadoghq.com, datadoghq.eu,
 * ddog-gov.com and us2.ddog-gov.com. Default: DD_SITE, else datadoghq.com.
 *
 * Threads: one at a time.
 */
void dora_config_set_site(dora_config *config, const char *site);

/**
 * The API key, sent as DD-API-KEY. It must not be empty, hold control
 * characters, or be longer than 4,096 bytes. Default: DD_API_KEY.
 *
 * Threads: one at a time.
 */
void dora_config_set_api_key(dora_config *config, const char *api_key);

/**
 * The application key, sent as DD-APPLICATION-KEY, of a user with the
 * permission dora_metrics_read. As the API key otherwise. Default: DD_APP_KEY.
 *
 * Threads: one at a time.
 */
void dora_config_set_app_key(dora_config *config, const char *app_key);

/**
 * An access token, sent as "Authorization: Bearer TOKEN" (RFC 6750) in place
 * of the two keys. As the API key otherwise. Default: DD_BEARER_TOKEN. A token
 * or a pair of keys that is set explicitly beats one from the environment; if
 * both were set, or both came from the environment, the token is sent.
 *
 * Threads: one at a time.
 */
void dora_config_set_access_token(dora_config *config, const char *access_token);

/**
 * The address to use in place of the site's: https://host[:port][/prefix], or
 * http:// to a loopback host (localhost, 127.0.0.0/8, [::1]). User names,
 * queries, fragments, and more than 4,096 bytes are refused. Default: none.
 *
 * Threads: one at a time.
 */
void dora_config_set_base_url(dora_config *config, const char *base_url);

/**
 * A file of CA certificates (PEM) that replaces the system's authorities, for
 * the server and for an https:// proxy. Default: the system's.
 *
 * Threads: one at a time.
 */
void dora_config_set_ca_file(dora_config *config, const char *path);

/**
 * A client certificate and its private key, two PEM files. `key_path` may be
 * NULL where the certificate's file holds the key too. Default: none.
 *
 * Threads: one at a time.
 */
void dora_config_set_client_certificate(dora_config *config, const char *certificate_path, const char *key_path);

/**
 * The proxy: [http|https|socks4|socks4a|socks5|socks5h]://[user:password@]host[:port],
 * or "" for no proxy whatever the environment says. A '/', '?', '#' or '\\' in
 * the user name or password is to be percent-encoded; control characters are
 * refused. Requests go through the proxy's CONNECT tunnel, which sees neither
 * keys nor headers. A proxy that is set here is used whatever no_proxy says.
 * Requests to an http:// base URL, which is loopback, never use a proxy.
 * Default: libcurl's environment variables (https_proxy, all_proxy, no_proxy),
 * whose form dora_client_new checks in the same way.
 *
 * Threads: one at a time.
 */
void dora_config_set_proxy(dora_config *config, const char *proxy);

/**
 * The program's product token, "name/version" (RFC 9110 section 10.1.5), put
 * before the library's own in User-Agent. Default: none.
 *
 * Threads: one at a time.
 */
void dora_config_set_user_agent(dora_config *config, const char *product);

/**
 * Adds a request header to those that every request carries. The headers that
 * the library sends itself (Accept, Accept-Encoding, Authorization, DD-API-KEY,
 * DD-APPLICATION-KEY, User-Agent), those that frame a request (Connection,
 * Content-Length, Host, Transfer-Encoding, ...), values with control
 * characters, headers of more than 8,192 bytes and more than 32,768 bytes of
 * them are refused by dora_client_new.
 *
 * Threads: one at a time.
 */
void dora_config_add_header(dora_config *config, const char *name, const char *value);

/**
 * Milliseconds to look up the name, connect and complete TLS; 0 = no limit.
 * Default: 10,000.
 *
 * Threads: one at a time.
 */
void dora_config_set_connect_timeout_ms(dora_config *config, uint32_t milliseconds);

/**
 * Milliseconds for one attempt from start to end; 0 = no limit. Default: 30,000.
 *
 * Threads: one at a time.
 */
void dora_config_set_attempt_timeout_ms(dora_config *config, uint32_t milliseconds);

/**
 * Milliseconds for the whole call, all attempts and waits; 0 = no limit.
 * Default: 60,000.
 *
 * Threads: one at a time.
 */
void dora_config_set_timeout_ms(dora_config *config, uint32_t milliseconds);

/** How many attempts may follow the first; 0 = none. Default: 3. Threads: one at a time. */
void dora_config_set_max_retries(dora_config *config, uint32_t retries);

/**
 * The wait before a retry, where the server does not name one: a random time
 * between 0 and base * 2^(retry - 1) milliseconds, at most `max_ms` (exponential
 * backoff with full jitter). Default: 500 and 30,000.
 *
 * Threads: one at a time.
 */
void dora_config_set_retry_backoff_ms(dora_config *config, uint32_t base_ms, uint32_t max_ms);

/**
 * The largest body to take, in bytes after decompression, at least 1. Default: 8
 * MiB (8,388,608).
 *
 * Threads: one at a time.
 */
void dora_config_set_max_response_bytes(dora_config *config, uint64_t bytes);

/** Whether to ask for compressed responses. Default: true. Threads: one at a time. */
void dora_config_set_compression(dora_config *config, bool enabled);

/**
 * Whether a violation of the documented schema (dora_failure_violation) makes
 * the call fail with DORA_ERROR_MALFORMED_RESPONSE. Default: false.
 *
 * Threads: one at a time.
 */
void dora_config_set_strict(dora_config *config, bool enabled);

/** Levels of log messages. */
enum {
    DORA_LOG_ERROR = 1,
    DORA_LOG_WARNING = 2,
    DORA_LOG_INFO = 3,
    DORA_LOG_DEBUG = 4
};

/**
 * Receives log messages: one a finished attempt at DORA_LOG_INFO, connections,
 * retries and waits at DORA_LOG_DEBUG, waits of more than 10 seconds at
 * DORA_LOG_WARNING. No message holds a secret.
 *
 * It is called on the thread that makes the call, while that call lasts. It
 * must not unwind (throw, longjmp) through the library, free the client, a queue
 * or a search, use the queue or search that calls it, or return in a child that
 * it forked.
 *
 * Parameters: user_data  as given to dora_config_set_logger.
 *             level      a DORA_LOG_ constant.
 *             message    one line without a newline; borrowed for the call.
 * Threads: the one that makes the call.
 */
typedef void (*dora_log_function)(void *user_data, uint32_t level, const char *message);

/** Where log messages go; NULL for nowhere. Default: nowhere. Threads: one at a time. */
void dora_config_set_logger(dora_config *config, dora_log_function function, void *user_data);

/**
 * Frees a configuration and wipes its keys. Clients made from it keep their own
 * copy. NULL does nothing.
 *
 * Threads: one at a time.
 */
void dora_config_free(dora_config *config);

/* ----------------------------------------------------------------- Client */

/**
 * Makes a client. Nothing is sent yet.
 *
 * Parameters: config  copied; NULL takes all from the environment.
 * Returns: the caller's, for dora_client_free; NULL on failure.
 * Errors: DORA_ERROR_INVALID_ARGUMENT with the setting's name in the message.
 * Threads: any.
 */
DORA_MUST_USE DORA_FREED_BY(dora_client_free)
dora_client *dora_client_new(const dora_config *config, dora_error **error);

/**
 * Fetches one incident event and waits for it, retries included.
 *
 * Parameters: failure_id  the event's id. It is percent-encoded into one path
 *                         segment (RFC 3986 section 2.1); "", "." and "..", and
 *                         more than 4,096 bytes are refused.
 * Returns: the caller's, for dora_failure_free; NULL on failure.
 * Errors: DORA_ERROR_INVALID_ARGUMENT: no client, or an id as above; nothing was
 *         sent. By the response's status: DORA_ERROR_BAD_REQUEST,
 *         DORA_ERROR_UNAUTHENTICATED, DORA_ERROR_FORBIDDEN, DORA_ERROR_NOT_FOUND,
 *         DORA_ERROR_RATE_LIMITED, DORA_ERROR_SERVER, DORA_ERROR_HTTP. Without a
 *         whole response: DORA_ERROR_CONNECTION, DORA_ERROR_TLS,
 *         DORA_ERROR_TIMEOUT, DORA_ERROR_CANCELLED,
 *         DORA_ERROR_RESPONSE_TOO_LARGE. With one that is of no use:
 *         DORA_ERROR_MALFORMED_RESPONSE. DORA_ERROR_INTERNAL.
 * Threads: any number at once on one client, and in a child after fork.
 */
DORA_MUST_USE DORA_FREED_BY(dora_failure_free)
dora_failure *dora_get_failure(dora_client *client, const char *failure_id, dora_error **error);

/**
 * Ends every call that is in progress on this client, with
 * DORA_ERROR_CANCELLED. Later calls work. NULL does nothing.
 *
 * Threads: any, at any time before dora_client_free; also from a signal
 *          handler (async-signal-safe, signal-safety(7)).
 */
void dora_client_cancel(dora_client *client);

/**
 * Closes the connections, wipes the keys and frees a client. Its calls must
 * have returned and its queues and searches been freed before. NULL does nothing.
 *
 * Threads: any, once no other thread uses the client.
 */
void dora_client_free(dora_client *client);

/* --------------------------------------------------------- Incident event */

/**
 * Reads the body of a response, without a network.
 *
 * Parameters: json    the body, UTF-8 (RFC 8259); need not end in a NUL.
 *             length  in bytes, less than 2 GiB.
 * Returns: the caller's, for dora_failure_free; NULL on failure.
 * Errors: DORA_ERROR_MALFORMED_RESPONSE with the byte offset in the message, if
 *         the text is not JSON, is nested deeper than 512 levels, or has no
 *         `data` object. DORA_ERROR_INVALID_ARGUMENT.
 * Threads: any.
 */
DORA_MUST_USE DORA_FREED_BY(dora_failure_free)
dora_failure *dora_parse_failure(const char *json, size_t length, dora_error **error);

/**
 * A text field of the event.
 *
 * dora_failure_env and dora_failure_team give the first of what may be several:
 * see dora_failure_env_count and dora_failure_team_count.
 *
 * Returns: borrowed from the event; NULL if the event does not carry the field
 *          as a string (env and team: as a string or a list of strings).
 * Threads: any.
 */
const char *dora_failure_id(const dora_failure *failure);
/** "dora_failure", formerly "dora_incident", or what the API sends in its place. */
const char *dora_failure_type(const dora_failure *failure);
const char *dora_failure_name(const dora_failure *failure);
const char *dora_failure_env(const dora_failure *failure);
const char *dora_failure_severity(const dora_failure *failure);
const char *dora_failure_team(const dora_failure *failure);
const char *dora_failure_version(const dora_failure *failure);
const char *dora_failure_git_commit_sha(const dora_failure *failure);
const char *dora_failure_git_repository_url(const dora_failure *failure);
const char *dora_failure_git_repository_id(const dora_failure *failure);

/**
 * When the incident started, finished. An integer of the API is taken as it is,
 * an RFC 3339 date-time is converted exactly.
 *
 * Parameters: unix_ns  receives nanoseconds since 1970-01-01T00:00:00Z; left
 *                      alone if the event has no such time; may be NULL.
 * Returns: whether the event carries the time.
 * Threads: any.
 */
bool dora_failure_started_at(const dora_failure *failure, int64_t *unix_ns);
bool dora_failure_finished_at(const dora_failure *failure, int64_t *unix_ns);

/**
 * How many services the incident hit: those of `services`, then those that only
 * `service` has, each a list or one string. Names of `service` are compared with
 * the first 100 of `services`. Elements that are not strings are left out.
 *
 * Returns: the number; 0 for NULL.
 * Threads: any.
 */
size_t dora_failure_service_count(const dora_failure *failure);

/**
 * The name of a service.
 *
 * Parameters: index  from 0 to dora_failure_service_count - 1.
 * Returns: borrowed from the event; NULL if the index is out of range.
 * Threads: any.
 */
const char *dora_failure_service(const dora_failure *failure, size_t index);

/**
 * How many environments the incident hit. The API sends a list; the one string
 * that is documented is a list of one. Elements that are not strings are left
 * out.
 *
 * Returns: the number; 0 for NULL.
 * Threads: any.
 * Since: 0.2.0.
 */
size_t dora_failure_env_count(const dora_failure *failure);

/**
 * An environment.
 *
 * Parameters: index  from 0 to dora_failure_env_count - 1.
 * Returns: borrowed from the event; NULL if the index is out of range.
 * Threads: any.
 * Since: 0.2.0.
 */
const char *dora_failure_env_at(const dora_failure *failure, size_t index);

/**
 * How many teams own the services that the incident hit: a list or one string,
 * as for dora_failure_env_count.
 *
 * Returns: the number; 0 for NULL.
 * Threads: any.
 * Since: 0.2.0.
 */
size_t dora_failure_team_count(const dora_failure *failure);

/**
 * A team.
 *
 * Parameters: index  from 0 to dora_failure_team_count - 1.
 * Returns: borrowed from the event; NULL if the index is out of range.
 * Threads: any.
 * Since: 0.2.0.
 */
const char *dora_failure_team_at(const dora_failure *failure, size_t index);

/**
 * How many custom tags the event has: those of the list `custom_tags`, then
 * those that only the object `custom` has, one for each string of its members.
 * Tags of `custom` are compared with the first 100 of `custom_tags`. Elements
 * that are not strings are left out.
 *
 * Returns: the number; 0 for NULL.
 * Threads: any.
 */
size_t dora_failure_custom_tag_count(const dora_failure *failure);

/**
 * A custom tag, "key:value".
 *
 * Parameters: index  from 0 to dora_failure_custom_tag_count - 1.
 * Returns: borrowed from the event; NULL if the index is out of range.
 * Threads: any.
 */
const char *dora_failure_custom_tag(const dora_failure *failure, size_t index);

/**
 * The value of a custom tag: what follows the key and a ':' in the first tag
 * with that key. The key of a tag of `custom_tags` ends at its first ':'; the
 * key of a tag of `custom` is the member's name, which may hold a ':' itself.
 *
 * Parameters: key  compared byte by byte; NULL is no key.
 * Returns: borrowed from the event; NULL if no tag has the key.
 * Threads: any.
 */
const char *dora_failure_custom_tag_value(const dora_failure *failure, const char *key);

/**
 * The body exactly as it was received, decompressed.
 *
 * Parameters: length  receives the number of bytes; may be NULL.
 * Returns: borrowed from the event, followed by a NUL; NULL for NULL.
 * Threads: any.
 */
const char *dora_failure_json(const dora_failure *failure, size_t *length);

/**
 * Copies the JSON text at a JSON Pointer, as it was received, the way snprintf
 * does. It reaches what this version has no accessor for:
 * "/data/attributes/some_new_field". Of equal names the last one counts.
 *
 * Parameters: pointer   RFC 6901: "" for the whole document, else /name/0/...
 *                       with ~0 for '~' and ~1 for '/'.
 *             buffer    receives at most capacity - 1 bytes and a NUL; may be
 *                       NULL when capacity is 0.
 *             capacity  of the buffer, in bytes.
 * Returns: the length of the whole text in bytes, without the NUL; the copy was
 *          cut if that is not less than capacity. SIZE_MAX if nothing is there
 *          or the pointer is malformed: the buffer then holds an empty string.
 * Threads: any.
 */
size_t dora_failure_copy_json(const dora_failure *failure, const char *pointer, char *buffer, size_t capacity);

/**
 * As dora_failure_copy_json for a string value, decoded; it may hold NULs.
 *
 * Returns: as dora_failure_copy_json; SIZE_MAX also if the value is no string.
 * Threads: any.
 */
size_t dora_failure_copy_string(const dora_failure *failure, const char *pointer, char *buffer, size_t capacity);

/**
 * How often the event departs from the documented schema and from what the API
 * is known to send in its place. A departure costs its own field, never the
 * event. At most 1,000 are listed; where there are more, the last one tells how
 * many.
 *
 * Returns: the number of violations; 0 for NULL.
 * Threads: any.
 */
size_t dora_failure_violation_count(const dora_failure *failure);

/**
 * A violation: the JSON Pointer of the value and what is wrong with it,
 * "/data/attributes/started_at: missing". A pointer of more than 512 bytes is
 * cut, with "..." for the rest.
 *
 * Parameters: index  from 0 to dora_failure_violation_count - 1.
 * Returns: borrowed from the event; NULL if the index is out of range.
 * Threads: any.
 */
const char *dora_failure_violation(const dora_failure *failure, size_t index);

/**
 * The facts of the response that the event came with.
 *
 * Returns: borrowed from the event; NULL for an event of dora_parse_failure.
 * Threads: any.
 */
const dora_response *dora_failure_response(const dora_failure *failure);

/**
 * Frees an event and all that was borrowed from it. NULL does nothing.
 *
 * Threads: any, once no other thread reads it.
 */
void dora_failure_free(dora_failure *failure);

/* --------------------------------------------------------- Response facts */

/** The HTTP status of the last attempt, 0 for NULL. Threads: any. */
int dora_response_status(const dora_response *response);

/** The protocol's version, static: "1.0", "1.1", "2" or "3". NULL for NULL. Threads: any. */
const char *dora_response_http_version(const dora_response *response);

/**
 * A header of the last attempt's response.
 *
 * Parameters: name  in upper or lower case.
 * Returns: the value without surrounding white space, borrowed from the event
 *          or error; the first one where there are several; NULL if it was not
 *          sent.
 * Threads: any.
 */
const char *dora_response_header(const dora_response *response, const char *name);

/** How many attempts the call took, the last one included; 0 for NULL. Threads: any. */
uint32_t dora_response_attempts(const dora_response *response);

/** The points in time of an attempt. */
enum {
    /** The name was looked up. */
    DORA_PHASE_LOOKUP = 0,
    /** The TCP connection to the server or proxy stood. */
    DORA_PHASE_CONNECT = 1,
    /** The TLS handshake was complete. */
    DORA_PHASE_TLS = 2,
    /** The first byte of the response arrived. */
    DORA_PHASE_FIRST_BYTE = 3,
    /** The response was complete. */
    DORA_PHASE_TOTAL = 4
};

/**
 * How long the last attempt took to reach a point. On a connection that was
 * open already the first three are 0.
 *
 * Parameters: phase  a DORA_PHASE_ constant.
 * Returns: microseconds from the start of the attempt; -1 for an unknown phase
 *          and for NULL.
 * Threads: any.
 */
int64_t dora_response_time_us(const dora_response *response, uint32_t phase);

/**
 * The rate limit as the response's X-RateLimit-Limit, -Remaining, -Period and
 * -Reset give it: requests in a period, requests left, the period in seconds,
 * seconds until it starts anew (a Unix time is converted).
 *
 * Returns: the number; -1 if it was not sent or is no number, and for NULL.
 * Threads: any.
 */
int64_t dora_response_rate_limit(const dora_response *response);
int64_t dora_response_rate_limit_remaining(const dora_response *response);
int64_t dora_response_rate_limit_period_s(const dora_response *response);
int64_t dora_response_rate_limit_reset_s(const dora_response *response);

/* ------------------------------------------------------- Completion queue */

/**
 * Makes a queue that fetches many events side by side, on the thread that calls
 * dora_queue_next: over one HTTP/2 connection where the server speaks it, else
 * over up to max_in_flight HTTP/1.1 ones. Each event is retried as
 * dora_get_failure does, without holding the others up. When the API says that
 * no request remains in the rate limit's window, new ones wait for the next.
 *
 * Parameters: max_in_flight  how many transfers and unread results the queue
 *                            holds at most; 0 = 32. Ids beyond it wait.
 * Returns: the caller's, for dora_queue_free; NULL on failure.
 * Errors: DORA_ERROR_INVALID_ARGUMENT, DORA_ERROR_INTERNAL.
 * Threads: any; the queue then belongs to one thread at a time. A client may
 *          have several queues, and calls beside them. In a child after fork the
 *          queue goes on with a copy of what is pending, on connections of its
 *          own.
 */
DORA_MUST_USE DORA_FREED_BY(dora_queue_free)
dora_queue *dora_queue_new(dora_client *client, uint32_t max_in_flight, dora_error **error);

/**
 * Adds an event to fetch. It never blocks and may be called while results
 * arrive; there may be any number. Nothing is sent before dora_queue_next.
 *
 * Parameters: failure_id  as for dora_get_failure.
 *             tag         any number; the result carries it.
 * Returns: whether it was added.
 * Errors: DORA_ERROR_INVALID_ARGUMENT.
 * Threads: the queue's.
 */
bool dora_queue_add(dora_queue *queue, const char *failure_id, uint64_t tag, dora_error **error);

/**
 * Moves all transfers on and returns the next event that is complete, in the
 * order of completion. Each event that was added is returned exactly once.
 *
 * Parameters: timeout_ms  how long to wait for one: -1 = as long as it takes,
 *                         0 = not at all.
 * Returns: the caller's, for dora_result_free; NULL when nothing is pending or
 *          the time is up (dora_queue_pending tells which).
 * Threads: the queue's.
 */
DORA_MUST_USE DORA_FREED_BY(dora_result_free)
dora_result *dora_queue_next(dora_queue *queue, int64_t timeout_ms);

/** How many events were added and not yet returned; 0 for NULL. Threads: the queue's. */
size_t dora_queue_pending(const dora_queue *queue);

/**
 * Cancels every event with a tag that was not returned yet: it comes as
 * DORA_ERROR_CANCELLED, whether it waited, was in flight, backed off or was
 * ready. It does not count against max_in_flight any more, and the descriptor
 * becomes readable. Over HTTP/1.1 this closes the connection of an event in
 * flight. It takes time in proportion to the ids that wait.
 *
 * Parameters: tag  as given to dora_queue_add.
 * Returns: whether there was such an event; false for NULL.
 * Threads: the queue's.
 * Since: 0.2.0.
 */
bool dora_queue_cancel(dora_queue *queue, uint64_t tag);

/**
 * A descriptor for poll, epoll and event loops. It polls readable whenever
 * dora_queue_next(queue, 0) has something to do, timeouts and retries included:
 * call that until it returns NULL, then poll again. It is level-triggered: a loop
 * that has other work may stop after some results, and finds it readable again.
 * With nothing to do it stays quiet. It is not to be read.
 *
 * Returns: borrowed from the queue, which closes it, and closed on exec; -1 for
 *          NULL, and where the system refuses the timer that it takes. In a child
 *          after fork it is another one: ask again.
 * Threads: the queue's.
 */
int dora_queue_fd(const dora_queue *queue);

/**
 * Drops what is pending and frees a queue, before its client is freed. NULL does
 * nothing.
 *
 * Threads: the queue's.
 */
void dora_queue_free(dora_queue *queue);

/** The number that was given to dora_queue_add; 0 for NULL. Threads: one at a time. */
uint64_t dora_result_tag(const dora_result *result);

/**
 * The id that was given to dora_queue_add, borrowed from the result; NULL for
 * NULL.
 *
 * Threads: one at a time.
 */
const char *dora_result_failure_id(const dora_result *result);

/**
 * What became of the event: exactly one of the two is not NULL, once. After a
 * take both return NULL.
 *
 * Returns: the caller's, for dora_failure_free or dora_error_free.
 * Threads: one at a time.
 */
DORA_MUST_USE DORA_FREED_BY(dora_failure_free)
dora_failure *dora_result_take_failure(dora_result *result);
DORA_MUST_USE DORA_FREED_BY(dora_error_free)
dora_error *dora_result_take_error(dora_result *result);

/**
 * Frees a result and what was not taken from it. NULL does nothing.
 *
 * Threads: one at a time.
 */
void dora_result_free(dora_result *result);

/* ----------------------------------------------------------------- Search */

/** One of the constants below. Since: 0.2.0. */
typedef uint32_t dora_search_status;

enum {
    /** An event was stored in *failure, the caller's, for dora_failure_free. */
    DORA_SEARCH_EVENT = 1,
    /** The time is up; there is more to come. */
    DORA_SEARCH_WAITING = 2,
    /** All events have been handed out. */
    DORA_SEARCH_END = 3,
    /** An error was stored in *error, for dora_error_free. */
    DORA_SEARCH_ERROR = 4
};

/**
 * Makes a search for every incident event with from <= started_at < to, newest
 * first (POST /api/v2/dora/failures). Nothing is sent before dora_search_next.
 *
 * Each event that the endpoint has throughout the search, with a started_at that
 * does not change meanwhile, is handed out exactly once, or the search ends in
 * DORA_ERROR_INCOMPLETE. The order is by second. Events that arrive meanwhile may
 * be missed. The spans of two searches that share a bound share no event. Events
 * without an id, or without a readable or plausible started_at, are handed out
 * too.
 *
 * Parameters: query         in Datadog's search syntax, sent as it is; at most
 *                           4,096 bytes; NULL or "" = all.
 *             from_unix_ns  the first instant, nanoseconds since 1970 UTC;
 *                           INT64_MIN = no bound.
 *             to_unix_ns    the instant after the last; INT64_MAX = no bound.
 * Returns: the caller's, for dora_search_free; NULL on failure.
 * Errors: DORA_ERROR_INVALID_ARGUMENT: no client; a query that is too long or not
 *         UTF-8; from_unix_ns >= to_unix_ns; a to_unix_ns below 10^17, which is no
 *         number of nanoseconds. DORA_ERROR_INTERNAL; DORA_ERROR_CONNECTION where
 *         the system refuses a descriptor.
 * Threads: any; the search then belongs to one thread at a time. A client may have
 *          several searches, and queues and calls beside them.
 * Since: 0.2.0.
 */
DORA_MUST_USE DORA_FREED_BY(dora_search_free)
dora_search *dora_search_failures(dora_client *client, const char *query, int64_t from_unix_ns, int64_t to_unix_ns,
                                  dora_error **error);

/**
 * How many events to ask for at a time. The search may ask for fewer or more where
 * it must.
 *
 * Parameters: events  1 to 1,000, the most that the API gives; 0 = 1,000, the
 *                     default.
 * Returns: whether it was set.
 * Errors: DORA_ERROR_INVALID_ARGUMENT: over 1,000, or after the first
 *         dora_search_next.
 * Threads: the search's.
 * Since: 0.2.0.
 */
bool dora_search_set_page_size(dora_search *search, uint32_t events, dora_error **error);

/**
 * The next event. Once half of a page was handed out, the next page is on its way.
 *
 * A page is a call like dora_get_failure: with its deadline and retries, its limit
 * of the body, and the rate limit's window kept as a queue does. What the caller
 * spends outside of this function counts against no deadline. A page whose body is
 * over its limit is asked for in halves.
 *
 * After DORA_SEARCH_ERROR the search is where it was: call again, and it goes on,
 * with the same page asked for anew. DORA_ERROR_INCOMPLETE stays. In strict mode an
 * event that departs from the documented schema is a DORA_ERROR_MALFORMED_RESPONSE
 * in its place, with the event's JSON in dora_error_body; the next call goes on
 * behind it. After dora_client_cancel the next call is DORA_ERROR_CANCELLED; the
 * one behind it goes on.
 *
 * dora_failure_json of an event is {"data": and the item as it was received and },
 * as if it had been fetched alone; dora_failure_response is that of its page.
 *
 * Parameters: timeout_ms  how long to wait: -1 = as long as it takes, 0 = not at
 *                         all.
 *             failure     where to store the event. Always written: NULL unless
 *                         DORA_SEARCH_EVENT is returned.
 * Returns: a DORA_SEARCH_ constant.
 * Errors: those of dora_get_failure; DORA_ERROR_INCOMPLETE;
 *         DORA_ERROR_INVALID_ARGUMENT for NULL, with nothing consumed.
 * Threads: the search's.
 * Since: 0.2.0.
 */
DORA_MUST_USE
dora_search_status dora_search_next(dora_search *search, int64_t timeout_ms, dora_failure **failure,
                                    dora_error **error);

/**
 * A descriptor for poll, epoll and event loops, as dora_queue_fd. It is readable
 * from the start until dora_search_next says DORA_SEARCH_WAITING, then whenever
 * dora_search_next(search, 0, ...) has something to do. It is quiet after
 * DORA_SEARCH_ERROR until dora_search_next is called again, and after
 * DORA_SEARCH_END for good.
 *
 * Returns: borrowed from the search, which closes it, and closed on exec; -1 for
 *          NULL, and where the system refuses the timer that it takes. In a child
 *          after fork it is another one: ask again.
 * Threads: the search's.
 * Since: 0.2.0.
 */
int dora_search_fd(const dora_search *search);

/**
 * Drops what is pending and frees a search, before its client is freed. Events that
 * it handed out live on. NULL does nothing. As dora_queue_free, it must not be
 * called by a logger.
 *
 * Threads: the search's.
 * Since: 0.2.0.
 */
void dora_search_free(dora_search *search);

#undef DORA_MUST_USE
#undef DORA_FREED_BY

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
