// SPDX-License-Identifier: Apache-2.0
/*
 * Fetches an incident event and prints it.
 *
 *     get_failure [--base-url URL] [--ca-file FILE] [--timeout-ms MS] [--] FAILURE_ID
 *
 * The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY,
 * DD_SITE. Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.
 *
 *     c++ -std=c++17 -o get_failure get_failure.cpp $(pkg-config --cflags --libs dora)
 */
#include <dora.hpp>

#include <cstdlib>
#include <ctime>
#include <iomanip>
#include <iostream>

namespace {

using text = std::optional<std::string_view>;

/* Returns the id, nothing if the command line makes no sense. */
text read_arguments(const std::vector<std::string_view> &arguments, dora::config &config)
{
    std::size_t i = 0;

    for (; i < arguments.size() && arguments[i].substr(0, 2) == "--"; i += 2) {
        if (arguments[i] == "--") {
            i++;
            break;
        }
        if (i + 1 == arguments.size()) {
            return std::nullopt;
        }
        if (arguments[i] == "--base-url") {
            config.base_url(arguments[i + 1]);
        } else if (arguments[i] == "--ca-file") {
            config.ca_file(arguments[i + 1]);
        } else if (arguments[i] == "--timeout-ms") {
            config.timeout(std::chrono::milliseconds(std::atoi(arguments[i + 1].data())));
        } else {
            return std::nullopt;
        }
    }
    return i + 1 == arguments.size() ? text(arguments[i]) : std::nullopt;
}

/* An event carries only some of the fields. */
void print(std::string_view label, text value)
{
    if (value.has_value()) {
        std::cout << "  " << std::left << std::setw(12) << label << ' ' << *value << '\n';
    }
}

void print(std::string_view label, const std::vector<std::string_view> &values)
{
    for (std::size_t i = 0; i < values.size(); i++) {
        print(i == 0 ? label : "", values[i]);
    }
}

void print(std::string_view label, std::optional<dora::time_point> time)
{
    if (!time.has_value()) {
        return;
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
    const auto nanoseconds = (*time - seconds).count();
    const std::time_t whole_seconds = seconds.time_since_epoch().count();
    std::cout << "  " << std::left << std::setw(12) << label << ' '
              << std::put_time(std::gmtime(&whole_seconds), "%Y-%m-%d %H:%M:%S");
    if (nanoseconds != 0) {
        std::cout << '.' << std::right << std::setfill('0') << std::setw(9) << nanoseconds << std::setfill(' ');
    }
    std::cout << " UTC\n";
}

void print_duration(dora::time_point started, dora::time_point finished)
{
    /* Unsigned: the difference of two 64-bit numbers may not fit into a third. */
    const auto ns = static_cast<std::uint64_t>(finished.time_since_epoch().count()) -
                    static_cast<std::uint64_t>(started.time_since_epoch().count());
    const std::uint64_t seconds = ns / 1000000000;
    const std::uint64_t hours = seconds / 3600, minutes = seconds / 60 % 60;
    std::string duration = std::to_string(seconds % 60) + " s";

    if (hours > 0 || minutes > 0) {
        duration.insert(0, std::to_string(minutes) + " min ");
    }
    if (hours > 0) {
        duration.insert(0, std::to_string(hours) + " h ");
    }
    print("duration", text(duration));
}

void print(const dora::failure &failure)
{
    std::cout << failure.name().value_or("(no name)");
    if (failure.severity().has_value()) {
        std::cout << " (" << *failure.severity() << ')';
    }
    std::cout << '\n';
    print("id", failure.id());
    print("services", failure.services());
    print("environment", failure.env());
    print("team", failure.team());
    print("version", failure.version());
    print("started", failure.started_at());
    print("finished", failure.finished_at());
    if (failure.started_at() && failure.finished_at() && *failure.finished_at() >= *failure.started_at()) {
        print_duration(*failure.started_at(), *failure.finished_at());
    }
    print("commit", failure.git_commit_sha());
    print("repository", failure.git_repository_url());
    print("tags", failure.custom_tags());
}

} // namespace

int main(int argc, char **argv)
{
    dora::config config;
    const text failure_id = read_arguments({argv + 1, argv + argc}, config);

    if (!failure_id.has_value()) {
        std::cerr << "usage: get_failure [--base-url URL] [--ca-file FILE] [--timeout-ms MS] [--] FAILURE_ID\n";
        return 2;
    }
    try {
        dora::client client(config);
        print(client.get_failure(*failure_id));
    } catch (const dora::error &error) {
        std::cerr << "get_failure: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
