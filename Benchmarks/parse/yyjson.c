/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <yyjson.h>

static uint64_t text(yyjson_val *object, const char *name)
{
    return taken(yyjson_get_str(yyjson_obj_get(object, name)));
}

/* A list of strings, or one string. */
static uint64_t texts(yyjson_val *value)
{
    if (!yyjson_is_arr(value))
        return taken(yyjson_get_str(value));
    uint64_t result = 0;
    size_t index, count;
    yyjson_val *element;
    yyjson_arr_foreach(value, index, count, element) {
        result += taken(yyjson_get_str(element));
    }
    return result;
}

/* An integer. A date-time is taken as text, which libdora converts. */
static uint64_t time_of(yyjson_val *object, const char *name)
{
    yyjson_val *value = yyjson_obj_get(object, name);
    return yyjson_is_str(value) ? taken(yyjson_get_str(value)) : (uint64_t)yyjson_get_sint(value);
}

static uint64_t tags_of(yyjson_val *custom)
{
    uint64_t result = 0;
    size_t index, count;
    yyjson_val *key, *value;
    yyjson_obj_foreach(custom, index, count, key, value) {
        result += taken(yyjson_get_str(key)) + texts(value);
    }
    return result;
}

static uint64_t read_event(const char *json, size_t length)
{
    yyjson_doc *document = yyjson_read(json, length, 0);
    if (!document)
        return 0;
    yyjson_val *data = yyjson_obj_get(yyjson_doc_get_root(document), "data");
    yyjson_val *attributes = yyjson_obj_get(data, "attributes");
    yyjson_val *git = yyjson_obj_get(attributes, "git");
    uint64_t result = 1 + text(data, "id") + text(data, "type") + text(attributes, "name");
    result += text(attributes, "severity") + text(attributes, "version");
    result += texts(yyjson_obj_get(attributes, "env")) + texts(yyjson_obj_get(attributes, "team"));
    result += text(git, "commit_sha") + text(git, "repository_url");
    result += time_of(attributes, "started_at") + time_of(attributes, "finished_at");
    result += texts(yyjson_obj_get(attributes, "services")) + texts(yyjson_obj_get(attributes, "service"));
    result += texts(yyjson_obj_get(attributes, "custom_tags")) + tags_of(yyjson_obj_get(attributes, "custom"));
    yyjson_doc_free(document);
    return result;
}
