// SPDX-License-Identifier: Apache-2.0
//
// What a C++ program does without libdora: libcurl for the pages, simdjson for the fields that libdora gives.
//
//     simdjson URL CA_FILE BODIES
//
// Prints microseconds for each event. Pages overlap by a second: an event that the last page had is not read again.
// The last page of all looks from the other end whether something was left: what it has was read before.
#include "bare.h"

#include <algorithm>
#include <simdjson.h>
#include <string>
#include <vector>

using Value = simdjson::dom::element;
using Result = simdjson::simdjson_result<Value>;

struct Page {
    std::string body;
    simdjson::dom::parser parser;
    std::string last_second;
    std::vector<std::string> last_ids;
    unsigned long events = 0;
    uint64_t sum = 0;
};

static uint64_t text(Result value)
{
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS)
        return 0;
    return text.empty() ? 1 : static_cast<unsigned char>(text[0]) + 1u;
}

// A list of strings, or one string.
static uint64_t texts(Result value)
{
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS)
        return text(value);
    uint64_t sum = 0;
    for (const auto element : array)
        sum += text(Value(element));
    return sum;
}

// The tags of an object: "key:value" for each value of each key.
static uint64_t tags(Result custom)
{
    simdjson::dom::object object;
    uint64_t sum = 0;
    if (custom.get(object) != simdjson::SUCCESS)
        return 0;
    for (const auto member : object) {
        simdjson::dom::array values;
        if (member.value.get(values) != simdjson::SUCCESS)
            continue;
        for (const auto value : values) {
            std::string tag(member.key);
            tag += ':';
            tag += std::string_view(value);
            sum += part(tag.c_str());
        }
    }
    return sum;
}

static int number(const char *digits, int count)
{
    int value = 0;
    for (int index = 0; index < count; index++)
        value = value * 10 + (digits[index] - '0');
    return value;
}

// Seconds since 1970 of a date-time of the one form that the pages have.
static int64_t seconds(std::string_view text)
{
    const int year = number(text.data(), 4), month = number(text.data() + 5, 2), day = number(text.data() + 8, 2);
    const int y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
    const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t days = era * 146097LL + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    return days * 86400 + number(text.data() + 11, 2) * 3600 + number(text.data() + 14, 2) * 60 + number(text.data() + 17, 2);
}

static uint64_t time_of(Result value)
{
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS && text.size() == 20 && text[19] == 'Z' && seconds(text) > 0;
}

static uint64_t read_event(Value event)
{
    Value attributes;
    if (event["attributes"].get(attributes) != simdjson::SUCCESS)
        return 0;
    const Result git = attributes["git"];
    uint64_t sum = text(event["id"]) + text(event["type"]) + text(attributes["name"]) + text(attributes["severity"]);
    sum += text(attributes["version"]) + text(git["commit_sha"]) + text(git["repository_url"]);
    sum += texts(attributes["env"]) + texts(attributes["team"]);
    sum += texts(attributes["services"]) + texts(attributes["service"]);
    sum += texts(attributes["custom_tags"]) + tags(attributes["custom"]);
    return sum + time_of(attributes["started_at"]) + time_of(attributes["finished_at"]);
}

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    static_cast<Page *>(context)->body.append(data, size * count);
    return size * count;
}

// Whether the event came with the page before this one, at its end.
static bool is_known(const Page &page, std::string_view second, std::string_view id)
{
    return second == page.last_second && std::find(page.last_ids.begin(), page.last_ids.end(), id) != page.last_ids.end();
}

static void end_page(void *context)
{
    Page &page = *static_cast<Page *>(context);
    simdjson::dom::array events;
    page.body.reserve(page.body.size() + simdjson::SIMDJSON_PADDING);
    if (page.parser.parse(page.body)["data"].get(events) != simdjson::SUCCESS)
        exit(1);
    for (const auto event : events) {
        const std::string_view id = event["id"], second = event["attributes"]["started_at"];
        if (is_known(page, second, id))
            continue;
        if (second != page.last_second) {
            page.last_second = second;
            page.last_ids.clear();
        }
        page.last_ids.emplace_back(id);
        page.sum += read_event(event);
        page.events++;
    }
    page.body.clear();
}

int main(int argc, char **argv)
{
    FILE *bodies = argc == 4 ? fopen(argv[3], "r") : nullptr;
    if (bodies == nullptr) {
        fprintf(stderr, "usage: %s URL CA_FILE BODIES\n", argv[0]);
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Page page;
    CURL *easy = make_handle(argv[1], argv[2], make_headers(), receive, &page);
    const double start = now();
    if (!request_all(easy, bodies, end_page, &page))
        return 1;
    print_result(now() - start, page.events, page.sum);
    curl_easy_cleanup(easy);
    fclose(bodies);
    return 0;
}
