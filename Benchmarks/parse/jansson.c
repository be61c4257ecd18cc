/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <jansson.h>

static uint64_t text(const json_t *object, const char *name)
{
    return taken(json_string_value(json_object_get(object, name)));
}

static uint64_t list(const json_t *object, const char *name)
{
    uint64_t result = 0;
    size_t index;
    const json_t *element;
    const json_t *array = json_object_get(object, name);
    json_array_foreach (array, index, element)
        result += taken(json_string_value(element));
    return result;
}

static uint64_t read_event(const char *json, size_t length)
{
    json_t *document = json_loadb(json, length, 0, NULL);
    const json_t *data = json_object_get(document, "data");
    const json_t *attributes = json_object_get(data, "attributes");
    const json_t *git = json_object_get(attributes, "git");
    uint64_t result = 0;
    if (attributes) {
        result = 1 + text(data, "id") + text(data, "type") + text(attributes, "name") + text(attributes, "env");
        result += text(attributes, "severity") + text(attributes, "team") + text(attributes, "version");
        result += text(git, "commit_sha") + text(git, "repository_url");
        result += (uint64_t)json_integer_value(json_object_get(attributes, "started_at"));
        result += (uint64_t)json_integer_value(json_object_get(attributes, "finished_at"));
        result += list(attributes, "services") + list(attributes, "custom_tags");
    }
    json_decref(document);
    return result;
}
