/* SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"

#include <dora.h>

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
    result += taken(dora_failure_name(failure)) + taken(dora_failure_env(failure));
    result += taken(dora_failure_severity(failure)) + taken(dora_failure_team(failure));
    result += taken(dora_failure_version(failure)) + taken(dora_failure_git_commit_sha(failure));
    result += taken(dora_failure_git_repository_url(failure));
    const size_t services = dora_failure_service_count(failure);
    for (size_t index = 0; index < services; index++)
        result += taken(dora_failure_service(failure, index));
    const size_t tags = dora_failure_custom_tag_count(failure);
    for (size_t index = 0; index < tags; index++)
        result += taken(dora_failure_custom_tag(failure, index));
    dora_failure_free(failure);
    return result;
}
