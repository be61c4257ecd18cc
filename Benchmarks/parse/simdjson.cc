// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <simdjson.h>

using Object = simdjson::dom::element;

static uint64_t text(Object object, const char *name)
{
    std::string_view value;
    return object[name].get(value) == simdjson::SUCCESS && !value.empty()
        ? static_cast<unsigned char>(value[0]) + 1u : 0;
}

static uint64_t integer(Object object, const char *name)
{
    int64_t value = 0;
    return object[name].get(value) == simdjson::SUCCESS ? static_cast<uint64_t>(value) : 0;
}

static uint64_t list(Object object, const char *name)
{
    uint64_t result = 0;
    simdjson::dom::array array;
    if (object[name].get(array) == simdjson::SUCCESS)
        for (const auto element : array) {
            std::string_view value;
            if (element.get(value) == simdjson::SUCCESS && !value.empty())
                result += static_cast<unsigned char>(value[0]) + 1u;
        }
    return result;
}

/* A parser that lives on from event to event, as simdjson advises, and its copy into padded memory. */
static uint64_t read_event(const char *json, size_t length)
{
    static simdjson::dom::parser parser;
    Object document, data, attributes, git;
    if (parser.parse(json, length).get(document) != simdjson::SUCCESS)
        return 0;
    if (document["data"].get(data) || data["attributes"].get(attributes))
        return 0;
    uint64_t result = 1 + text(data, "id") + text(data, "type") + text(attributes, "name") + text(attributes, "env");
    result += text(attributes, "severity") + text(attributes, "team") + text(attributes, "version");
    if (attributes["git"].get(git) == simdjson::SUCCESS)
        result += text(git, "commit_sha") + text(git, "repository_url");
    result += integer(attributes, "started_at") + integer(attributes, "finished_at");
    return result + list(attributes, "services") + list(attributes, "custom_tags");
}
