/* SPDX-License-Identifier: Apache-2.0 */
/* The class under Client of dora.js. libuv watches the completion queue: nothing blocks, and no thread is used. */
#define NAPI_VERSION 8
#define UNUSED __attribute__((unused))
#include <dora.h>
#include <node_api.h>
#include <stdlib.h>
#include <uv.h>

struct client {
    uv_poll_t poll; /* the first member: libuv's handle is the client; active while calls are pending */
    napi_async_context context;
    dora_client *client;
    dora_queue *queue;
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
        {"id", dora_failure_id(failure)}, {"type", dora_failure_type(failure)}, {"name", dora_failure_name(failure)},
        {"env", dora_failure_env(failure)}, {"team", dora_failure_team(failure)},
        {"severity", dora_failure_severity(failure)}, {"gitCommitSha", dora_failure_git_commit_sha(failure)},
        {"version", dora_failure_version(failure)}, {"gitRepositoryUrl", dora_failure_git_repository_url(failure)},
        {"message", dora_error_message(error)}, {"gitRepositoryId", dora_failure_git_repository_id(failure)},
        {"json", dora_failure_json(failure, NULL)}, {"code", dora_error_code_name(dora_error_get_code(error))},
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

/* Resolves the promises of the calls that are complete. Closing the scope runs what awaits them. */
static void on_readable(uv_poll_t *poll, int status UNUSED, int events UNUSED) {
    struct client *client = (struct client *)poll;
    napi_env env = poll->data;
    napi_handle_scope handles;
    napi_callback_scope callbacks;
    dora_result *result;
    napi_open_handle_scope(env, &handles);
    napi_open_callback_scope(env, NULL, client->context, &callbacks);
    while ((result = dora_queue_next(client->queue, 0)) != NULL) {
        napi_deferred call = (napi_deferred)(uintptr_t)dora_result_tag(result);
        napi_resolve_deferred(env, call, facts(env, dora_result_take_failure(result), dora_result_take_error(result)));
        dora_result_free(result);
    }
    if (dora_queue_pending(client->queue) == 0) uv_poll_stop(poll);
    napi_close_callback_scope(env, callbacks);
    napi_close_handle_scope(env, handles);
}

/* The object was closed or collected, or the environment ends. */
static void finalize(napi_env env, void *data, void *hint UNUSED) {
    struct client *client = data;
    uv_close(data, (uv_close_cb)free);
    napi_async_destroy(env, client->context);
    dora_queue_free(client->queue);
    dora_client_free(client->client);
}

/* new NativeClient(site, apiKey, appKey, accessToken, baseUrl, caFile, timeoutMs), the texts as Buffers with a NUL. */
static napi_value construct(napi_env env, napi_callback_info info) {
    void (*const setters[])(dora_config *, const char *) = {
        dora_config_set_site, dora_config_set_api_key, dora_config_set_app_key,
        dora_config_set_access_token, dora_config_set_base_url, dora_config_set_ca_file,
    };
    napi_value self, name, arguments[7];
    size_t count = 7;
    dora_config *config = dora_config_new();
    dora_error *error = NULL;
    void *text;
    uint32_t ms;
    uv_loop_t *loop;
    napi_get_cb_info(env, info, &count, arguments, &self, NULL);
    for (size_t i = 0; i < sizeof setters / sizeof setters[0]; i++)
        if (napi_get_typedarray_info(env, arguments[i], NULL, NULL, &text, NULL, NULL) == napi_ok)
            setters[i](config, text);
    if (napi_get_value_uint32(env, arguments[6], &ms) == napi_ok) dora_config_set_timeout_ms(config, ms);
    dora_client *dora = dora_client_new(config, &error);
    dora_queue *queue = dora != NULL ? dora_queue_new(dora, 0, &error) : NULL;
    dora_config_free(config);
    if (error != NULL) {
        napi_throw_error(env, dora_error_code_name(dora_error_get_code(error)), dora_error_message(error));
        dora_error_free(error);
        dora_client_free(dora);
        return NULL;
    }
    struct client *client = malloc(sizeof *client);
    if (client == NULL) abort();
    *client = (struct client){.poll.data = env, .client = dora, .queue = queue};
    napi_get_uv_event_loop(env, &loop);
    uv_poll_init(loop, &client->poll, dora_queue_fd(queue));
    napi_create_string_utf8(env, "dora.Client", NAPI_AUTO_LENGTH, &name);
    napi_async_init(env, self, name, &client->context);
    napi_wrap(env, self, client, finalize, NULL, NULL);
    return self;
}

/* Returns the client of a method's object; after close NULL, with an exception. */
static struct client *receive(napi_env env, napi_callback_info info, napi_value *self, napi_value *argument) {
    void *client = NULL;
    size_t count = 1;
    napi_get_cb_info(env, info, &count, argument, self, NULL);
    if (napi_unwrap(env, *self, &client) != napi_ok) napi_throw_error(env, "ERR_CLIENT_CLOSED", "the client is closed");
    return client;
}

static napi_value get_failure(napi_env env, napi_callback_info info) {
    napi_value self, id, promise;
    napi_deferred call;
    dora_error *error = NULL;
    void *text = NULL;
    struct client *client = receive(env, info, &self, &id);
    if (client == NULL) return NULL;
    napi_get_typedarray_info(env, id, NULL, NULL, &text, NULL, NULL);
    napi_create_promise(env, &call, &promise);
    napi_set_named_property(env, promise, "client", self); /* keeps it from being collected before */
    if (!dora_queue_add(client->queue, text, (uintptr_t)call, &error))
        napi_resolve_deferred(env, call, facts(env, NULL, error));
    else if (dora_queue_pending(client->queue) == 1)
        uv_poll_start(&client->poll, UV_READABLE, on_readable);
    return promise;
}

static napi_value close_client(napi_env env, napi_callback_info info) {
    napi_value self;
    struct client *client = receive(env, info, &self, NULL);
    if (client == NULL) return NULL;
    napi_remove_wrap(env, self, NULL);
    dora_client_cancel(client->client);
    while (dora_queue_pending(client->queue) > 0) on_readable(&client->poll, 0, 0);
    finalize(env, client, NULL);
    return NULL;
}

NAPI_MODULE_INIT() {
    const napi_property_descriptor methods[] = {
        {.utf8name = "getFailure", .method = get_failure}, {.utf8name = "close", .method = close_client}
    };
    napi_define_class(env, "NativeClient", NAPI_AUTO_LENGTH, construct, NULL, 2, methods, &exports);
    return exports;
}
