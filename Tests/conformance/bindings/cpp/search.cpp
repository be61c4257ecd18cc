// SPDX-License-Identifier: Apache-2.0
// A search in C++. Arguments: the fault server's base URL and CA file. Its list has event-0 to
// event-24, the oldest first, one a minute from 2026-03-01T12:00:00Z; its second page is an error once, and the query
// "silent" gets no answer.
#include <dora.hpp>

#include <cstdlib>
#include <iostream>
#include <set>
#if __cplusplus >= 202002L
#include <ranges>

static_assert(std::ranges::input_range<dora::search> && std::ranges::common_range<dora::search>);
#endif

namespace {

#define CHECK(condition) check((condition), #condition, __LINE__)

void check(bool good, const char *condition, int line)
{
    if (!good) {
        std::cout << "search.cpp:" << line << ": " << condition << '\n';
        std::exit(1);
    }
}

using namespace std::chrono_literals;
using namespace std::string_view_literals;

const dora::time_point start{std::chrono::seconds(1772366400)};

dora_error_code refusal(const dora::client &client, std::string_view query, dora::search::bound from, dora::search::bound to)
{
    const auto made = dora::search::try_make(client, query, from, to);
    return made ? dora_error_code(DORA_OK) : made.error()->code();
}

void check_a_loop_that_an_error_leaves(const dora::client &client)
{
    dora::search search(client, "severity:High");
    search.page_size(10);
    std::vector<dora::failure> kept;
    int errors = 0;
    while (!search.has_ended()) {
        try {
            for (dora::failure &failure : search) {
                kept.push_back(std::move(failure));
            }
        } catch (const dora::error &error) {
            CHECK(error.code() == DORA_ERROR_SERVER);
            errors++;
        }
    }
    CHECK(errors == 1 && kept.size() == 25);
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < kept.size(); i++) {
        CHECK(*kept[i].started_at() == start + std::chrono::minutes(24 - i));
        ids.insert(*kept[i].id());
    }
    CHECK(ids.size() == 25);
    CHECK(search.begin() == search.end() && !search.next());
}

void check_spans_and_limits(const dora::client &client)
{
    dora::search some(client, {}, start + 3min, std::chrono::time_point_cast<std::chrono::seconds>(start + 5min));
    CHECK(some.fd() >= 0 && some.native_handle() != nullptr && !some.has_ended());
    const dora::failure newest = some.next().value();
    CHECK(newest.id() == "event-4");
    CHECK(some.next(dora::no_limit).has_value() && !some.next() && some.has_ended());

    dora::search moved = std::move(some);
    CHECK(moved.has_ended() && some.native_handle() == nullptr);
    const auto none = some.try_next();
    CHECK(!none && none.error()->code() == DORA_ERROR_INVALID_ARGUMENT);

    dora::search soon(client, "silent");
    const bool has_returned = !soon.next(-1s).has_value() && !soon.has_ended();
    CHECK(has_returned); // a limit that is over is not taken for no limit
    soon = dora::search(client);
    std::optional<dora::failure> event = soon.next();
    CHECK(event.has_value() && event->id() == "event-24");
    event = soon.next();
    CHECK(event->id() == "event-23");
    if (const auto next = soon.next()) {
        CHECK(next->id() == "event-22");
    }

    CHECK(refusal(client, {}, start, start) == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(refusal(client, "a\0b"sv, {}, {}) == DORA_ERROR_INVALID_ARGUMENT);
    try {
        soon.page_size(10);
        CHECK(false);
    } catch (const dora::error &error) {
        CHECK(error.code() == DORA_ERROR_INVALID_ARGUMENT);
    }
}

} // namespace

int main(int, char **argv)
{
    const dora::client client(
        dora::config().base_url(argv[1]).ca_file(argv[2]).api_key("api").app_key("app").max_retries(0).timeout(20s));
    check_a_loop_that_an_error_leaves(client);
    check_spans_and_limits(client);
}
