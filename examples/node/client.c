/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The class Client of dora.d.ts. Requests run on libdora's completion queue, which
 * libuv watches: the event loop never blocks, and no thread is used.
 */
#include "values.h"

#include <stdlib.h>
#include <uv.h>

struct client {
    napi_env env;
    napi_ref self; /* strong while events are pending */
    napi_async_context context;
    dora_client *client;
    dora_queue *queue; /* NULL after close */
    uv_poll_t *poll;   /* libuv may hold it for longer than this */
};

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

/* Drops what is pending. */
static void shut_down(struct client *client)
{
    uv_close((uv_handle_t *)client->poll, free_handle);
    dora_queue_free(client->queue);
    dora_client_free(client->client);
    client->queue = NULL;
}

/* Nothing is pending: the program may end, and the object be collected. */
static void rest(struct client *client)
{
    uv_poll_stop(client->poll);
    napi_reference_unref(client->env, client->self, NULL);
}

/* libuv found the queue's descriptor readable. The scope runs what awaits the promises. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct client *client = poll->data;
    napi_env env = client->env;
    napi_handle_scope handles;
    napi_callback_scope callbacks;
    napi_value self;
    dora_result *result;

    (void)status;
    (void)events;
    napi_open_handle_scope(env, &handles);
    napi_get_reference_value(env, client->self, &self);
    napi_open_callback_scope(env, self, client->context, &callbacks);
    while ((result = dora_queue_next(client->queue, 0)) != NULL) {
        settle(env, result);
    }
    if (dora_queue_pending(client->queue) == 0) {
        rest(client);
    }
    napi_close_callback_scope(env, callbacks);
    napi_close_handle_scope(env, handles);
}

/* The object was collected, or the environment ends. */
static void finalize(napi_env env, void *data, void *hint)
{
    struct client *client = data;

    (void)hint;
    if (client->queue != NULL) {
        shut_down(client);
    }
    napi_async_destroy(env, client->context);
    napi_delete_reference(env, client->self);
    free(client);
}

static void wrap(napi_env env, napi_value self, dora_client *dora, dora_queue *queue)
{
    struct client *client = calloc(1, sizeof *client);
    uv_poll_t *poll = calloc(1, sizeof *poll);
    napi_value name;
    uv_loop_t *loop;

    if (client == NULL || poll == NULL) {
        napi_fatal_error("dora", NAPI_AUTO_LENGTH, "out of memory", NAPI_AUTO_LENGTH);
    }
    *client = (struct client){.env = env, .client = dora, .queue = queue, .poll = poll};
    napi_get_uv_event_loop(env, &loop);
    uv_poll_init(loop, poll, dora_queue_fd(queue));
    poll->data = client;
    napi_create_string_utf8(env, "dora.Client", NAPI_AUTO_LENGTH, &name);
    napi_async_init(env, self, name, &client->context);
    napi_wrap(env, self, client, finalize, NULL, NULL);
    napi_create_reference(env, self, 0, &client->self);
}

/* new Client(options) */
static napi_value construct(napi_env env, napi_callback_info info)
{
    napi_value options, self;
    size_t count = 1;
    dora_config *config = dora_config_new();
    dora_client *client = NULL;
    dora_queue *queue = NULL;
    dora_error *error = NULL;

    napi_get_cb_info(env, info, &count, &options, &self, NULL);
    if (configure(env, options, config)) {
        client = dora_client_new(config, &error);
        queue = client != NULL ? dora_queue_new(client, 0, &error) : NULL;
    }
    dora_config_free(config);
    if (queue != NULL) {
        wrap(env, self, client, queue);
        return self;
    }
    if (error != NULL) {
        napi_throw(env, error_value(env, error));
        dora_error_free(error);
    }
    dora_client_free(client);
    return NULL;
}

/* Returns the open client that a method was called on, or NULL with an exception. */
static struct client *receiver(napi_env env, napi_callback_info info, size_t count, napi_value *arguments)
{
    napi_value self;
    void *wrapped = NULL;
    struct client *client;

    napi_get_cb_info(env, info, &count, arguments, &self, NULL);
    napi_unwrap(env, self, &wrapped);
    client = wrapped;
    if (client == NULL || client->queue == NULL) {
        napi_throw_error(env, "ERR_CLIENT_CLOSED", "the client is closed");
        return NULL;
    }
    return client;
}

/* client.getFailure(id) */
static napi_value get_failure(napi_env env, napi_callback_info info)
{
    napi_value id, promise, reason;
    napi_deferred deferred;
    dora_error *error = NULL;
    struct client *client = receiver(env, info, 1, &id);
    char *text = client != NULL ? copy_text(env, id) : NULL;

    napi_get_and_clear_last_exception(env, &reason);
    napi_create_promise(env, &deferred, &promise);
    if (text == NULL) {
        napi_reject_deferred(env, deferred, reason);
    } else if (!dora_queue_add(client->queue, text, (uintptr_t)deferred, &error)) {
        napi_reject_deferred(env, deferred, error_value(env, error));
        dora_error_free(error);
    } else if (dora_queue_pending(client->queue) == 1) {
        napi_reference_ref(env, client->self, NULL);
        uv_poll_start(client->poll, UV_READABLE, on_readable);
    }
    free(text);
    return promise;
}

/* client.close() */
static napi_value close_client(napi_env env, napi_callback_info info)
{
    struct client *client = receiver(env, info, 0, NULL);

    if (client != NULL) {
        bool is_active = dora_queue_pending(client->queue) > 0;
        dora_result *result;

        dora_client_cancel(client->client);
        while ((result = dora_queue_next(client->queue, -1)) != NULL) {
            settle(env, result);
        }
        if (is_active) {
            rest(client);
        }
        shut_down(client);
    }
    return NULL;
}

NAPI_MODULE_INIT()
{
    const napi_property_descriptor methods[] = {
        {.utf8name = "getFailure", .method = get_failure, .attributes = napi_default_method},
        {.utf8name = "close", .method = close_client, .attributes = napi_default_method},
    };
    napi_value class;

    napi_define_class(env, "Client", NAPI_AUTO_LENGTH, construct, NULL, 2, methods, &class);
    napi_set_named_property(env, exports, "Client", class);
    return exports;
}
