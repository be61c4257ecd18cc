/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*set)(dora_config *, const char *);
} settings[] = {
    {"site", dora_config_set_site},
    {"apiKey", dora_config_set_api_key},
    {"appKey", dora_config_set_app_key},
    {"accessToken", dora_config_set_access_token},
    {"baseUrl", dora_config_set_base_url},
    {"caFile", dora_config_set_ca_file},
};

char *copy_text(napi_env env, napi_value value)
{
    size_t length;
    char *text;

    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
        napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "a string is expected");
        return NULL;
    }
    text = malloc(length + 1);
    if (text == NULL) {
        napi_throw_error(env, NULL, "out of memory");
        return NULL;
    }
    napi_get_value_string_utf8(env, value, text, length + 1, &length);
    if (strlen(text) != length) {
        napi_throw_type_error(env, "ERR_INVALID_ARG_VALUE", "a string with a NUL is not possible here");
        free(text);
        return NULL;
    }
    return text;
}

/* Returns the property, or NULL if it is undefined or there is an exception. */
static napi_value property(napi_env env, napi_value object, const char *name)
{
    napi_value value;
    napi_valuetype type = napi_undefined;

    if (napi_get_named_property(env, object, name, &value) == napi_ok) {
        napi_typeof(env, value, &type);
    }
    return type == napi_undefined ? NULL : value;
}

bool configure(napi_env env, napi_value options, dora_config *config)
{
    napi_value value;
    bool has_exception;
    double ms;
    size_t i;

    for (i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if ((value = property(env, options, settings[i].name)) != NULL) {
            char *text = copy_text(env, value);
            settings[i].set(config, text);
            free(text);
        }
    }
    if ((value = property(env, options, "timeoutMs")) != NULL) {
        if (napi_get_value_double(env, value, &ms) != napi_ok || !(ms > 0 && ms <= UINT32_MAX)) {
            napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "timeoutMs must be a number above 0");
        } else {
            dora_config_set_timeout_ms(config, ms < 1 ? 1 : (uint32_t)ms);
        }
    }
    napi_is_exception_pending(env, &has_exception);
    return !has_exception;
}
