/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <dora.h>

typedef size_t count_of(const dora_failure *failure);
typedef const char *text_at(const dora_failure *failure, size_t index);

static uint64_t texts(const dora_failure *failure, count_of *count, text_at *text)
{
    uint64_t result = 0;
    const size_t end = count(failure);
    for (size_t index = 0; index < end; index++)
        result += taken(text(failure, index));
    return result;
}

static uint64_t read_event(const char *json, size_t length)
{
    dora_failure *failure = dora_parse_failure(json, length, NULL);
    if (!failure)
        return 0;
    int64_t started = 0, finished = 0;
    dora_failure_started_at(failure, &started);
    dora_failure_finished_at(failure, &finished);
    uint64_t result = 1 + (uint64_t)started + (uint64_t)finished;
    result += taken(dora_failure_id(failure)) + taken(dora_failure_type(failure));
    result += taken(dora_failure_name(failure)) + taken(dora_failure_severity(failure));
    result += taken(dora_failure_version(failure)) + taken(dora_failure_git_commit_sha(failure));
    result += taken(dora_failure_git_repository_url(failure));
    result += texts(failure, dora_failure_env_count, dora_failure_env_at);
    result += texts(failure, dora_failure_team_count, dora_failure_team_at);
    result += texts(failure, dora_failure_service_count, dora_failure_service);
    result += texts(failure, dora_failure_custom_tag_count, dora_failure_custom_tag);
    dora_failure_free(failure);
    return result;
}
