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

static uint64_t text(const Value *object, const char *name)
{
    const Value *value = member(object, name);
    return value && value->IsString() ? taken(value->GetString()) : 0;
}

static uint64_t integer(const Value *object, const char *name)
{
    const Value *value = member(object, name);
    return value && value->IsInt64() ? static_cast<uint64_t>(value->GetInt64()) : 0;
}

static uint64_t list(const Value *object, const char *name)
{
    const Value *array = member(object, name);
    uint64_t result = 0;
    if (array && array->IsArray())
        for (const Value &element : array->GetArray())
            result += element.IsString() ? taken(element.GetString()) : 0;
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
    uint64_t result = 1 + text(data, "id") + text(data, "type") + text(attributes, "name") + text(attributes, "env");
    result += text(attributes, "severity") + text(attributes, "team") + text(attributes, "version");
    result += text(git, "commit_sha") + text(git, "repository_url");
    result += integer(attributes, "started_at") + integer(attributes, "finished_at");
    return result + list(attributes, "services") + list(attributes, "custom_tags");
}
