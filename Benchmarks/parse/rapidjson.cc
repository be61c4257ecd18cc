// SPDX-License-Identifier: Apache-2.0
#define RAPIDJSON_SSE2
#include "measure.h"

#include <rapidjson/document.h>

using Value = rapidjson::Value;

static const Value *member(const Value *object, const char *name)
{
    if (!object || !object->IsObject())
        return nullptr;
    const auto found = object->FindMember(name);
    return found == object->MemberEnd() ? nullptr : &found->value;
}

static uint64_t text(const Value *value)
{
    return value && value->IsString() ? taken(value->GetString()) : 0;
}

/* A list of strings, or one string. */
static uint64_t texts(const Value *value)
{
    if (!value || !value->IsArray())
        return text(value);
    uint64_t result = 0;
    for (const Value &element : value->GetArray())
        result += text(&element);
    return result;
}

/* An integer. A date-time is taken as text, which libdora converts. */
static uint64_t time_of(const Value *value)
{
    return value && value->IsInt64() ? static_cast<uint64_t>(value->GetInt64()) : text(value);
}

static uint64_t tags_of(const Value *custom)
{
    uint64_t result = 0;
    if (custom && custom->IsObject())
        for (const auto &tag : custom->GetObject())
            result += text(&tag.name) + texts(&tag.value);
    return result;
}

static uint64_t read_event(const char *json, size_t length)
{
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(json, length);
    if (document.HasParseError())
        return 0;
    const Value *data = member(&document, "data");
    const Value *attributes = member(data, "attributes");
    const Value *git = member(attributes, "git");
    uint64_t result = 1 + text(member(data, "id")) + text(member(data, "type")) + text(member(attributes, "name"));
    result += text(member(attributes, "severity")) + text(member(attributes, "version"));
    result += texts(member(attributes, "env")) + texts(member(attributes, "team"));
    result += text(member(git, "commit_sha")) + text(member(git, "repository_url"));
    result += time_of(member(attributes, "started_at")) + time_of(member(attributes, "finished_at"));
    result += texts(member(attributes, "services")) + texts(member(attributes, "service"));
    return result + texts(member(attributes, "custom_tags")) + tags_of(member(attributes, "custom"));
}
