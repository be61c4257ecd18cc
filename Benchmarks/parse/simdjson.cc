// SPDX-License-Identifier: Apache-2.0
#include "measure.h"

#include <simdjson.h>

using Value = simdjson::dom::element;
using Result = simdjson::simdjson_result<Value>;

static uint64_t text(Result value)
{
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS && !text.empty() ? static_cast<unsigned char>(text[0]) + 1u : 0;
}

/* A list of strings, or one string. */
static uint64_t texts(Result value)
{
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS)
        return text(value);
    uint64_t result = 0;
    for (const auto element : array)
        result += text(Value(element));
    return result;
}

/* An integer. A date-time is taken as text, which libdora converts. */
static uint64_t time_of(Result value)
{
    int64_t integer = 0;
    return value.get(integer) == simdjson::SUCCESS ? static_cast<uint64_t>(integer) : text(value);
}

static uint64_t tags_of(Result custom)
{
    uint64_t result = 0;
    simdjson::dom::object object;
    if (custom.get(object) == simdjson::SUCCESS)
        for (const auto member : object)
            result += static_cast<uint64_t>(member.key.size()) + texts(Value(member.value));
    return result;
}

/* A parser that lives on from event to event, as simdjson advises, and its copy into padded memory. */
static uint64_t read_event(const char *json, size_t length)
{
    static simdjson::dom::parser parser;
    Value document, data, attributes;
    if (parser.parse(json, length).get(document) != simdjson::SUCCESS)
        return 0;
    if (document["data"].get(data) || data["attributes"].get(attributes))
        return 0;
    const Result git = attributes["git"];
    uint64_t result = 1 + text(data["id"]) + text(data["type"]) + text(attributes["name"]);
    result += text(attributes["severity"]) + text(attributes["version"]);
    result += texts(attributes["env"]) + texts(attributes["team"]);
    result += text(git["commit_sha"]) + text(git["repository_url"]);
    result += time_of(attributes["started_at"]) + time_of(attributes["finished_at"]);
    result += texts(attributes["services"]) + texts(attributes["service"]);
    return result + texts(attributes["custom_tags"]) + tags_of(attributes["custom"]);
}
