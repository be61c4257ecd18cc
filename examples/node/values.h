/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to JavaScript and what comes from it; see dora.d.ts. */
#ifndef VALUES_H
#define VALUES_H

#define NAPI_VERSION 8
#include <node_api.h>

#include <dora.h>

napi_value error_value(napi_env env, const dora_error *error);
/* Settles the promise whose napi_deferred is the result's tag, and frees the result. */
void settle(napi_env env, dora_result *result);

/* Returns a copy for free(), or NULL with an exception: C would cut a text with a NUL short. */
char *copy_text(napi_env env, napi_value value);
/* Returns whether the options could be taken over; if not, there is an exception. */
bool configure(napi_env env, napi_value options, dora_config *config);

#endif
