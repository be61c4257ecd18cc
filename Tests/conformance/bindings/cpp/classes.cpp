// SPDX-License-Identifier: Apache-2.0
// What dora.hpp promises. Arguments: the fault server's base URL and CA file.
#include <dora.hpp>

#include <atomic>
#include <iostream>
#include <set>
#include <thread>
#include <type_traits>

namespace {

#define CHECK(condition) check((condition), #condition, __LINE__)

void check(bool good, const char *condition, int line)
{
    if (!good) {
        std::cout << "classes.cpp:" << line << ": " << condition << '\n';
        std::exit(1);
    }
}

static_assert(std::is_move_constructible_v<dora::client> && !std::is_copy_constructible_v<dora::client>);
static_assert(std::is_move_constructible_v<dora::failure> && !std::is_copy_constructible_v<dora::failure>);
static_assert(std::is_move_constructible_v<dora::queue> && !std::is_copy_constructible_v<dora::queue>);
static_assert(std::is_nothrow_copy_constructible_v<dora::error>);

template <typename Function>
dora_error_code code_of(Function function)
{
    try {
        function();
    } catch (const dora::error &error) {
        CHECK(*error.what() != '\0');
        return error.code();
    }
    return DORA_OK;
}

dora::config settings(char **argv)
{
    dora::config config;
    config.base_url(argv[1]).ca_file(argv[2]).api_key("api").app_key(std::string("app")).max_retries(0);
    config.timeout(std::chrono::seconds(20));
    return config;
}

void check_an_event(dora::client &client)
{
    dora::failure fetched = client.get_failure("event");
    const dora::failure failure = std::move(fetched);
    CHECK(!fetched.id().has_value());
    CHECK(failure.name() == "Database outage");
    CHECK(!failure.git_repository_id().has_value());
    CHECK(failure.started_at()->time_since_epoch() == std::chrono::seconds(1693491974));
    CHECK(*failure.finished_at() - *failure.started_at() == std::chrono::seconds(10));
    CHECK(failure.services() == std::vector<std::string_view>{"shopist"});
    CHECK(failure.custom_tags().size() == 2);
    CHECK(failure.custom_tag("language") == "java");
    CHECK(failure.violations().empty());
    CHECK(failure.json_at("/data/attributes/team") == "\"backend\"");
    CHECK(failure.string_at("/data/attributes/env") == "production");
    CHECK(!failure.json_at("/nothing").has_value());
    CHECK(failure.response()->status() == 200);
    CHECK(failure.response()->header("CONTENT-TYPE") == "application/vnd.api+json");
    CHECK(failure.response()->rate_limit().limit == 100);
    CHECK(failure.response()->rate_limit().period == std::chrono::seconds(10));
    CHECK(!failure.response()->rate_limit().remaining.has_value());
    CHECK(failure.response()->time(DORA_PHASE_TOTAL) > std::chrono::microseconds(0));

    const dora::failure parsed = dora::failure::parse(failure.json());
    CHECK(parsed.json() == failure.json());
    CHECK(!parsed.response().has_value());
    CHECK(code_of([] { (void)dora::failure::parse("[]"); }) == DORA_ERROR_MALFORMED_RESPONSE);
}

void check_errors(dora::client &client)
{
    std::optional<dora::error> kept;
    try {
        (void)client.get_failure("bad");
    } catch (const dora::error &error) {
        kept = error; // outlives the exception
    }
    CHECK(kept->code() == DORA_ERROR_BAD_REQUEST);
    CHECK(kept->code_name() == "bad_request");
    CHECK(!kept->is_retryable());
    const std::vector<dora::error_item> items = kept->items();
    CHECK(items.size() == 1);
    CHECK(items[0].title == "Bad Request" && items[0].detail == "no" && items[0].source_pointer == "/data");
    CHECK(!items[0].source_header.has_value());
    CHECK(items[0].meta == "{\"a\": 1}");
    CHECK(kept->body()->find("Bad Request") != std::string_view::npos);
    CHECK(kept->response()->status() == 400);

    dora::result<dora::failure> later = client.try_get_failure("later");
    CHECK(!later && later.error()->retry_after() == std::chrono::seconds(7));
    CHECK(code_of([&] { later->name(); }) == DORA_ERROR_RATE_LIMITED);
    dora::result<dora::failure> good = client.try_get_failure("event");
    CHECK(good.has_value() && good.error() == nullptr && (*good).name() == "Database outage");
}

void check_misuse(dora::client &client, char **argv)
{
    using namespace std::string_view_literals;
    CHECK(code_of([&] { (void)client.get_failure(".."); }) == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(code_of([&] { (void)client.get_failure("event\0/"sv); }) == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(code_of([] { dora::client(dora::config().site("example.com")); }) == DORA_ERROR_INVALID_ARGUMENT);
    bool refused = false;
    try {
        dora::config().api_key("key\0"sv);
    } catch (const std::invalid_argument &) {
        refused = true;
    }
    CHECK(refused);

    dora::client moved_from(settings(argv));
    dora::client other = std::move(moved_from);
    CHECK(code_of([&] { (void)moved_from.get_failure("event"); }) == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(code_of([&] { dora::queue queue(moved_from); }) == DORA_ERROR_INVALID_ARGUMENT);
    moved_from.cancel();
}

void check_queue(char **argv)
{
    std::optional<dora::queue> queue;
    {
        dora::client client(settings(argv));
        queue.emplace(client, 4);
    } // the queue keeps what it needs of its client
    for (std::uint64_t tag = 0; tag < 20; tag++) {
        queue->add(tag % 5 == 0 ? "bad" : "event", tag);
    }
    CHECK(queue->pending() == 20 && queue->fd() >= 0);
    CHECK(!queue->try_add("", 1));
    std::set<std::uint64_t> tags;
    for (dora::completion &done : *queue) {
        CHECK(tags.insert(done.tag).second);
        CHECK(done.outcome.has_value() == (done.tag % 5 != 0));
        CHECK(done.failure_id == (done.tag % 5 == 0 ? "bad" : "event"));
        if (done.outcome) {
            const dora::failure kept = std::move(done.outcome).value();
            CHECK(kept.name() == "Database outage");
        }
    }
    CHECK(tags.size() == 20);
    CHECK(!queue->next(std::chrono::milliseconds(10)).has_value());
}

void check_logger_and_threads(char **argv)
{
    std::atomic<int> messages{0}, events{0};
    dora::client client(settings(argv).log_to([&](std::uint32_t level, std::string_view message) {
        messages += level == DORA_LOG_INFO && !message.empty();
    }));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) {
        threads.emplace_back([&] {
            for (int call = 0; call < 5; call++) {
                events += client.try_get_failure("event").has_value();
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    CHECK(events == 20 && messages == 20);
}

} // namespace

int main(int, char **argv)
{
    dora::client client(settings(argv));
    check_an_event(client);
    check_errors(client);
    check_misuse(client, argv);
    check_queue(argv);
    check_logger_and_threads(argv);
}
