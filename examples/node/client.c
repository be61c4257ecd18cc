/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The class under dora.js: a client with its queue, or a search. No function blocks, and there is no
 * thread: libuv watches the descriptor and calls the method onReadable, which takes what is there.
 */
#define NAPI_VERSION 8
#define UNUSED __attribute__((unused))
#include <dora.h>
#include <node_api.h>
#include <stdlib.h>
#include <uv.h>

/* Shared by a client and its searches: the last one frees it. */
struct connection {
    dora_client *client;
    size_t users;
};

struct source {
    napi_env env;
    napi_ref self; /* strong while the descriptor is watched */
    napi_async_context context;
    struct connection *connection; /* NULL once closed */
    dora_queue *queue;             /* of a client */
    dora_search *search;           /* of a search */
    uv_poll_t *poll;
};

static napi_value list_value(napi_env env, dora_failure *failure, const char *(*get)(const dora_failure *, size_t)) {
    napi_value list, item;
    napi_create_array(env, &list);
    for (uint32_t i = 0; get(failure, i) != NULL; i++) {
        napi_create_string_utf8(env, get(failure, i), NAPI_AUTO_LENGTH, &item);
        napi_set_element(env, list, i, item);
    }
    return list;
}

/* Sets a property to what `create` stores in `value`, or to null where it stores nothing, as for a NULL text. */
#define SET(key, create) (napi_get_null(env, &value), create, napi_set_named_property(env, object, key, value))

/* Frees the event and the error. What the one that is NULL would tell is null, empty or 0. */
static napi_value facts(napi_env env, dora_failure *failure, dora_error *error) {
    const char *const texts[][2] = {
        {"id", dora_failure_id(failure)}, {"name", dora_failure_name(failure)}, {"env", dora_failure_env(failure)},
        {"team", dora_failure_team(failure)}, {"severity", dora_failure_severity(failure)},
        {"commitSha", dora_failure_git_commit_sha(failure)}, {"version", dora_failure_version(failure)},
        {"repositoryUrl", dora_failure_git_repository_url(failure)}, {"message", dora_error_message(error)},
        {"code", dora_error_code_name(dora_error_get_code(error))},
    };
    napi_value object, value;
    int64_t ns;
    napi_create_object(env, &object);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        SET(texts[i][0], napi_create_string_utf8(env, texts[i][1], NAPI_AUTO_LENGTH, &value));
    SET("services", value = list_value(env, failure, dora_failure_service));
    SET("customTags", value = list_value(env, failure, dora_failure_custom_tag));
    SET("startedAtNs", dora_failure_started_at(failure, &ns) && napi_create_bigint_int64(env, ns, &value));
    SET("finishedAtNs", dora_failure_finished_at(failure, &ns) && napi_create_bigint_int64(env, ns, &value));
    SET("httpStatus", napi_create_int32(env, dora_response_status(dora_error_response(error)), &value));
    SET("isRetryable", napi_get_boolean(env, dora_error_is_retryable(error), &value));
    SET("retryAfterMs", napi_create_int64(env, dora_error_retry_after_ms(error), &value));
    dora_failure_free(failure);
    dora_error_free(error);
    return object;
}

static napi_value throw_error(napi_env env, dora_error *error) {
    napi_throw_error(env, dora_error_code_name(dora_error_get_code(error)), dora_error_message(error));
    dora_error_free(error);
    return NULL;
}

static void leave(struct connection *connection) {
    if (--connection->users == 0) {
        dora_client_free(connection->client);
        free(connection);
    }
}

static void set_watched(struct source *source, bool is_watched);

static void close_source(struct source *source) {
    if (source->connection == NULL) return;
    set_watched(source, false);
    uv_close((uv_handle_t *)source->poll, (uv_close_cb)free);
    dora_queue_free(source->queue);
    dora_search_free(source->search);
    leave(source->connection);
    source->connection = NULL;
}

/* The object was collected, or the environment ends. */
static void finalize(napi_env env, void *data, void *hint UNUSED) {
    struct source *source = data;
    close_source(source);
    napi_async_destroy(env, source->context);
    napi_delete_reference(env, source->self);
    free(source);
}

static void on_readable(uv_poll_t *poll, int status UNUSED, int events UNUSED) {
    struct source *source = poll->data;
    napi_handle_scope handles;
    napi_value self, method;
    napi_open_handle_scope(source->env, &handles);
    napi_get_reference_value(source->env, source->self, &self);
    napi_get_named_property(source->env, self, "onReadable", &method);
    napi_make_callback(source->env, source->context, self, method, 0, NULL, NULL);
    napi_close_handle_scope(source->env, handles);
}

static void set_watched(struct source *source, bool is_watched) {
    if (is_watched == (uv_is_active((uv_handle_t *)source->poll) != 0)) return;
    if (is_watched) {
        uv_poll_start(source->poll, UV_READABLE, on_readable);
        napi_reference_ref(source->env, source->self, NULL);
    } else {
        uv_poll_stop(source->poll);
        napi_reference_unref(source->env, source->self, NULL);
    }
}

/* The text in a Buffer that ends in a NUL; NULL for anything else. */
static const char *text(napi_env env, napi_value buffer) {
    void *data = NULL;
    napi_get_typedarray_info(env, buffer, NULL, NULL, &data, NULL, NULL);
    return data;
}

static struct connection *connect_client(napi_value *arguments, napi_env env, dora_error **error) {
    dora_config *config = dora_config_new();
    uint32_t ms;
    if (text(env, arguments[0]) != NULL) dora_config_set_base_url(config, text(env, arguments[0]));
    if (text(env, arguments[1]) != NULL) dora_config_set_ca_file(config, text(env, arguments[1]));
    if (napi_get_value_uint32(env, arguments[2], &ms) == napi_ok) dora_config_set_timeout_ms(config, ms);
    dora_client *client = dora_client_new(config, error);
    dora_config_free(config);
    struct connection *connection = client != NULL ? malloc(sizeof *connection) : NULL;
    if (connection != NULL) *connection = (struct connection){.client = client};
    return connection;
}

/* new Native(baseUrl, caFile, timeoutMs) or new Native(native, query, fromNs, toNs), the texts as Buffers. */
static napi_value construct(napi_env env, napi_callback_info info) {
    napi_value self, name, arguments[4];
    size_t count = 4;
    struct source *client = NULL, *source = calloc(1, sizeof *source);
    uv_poll_t *poll = calloc(1, sizeof *poll);
    dora_error *error = NULL;
    uv_loop_t *loop;
    if (source == NULL || poll == NULL) abort();
    napi_get_cb_info(env, info, &count, arguments, &self, NULL);
    if (napi_unwrap(env, arguments[0], (void **)&client) == napi_ok) {
        dora_client *shared = client->connection != NULL ? client->connection->client : NULL;
        int64_t from = INT64_MIN, to = INT64_MAX;
        bool lossless;
        napi_get_value_bigint_int64(env, arguments[2], &from, &lossless);
        napi_get_value_bigint_int64(env, arguments[3], &to, &lossless);
        source->connection = client->connection;
        source->search = dora_search_failures(shared, text(env, arguments[1]), from, to, &error);
    } else if ((source->connection = connect_client(arguments, env, &error)) != NULL) {
        source->queue = dora_queue_new(source->connection->client, 0, &error);
    }
    if (error != NULL) {
        if (source->connection != NULL && source->connection->users++ == 0) leave(source->connection);
        free(source);
        free(poll);
        return throw_error(env, error);
    }
    source->connection->users++;
    source->env = env;
    source->poll = poll;
    poll->data = source;
    napi_get_uv_event_loop(env, &loop);
    uv_poll_init(loop, poll, source->search != NULL ? dora_search_fd(source->search) : dora_queue_fd(source->queue));
    napi_create_string_utf8(env, "dora", NAPI_AUTO_LENGTH, &name);
    napi_async_init(env, self, name, &source->context);
    napi_wrap(env, self, source, finalize, NULL, &source->self);
    return self;
}

/* What a method's object holds; once closed NULL, with an exception. */
static struct source *receive(napi_env env, napi_callback_info info, size_t count, napi_value *arguments) {
    struct source *source = NULL;
    napi_value self;
    napi_get_cb_info(env, info, &count, arguments, &self, NULL);
    napi_unwrap(env, self, (void **)&source);
    if (source != NULL && source->connection != NULL) return source;
    napi_throw_error(env, "ERR_CLIENT_CLOSED", "the client is closed");
    return NULL;
}

/* add(id, tag) */
static napi_value add(napi_env env, napi_callback_info info) {
    napi_value arguments[2];
    dora_error *error = NULL;
    int64_t tag = 0;
    struct source *source = receive(env, info, 2, arguments);
    if (source == NULL) return NULL;
    napi_get_value_int64(env, arguments[1], &tag);
    if (!dora_queue_add(source->queue, text(env, arguments[0]), (uint64_t)tag, &error)) return throw_error(env, error);
    return NULL;
}

/* cancel(tag) */
static napi_value cancel(napi_env env, napi_callback_info info) {
    napi_value argument;
    int64_t tag = 0;
    struct source *source = receive(env, info, 1, &argument);
    if (source == NULL) return NULL;
    napi_get_value_int64(env, argument, &tag);
    dora_queue_cancel(source->queue, (uint64_t)tag);
    return NULL;
}

/* take() returns an event or error, of a queue with its tag; undefined: later; null: the end of a search. */
static napi_value take(napi_env env, napi_callback_info info) {
    napi_value object = NULL, value;
    struct source *source = receive(env, info, 0, NULL);
    if (source == NULL) return NULL;
    if (source->search != NULL) {
        dora_failure *failure = NULL;
        dora_error *error = NULL;
        dora_search_status status = dora_search_next(source->search, 0, &failure, &error);
        if (status == DORA_SEARCH_WAITING) return NULL;
        if (status != DORA_SEARCH_END) return facts(env, failure, error);
        napi_get_null(env, &object);
        return object;
    }
    dora_result *result = dora_queue_next(source->queue, 0);
    if (result == NULL) return NULL;
    object = facts(env, dora_result_take_failure(result), dora_result_take_error(result));
    SET("tag", napi_create_int64(env, (int64_t)dora_result_tag(result), &value));
    dora_result_free(result);
    return object;
}

/* watch(isWatched): whether onReadable is called, which keeps the program alive. */
static napi_value watch(napi_env env, napi_callback_info info) {
    napi_value argument;
    bool is_watched = false;
    struct source *source = receive(env, info, 1, &argument);
    if (source == NULL) return NULL;
    napi_get_value_bool(env, argument, &is_watched);
    set_watched(source, is_watched);
    return NULL;
}

/* close(), also more than once */
static napi_value close_method(napi_env env, napi_callback_info info) {
    struct source *source = NULL;
    napi_value self;
    napi_get_cb_info(env, info, NULL, NULL, &self, NULL);
    napi_unwrap(env, self, (void **)&source);
    if (source != NULL) close_source(source);
    return NULL;
}

NAPI_MODULE_INIT() {
    const napi_property_descriptor methods[] = {
        {.utf8name = "add", .method = add}, {.utf8name = "cancel", .method = cancel},
        {.utf8name = "take", .method = take}, {.utf8name = "watch", .method = watch},
        {.utf8name = "close", .method = close_method},
    };
    napi_define_class(env, "Native", NAPI_AUTO_LENGTH, construct, NULL, sizeof methods / sizeof methods[0], methods,
                      &exports);
    return exports;
}
