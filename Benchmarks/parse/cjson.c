/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <cjson/cJSON.h>

static const cJSON *member(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static uint64_t text(const cJSON *object, const char *name)
{
    return taken(cJSON_GetStringValue(member(object, name)));
}

static uint64_t list(const cJSON *object, const char *name)
{
    uint64_t result = 0;
    const cJSON *element;
    cJSON_ArrayForEach(element, member(object, name))
        result += taken(cJSON_GetStringValue(element));
    return result;
}

static uint64_t read_event(const char *json, size_t length)
{
    cJSON *document = cJSON_ParseWithLength(json, length);
    const cJSON *data = member(document, "data");
    const cJSON *attributes = member(data, "attributes");
    const cJSON *git = member(attributes, "git");
    uint64_t result = 0;
    if (attributes) {
        result = 1 + text(data, "id") + text(data, "type") + text(attributes, "name") + text(attributes, "env");
        result += text(attributes, "severity") + text(attributes, "team") + text(attributes, "version");
        result += text(git, "commit_sha") + text(git, "repository_url");
        result += (uint64_t)(int64_t)cJSON_GetNumberValue(member(attributes, "started_at"));
        result += (uint64_t)(int64_t)cJSON_GetNumberValue(member(attributes, "finished_at"));
        result += list(attributes, "services") + list(attributes, "custom_tags");
    }
    cJSON_Delete(document);
    return result;
}
