// SPDX-License-Identifier: Apache-2.0
// Time limits, moved-from objects and lifetimes of dora.hpp, used rightly. Arguments: the fault
// server's base URL and CA file. It answers "event" and "bad", and is silent on "silent".
#include <dora.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <type_traits>
#if __cplusplus >= 202002L
#include <ranges>
#endif

namespace {

#define CHECK(condition) check((condition), #condition, __LINE__)

void check(bool good, const char *condition, int line)
{
    if (!good) {
        std::cout << "lifetimes.cpp:" << line << ": " << condition << '\n';
        std::exit(1);
    }
}

using namespace std::chrono_literals;

std::string freed; // "q" for a queue, "c" for a client, in order

template <typename Function>
Function in_library(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

} // namespace

// They stand before the library's, which they call.
void dora_queue_free(dora_queue *queue)
{
    freed += 'q';
    in_library<void (*)(dora_queue *)>("dora_queue_free")(queue);
}

void dora_client_free(dora_client *client)
{
    freed += 'c';
    in_library<void (*)(dora_client *)>("dora_client_free")(client);
}

namespace {

constexpr std::uint32_t setting(dora::time_limit limit) { return limit.as_setting(); }
constexpr std::int64_t timeout(dora::time_limit limit) { return limit.as_timeout(); }

static_assert(setting(2s) == 2000 && setting(1ms) == 1 && setting(1500us) == 2 && setting(1ns) == 1);
static_assert(setting(0s) == 1 && setting(-1ms) == 1 && setting(std::chrono::hours::min()) == 1);
static_assert(setting(std::chrono::hours::max()) == UINT32_MAX && setting(dora::no_limit) == 0);
static_assert(setting(std::chrono::duration<double>(0.25)) == 250);
static_assert(timeout(0s) == 0 && timeout(-1ms) == 0 && timeout(1us) == 1 && timeout(dora::no_limit) == -1);
static_assert(timeout(std::chrono::hours::max()) > 0);
// A bare number has no unit.
static_assert(!std::is_convertible_v<int, dora::time_limit>);

using iterator = std::iterator_traits<decltype(std::declval<dora::queue &>().begin())>;
static_assert(std::is_same_v<iterator::iterator_category, std::input_iterator_tag>);
static_assert(std::is_same_v<iterator::value_type, dora::completion>);
#if __cplusplus >= 202002L
static_assert(std::ranges::input_range<dora::queue> && std::ranges::common_range<dora::queue>);
#endif

dora::config settings(char **argv)
{
    dora::config config;
    config.base_url(argv[1]).ca_file(argv[2]).api_key("api").app_key("app").max_retries(0).timeout(20s);
    return config;
}

dora_error_code code(const dora::result<dora::failure> &outcome)
{
    return outcome ? dora_error_code(DORA_OK) : outcome.error()->code();
}

// A limit of 0 or less is over, and no limit would wait for the silent server for ever.
void check_limits(char **argv)
{
    for (const std::chrono::milliseconds past : {-1000ms, 0ms}) {
        const dora::client late(settings(argv).timeout(past));
        CHECK(code(late.try_get_failure("silent")) == DORA_ERROR_TIMEOUT);
        const dora::client slow(settings(argv).attempt_timeout(past));
        CHECK(code(slow.try_get_failure("silent")) == DORA_ERROR_TIMEOUT);
    }
    const dora::client patient(settings(argv).timeout(dora::no_limit));
    CHECK(code(patient.try_get_failure("event")) == DORA_OK);

    dora::queue queue(patient);
    queue.add("silent");
    CHECK(!queue.next(-5s) && !queue.next(0s) && queue.pending() == 1);
}

// The environment has keys and a site: a client must not be made from them.
void check_moved_from_config(char **argv)
{
    setenv("DD_API_KEY", "the environment's", 1);
    setenv("DD_APP_KEY", "the environment's", 1);
    dora::config config = settings(argv);
    const dora::config other = std::move(config);
    config.timeout(1s); // harmless
    const dora::result<dora::client> made = dora::client::try_make(config);
    CHECK(!made && made.error()->code() == DORA_ERROR_INVALID_ARGUMENT);
    CHECK(std::string_view(made.error()->what()).find("moved from") != std::string_view::npos);
    CHECK(config.native_handle() == nullptr && other.native_handle() != nullptr);
    CHECK(dora::client::try_make(other).has_value());
}

void check_results(const dora::client &client)
{
    const dora::result<dora::failure> kept = client.try_get_failure("event");
    CHECK(kept && kept->name() == "Database outage" && (*kept).name() == kept.value().name());
    const dora::failure moved = client.try_get_failure("event").value();
    CHECK(moved.name() == "Database outage" && dora_failure_id(moved.native_handle()) == moved.id());
    CHECK(dora_response_status(moved.response()->native_handle()) == 200);
    CHECK(moved.envs() == std::vector<std::string_view>{"production"} && moved.teams().size() == 1);
    // What is not borrowed may come from a temporary.
    CHECK(client.get_failure("event").started_at().has_value());
    CHECK(client.get_failure("event").string_at("/data/attributes/name") == "Database outage");

    std::vector<dora::error_item> items;
    try {
        (void)client.get_failure("bad");
    } catch (const dora::error &error) {
        items = error.items();
    }
    CHECK(items.size() == 1 && items[0].title == "Bad Request" && items[0].meta == "{\"a\": 1}");
}

void check_order(char **argv)
{
    {
        dora::queue queue(dora::client{settings(argv)});
        freed.clear();
        queue = dora::queue(dora::client{settings(argv)});
        CHECK(freed == "qc"); // what it held before
        freed.clear();
    }
    CHECK(freed == "qc");
}

void check_ranges(const dora::client &client)
{
    dora::queue queue(client);
    for (std::uint64_t tag = 0; tag < 5; tag++) {
        queue.add("event", tag);
    }
    const auto third = std::find_if(queue.begin(), queue.end(), [](const auto &done) { return done.tag < 5; });
    CHECK(third != queue.end() && third->outcome.has_value());
    dora::failure taken = std::move(*third->outcome);
    for (const dora::completion &done : queue) {
        CHECK(done.outcome->name() == taken.name());
    }
    CHECK(queue.pending() == 0 && queue.begin() == queue.end());

    queue.add("event", 1);
    queue.add("silent", 2);
    CHECK(queue.cancel(2) && !queue.cancel(3));
#if __cplusplus >= 202002L && (!defined(__clang__) || __clang_major__ >= 16) // older ones can't compile libstdc++'s views
    auto cancelled = queue | std::views::filter([](const dora::completion &done) { return !done.outcome; });
    for (dora::completion &done : cancelled) {
        CHECK(done.tag == 2 && done.outcome.error()->code() == DORA_ERROR_CANCELLED);
    }
#else
    CHECK(std::count_if(queue.begin(), queue.end(), [](const dora::completion &done) { return !done.outcome; }) == 1);
#endif
    CHECK(dora_queue_pending(queue.native_handle()) == 0 && dora_queue_fd(queue.native_handle()) == queue.fd());
}

} // namespace

int main(int, char **argv)
{
    const dora::client client(settings(argv));
    check_limits(argv);
    check_moved_from_config(argv);
    check_results(client);
    check_order(argv);
    check_ranges(client);
    CHECK(client.native_handle() != nullptr);
}
