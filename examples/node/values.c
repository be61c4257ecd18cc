/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

static const struct {
    const char *name;
    const char *(*get)(const dora_failure *);
} texts[] = {
    {"id", dora_failure_id},
    {"type", dora_failure_type},
    {"name", dora_failure_name},
    {"env", dora_failure_env},
    {"severity", dora_failure_severity},
    {"team", dora_failure_team},
    {"version", dora_failure_version},
    {"gitCommitSha", dora_failure_git_commit_sha},
    {"gitRepositoryUrl", dora_failure_git_repository_url},
    {"gitRepositoryId", dora_failure_git_repository_id},
};

static napi_value text_value(napi_env env, const char *text)
{
    napi_value value;

    if (text == NULL) {
        napi_get_null(env, &value);
    } else {
        napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
    }
    return value;
}

static napi_value list_value(napi_env env, const dora_failure *failure, size_t count,
                             const char *(*get)(const dora_failure *, size_t))
{
    napi_value list;
    size_t i;

    napi_create_array_with_length(env, count, &list);
    for (i = 0; i < count; i++) {
        napi_set_element(env, list, (uint32_t)i, text_value(env, get(failure, i)));
    }
    return list;
}

/* A Date holds milliseconds only: the exact time stands beside it. */
static void set_time(napi_env env, napi_value event, const char *date_name, const char *ns_name, bool is_there,
                     int64_t unix_ns)
{
    napi_value date, ns;

    if (is_there) {
        int64_t ms = unix_ns / 1000000 - (unix_ns % 1000000 < 0);
        napi_create_date(env, (double)ms, &date);
        napi_create_bigint_int64(env, unix_ns, &ns);
    } else {
        napi_get_null(env, &date);
        napi_get_null(env, &ns);
    }
    napi_set_named_property(env, event, date_name, date);
    napi_set_named_property(env, event, ns_name, ns);
}

static napi_value event_value(napi_env env, const dora_failure *failure)
{
    napi_value event, json;
    int64_t started_ns = 0, finished_ns = 0;
    bool has_started = dora_failure_started_at(failure, &started_ns);
    bool has_finished = dora_failure_finished_at(failure, &finished_ns);
    size_t length, i;
    const char *body = dora_failure_json(failure, &length);

    napi_create_object(env, &event);
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        napi_set_named_property(env, event, texts[i].name, text_value(env, texts[i].get(failure)));
    }
    napi_set_named_property(env, event, "services",
                            list_value(env, failure, dora_failure_service_count(failure), dora_failure_service));
    napi_set_named_property(env, event, "customTags",
                            list_value(env, failure, dora_failure_custom_tag_count(failure), dora_failure_custom_tag));
    set_time(env, event, "startedAt", "startedAtNs", has_started, started_ns);
    set_time(env, event, "finishedAt", "finishedAtNs", has_finished, finished_ns);
    napi_create_string_utf8(env, body, length, &json);
    napi_set_named_property(env, event, "json", json);
    return event;
}

napi_value error_value(napi_env env, const dora_error *error)
{
    napi_value value, http_status, is_retryable, retry_after_ms;

    napi_create_error(env, text_value(env, dora_error_code_name(dora_error_get_code(error))),
                      text_value(env, dora_error_message(error)), &value);
    napi_create_int32(env, dora_response_status(dora_error_response(error)), &http_status);
    napi_get_boolean(env, dora_error_is_retryable(error), &is_retryable);
    napi_create_int64(env, dora_error_retry_after_ms(error), &retry_after_ms);
    napi_set_named_property(env, value, "httpStatus", http_status);
    napi_set_named_property(env, value, "isRetryable", is_retryable);
    napi_set_named_property(env, value, "retryAfterMs", retry_after_ms);
    return value;
}

void settle(napi_env env, dora_result *result)
{
    napi_deferred deferred = (napi_deferred)(uintptr_t)dora_result_tag(result);
    dora_failure *failure = dora_result_take_failure(result);

    if (failure != NULL) {
        napi_resolve_deferred(env, deferred, event_value(env, failure));
        dora_failure_free(failure);
    } else {
        dora_error *error = dora_result_take_error(result);
        napi_reject_deferred(env, deferred, error_value(env, error));
        dora_error_free(error);
    }
    dora_result_free(result);
}
