// SPDX-License-Identifier: Apache-2.0
/**
 * dora.hpp: libdora for C++17, on top of dora.h alone; header only.
 *
 *     dora::client client;  // keys and site from the environment
 *     dora::failure failure = client.get_failure("failure-id");
 *     std::cout << failure.name().value_or("(no name)") << '\n';
 *
 * Rules that hold for every class:
 *
 * Ownership  Objects own what they wrap, move and do not copy; an error does,
 *            as exceptions must. A string_view and a response_view are borrowed:
 *            they live as long as the event or error they came from.
 *            A queue keeps its client's connections and keys alive.
 * Errors     A function throws dora::error; its try_ form returns a
 *            dora::result and throws nothing but std::bad_alloc. A moved-from
 *            object, or an id with a NUL in it, is DORA_ERROR_INVALID_ARGUMENT;
 *            a setting with a NUL throws std::invalid_argument.
 * Threads    As in dora.h.
 */
#ifndef DORA_HPP
#define DORA_HPP

#include <dora.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dora {

using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

namespace detail {

inline std::optional<std::string_view> view(const char *text)
{
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}

/** A non-negative number of the C API, where -1 means that there is none. */
template <typename Value = std::int64_t>
std::optional<Value> known(std::int64_t number)
{
    return number < 0 ? std::nullopt : std::optional<Value>(Value(number));
}

/** A NUL-terminated copy, the NULL pointer for nothing and for text that holds a NUL. */
struct c_string {
    explicit c_string(std::optional<std::string_view> text)
    {
        if (text.has_value() && text->find('\0') == std::string_view::npos) {
            copy.emplace(*text);
        }
    }
    operator const char *() const noexcept { return copy.has_value() ? copy->c_str() : nullptr; }

    std::optional<std::string> copy;
};

/** What a function that copies as snprintf does has to say. */
template <typename Copy, typename... Source>
std::optional<std::string> copied(Copy copy, Source... source)
{
    const std::size_t length = copy(source..., nullptr, 0);
    if (length == SIZE_MAX) {
        return std::nullopt;
    }
    std::string text(length, '\0');
    copy(source..., text.data(), length + 1); // a string has room for the NUL behind its end
    return text;
}

template <typename Object, void (*Free)(Object *)>
struct deleter {
    void operator()(Object *object) const noexcept { Free(object); }
};

template <typename Object, void (*Free)(Object *)>
using owner = std::unique_ptr<Object, deleter<Object, Free>>;

/** A setting as the C API takes it: a duration is the nearest that it can say. */
inline std::uint32_t argument(std::chrono::milliseconds duration) noexcept
{
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration.count(), 0, UINT32_MAX));
}
inline c_string argument(std::optional<std::string_view> text)
{
    if (text.has_value() && text->find('\0') != std::string_view::npos) {
        throw std::invalid_argument("libdora: a setting holds a NUL character");
    }
    return c_string(text);
}
template <typename Value>
Value argument(Value value) { return value; }

} // namespace detail

/** Requests in a period, requests left, and the time until the period starts anew. */
struct rate_limit {
    std::optional<std::int64_t> limit, remaining;
    std::optional<std::chrono::seconds> period, reset;
};

/** The facts of an HTTP response. */
class response_view {
public:
    /** Nothing for NULL. */
    static std::optional<response_view> of(const dora_response *response) noexcept
    {
        return response == nullptr ? std::nullopt : std::optional<response_view>(response_view(response));
    }

    int status() const noexcept { return dora_response_status(response_); }
    std::string_view http_version() const noexcept { return dora_response_http_version(response_); }
    std::uint32_t attempts() const noexcept { return dora_response_attempts(response_); }
    std::optional<std::string_view> header(std::string_view name) const
    {
        return detail::view(dora_response_header(response_, detail::c_string(name)));
    }
    /** When the last attempt reached a DORA_PHASE_ constant, from its start. */
    std::optional<std::chrono::microseconds> time(std::uint32_t phase) const noexcept
    {
        return detail::known<std::chrono::microseconds>(dora_response_time_us(response_, phase));
    }
    dora::rate_limit rate_limit() const noexcept
    {
        return {detail::known(dora_response_rate_limit(response_)),
                detail::known(dora_response_rate_limit_remaining(response_)),
                detail::known<std::chrono::seconds>(dora_response_rate_limit_period_s(response_)),
                detail::known<std::chrono::seconds>(dora_response_rate_limit_reset_s(response_))};
    }

private:
    explicit response_view(const dora_response *response) noexcept : response_(response) {}

    const dora_response *response_;
};

/** One item of the API's error body; `meta` is JSON text. */
struct error_item {
    std::optional<std::string_view> title, detail, status, source_pointer, source_parameter, source_header;
    std::optional<std::string> meta;
};

/** What went wrong. A copy shares what it says with the original. */
class error : public std::exception {
public:
    /** Takes over an error of the C API. */
    explicit error(dora_error *owned) : error_(owned, dora_error_free) {}

    /** One line for a person; never a key. */
    const char *what() const noexcept override
    {
        return detail::view(dora_error_message(error_.get())).value_or("").data();
    }
    /** A DORA_ERROR_ constant. */
    dora_error_code code() const noexcept { return dora_error_get_code(error_.get()); }
    /** "rate_limited" for DORA_ERROR_RATE_LIMITED. */
    std::string_view code_name() const noexcept { return dora_error_code_name(code()); }
    bool is_retryable() const noexcept { return dora_error_is_retryable(error_.get()); }
    std::optional<std::chrono::milliseconds> retry_after() const noexcept
    {
        return detail::known<std::chrono::milliseconds>(dora_error_retry_after_ms(error_.get()));
    }
    std::vector<error_item> items() const
    {
        const dora_error *source = error_.get();
        std::vector<error_item> all(dora_error_item_count(source));
        for (std::size_t i = 0; i < all.size(); i++) {
            all[i].title = detail::view(dora_error_item_title(source, i));
            all[i].detail = detail::view(dora_error_item_detail(source, i));
            all[i].status = detail::view(dora_error_item_status(source, i));
            all[i].source_pointer = detail::view(dora_error_item_source_pointer(source, i));
            all[i].source_parameter = detail::view(dora_error_item_source_parameter(source, i));
            all[i].source_header = detail::view(dora_error_item_source_header(source, i));
            all[i].meta = detail::copied(dora_error_copy_item_meta, source, i);
        }
        return all;
    }
    /** The response body as received. */
    std::optional<std::string_view> body() const noexcept
    {
        std::size_t length = 0;
        const char *body = dora_error_body(error_.get(), &length);
        return body == nullptr ? std::nullopt : std::optional<std::string_view>(std::in_place, body, length);
    }
    std::optional<response_view> response() const noexcept { return response_view::of(dora_error_response(error_.get())); }
    /** libcurl's CURLcode. */
    int curl_code() const noexcept { return dora_error_curl_code(error_.get()); }

private:
    std::shared_ptr<const dora_error> error_;
};

/** What a try_ function returns: a value or the error that stood in its way. */
template <typename Value>
class [[nodiscard]] result {
public:
    result(Value value) : outcome_(std::move(value)) {}
    result(dora::error error) : outcome_(std::move(error)) {}

    bool has_value() const noexcept { return outcome_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /** The value; where there is none, its error is thrown. */
    Value &value() & { return check(), *std::get_if<0>(&outcome_); }
    Value value() && { return check(), std::move(*std::get_if<0>(&outcome_)); }
    Value &operator*() & { return value(); }
    Value *operator->() { return &value(); }

    /** The error; NULL where there is a value. */
    const dora::error *error() const noexcept { return std::get_if<1>(&outcome_); }

private:
    void check() const
    {
        if (const dora::error *problem = error()) {
            throw *problem;
        }
    }

    std::variant<Value, dora::error> outcome_;
};

/** One incident event. */
class failure {
public:
    /** Takes over an event of the C API. */
    explicit failure(dora_failure *owned) noexcept : failure_(owned) {}

    /** Reads the body of a response, without a network. */
    static failure parse(std::string_view json) { return try_parse(json).value(); }
    static result<failure> try_parse(std::string_view json)
    {
        dora_error *error = nullptr;
        dora_failure *parsed = dora_parse_failure(json.data(), json.size(), &error);
        return parsed == nullptr ? result<failure>(dora::error(error)) : failure(parsed);
    }

    std::optional<std::string_view> id() const { return text(dora_failure_id); }
    std::optional<std::string_view> type() const { return text(dora_failure_type); }
    std::optional<std::string_view> name() const { return text(dora_failure_name); }
    std::optional<std::string_view> env() const { return text(dora_failure_env); }
    std::optional<std::string_view> severity() const { return text(dora_failure_severity); }
    std::optional<std::string_view> team() const { return text(dora_failure_team); }
    std::optional<std::string_view> version() const { return text(dora_failure_version); }
    std::optional<std::string_view> git_commit_sha() const { return text(dora_failure_git_commit_sha); }
    std::optional<std::string_view> git_repository_url() const { return text(dora_failure_git_repository_url); }
    std::optional<std::string_view> git_repository_id() const { return text(dora_failure_git_repository_id); }
    std::optional<time_point> started_at() const { return time(dora_failure_started_at); }
    std::optional<time_point> finished_at() const { return time(dora_failure_finished_at); }

    std::vector<std::string_view> services() const { return texts(dora_failure_service_count, dora_failure_service); }
    /** Each one "key:value". */
    std::vector<std::string_view> custom_tags() const { return texts(dora_failure_custom_tag_count, dora_failure_custom_tag); }
    /** The value of the first tag with that key. */
    std::optional<std::string_view> custom_tag(std::string_view key) const
    {
        return detail::view(dora_failure_custom_tag_value(failure_.get(), detail::c_string(key)));
    }
    /** Where the event departs from the documented schema. */
    std::vector<std::string_view> violations() const { return texts(dora_failure_violation_count, dora_failure_violation); }

    /** The body exactly as it was received. */
    std::string_view json() const noexcept
    {
        std::size_t length = 0;
        const char *body = dora_failure_json(failure_.get(), &length);
        return {body, length};
    }
    /** The JSON text at a JSON Pointer (RFC 6901). */
    std::optional<std::string> json_at(std::string_view pointer) const { return copy(dora_failure_copy_json, pointer); }
    /** The string at a JSON Pointer, decoded. */
    std::optional<std::string> string_at(std::string_view pointer) const { return copy(dora_failure_copy_string, pointer); }

    /** Nothing for a parsed event. */
    std::optional<response_view> response() const noexcept { return response_view::of(dora_failure_response(failure_.get())); }

private:
    template <typename Get>
    std::optional<std::string_view> text(Get get) const
    {
        return detail::view(get(failure_.get()));
    }

    template <typename Count, typename Get>
    std::vector<std::string_view> texts(Count count, Get get) const
    {
        std::vector<std::string_view> all(count(failure_.get()));
        for (std::size_t index = 0; index < all.size(); index++) {
            all[index] = get(failure_.get(), index);
        }
        return all;
    }

    template <typename Get>
    std::optional<time_point> time(Get get) const
    {
        std::int64_t unix_ns = 0;
        const bool known = get(failure_.get(), &unix_ns);
        return known ? std::optional<time_point>(std::chrono::nanoseconds(unix_ns)) : std::nullopt;
    }

    template <typename Copy>
    std::optional<std::string> copy(Copy copy_at, std::string_view pointer) const
    {
        const detail::c_string path(pointer);
        return detail::copied(copy_at, failure_.get(), static_cast<const char *>(path));
    }

    detail::owner<dora_failure, dora_failure_free> failure_;
};

/** Receives a DORA_LOG_ level and a message, on the thread that makes the call. What it throws ends the program. */
using logger = std::function<void(std::uint32_t level, std::string_view message)>;

/**
 * The settings that a client is made from; dora.h says what each one means, and
 * the client checks them. Text that is std::nullopt clears the setting.
 */
class config {
public:
    using text = std::optional<std::string_view>;
    using duration = std::chrono::milliseconds;

    /** The defaults and what the environment sets. */
    config() : config_(dora_config_new()) {}

    config &site(text value) { return set(dora_config_set_site, value); }
    config &api_key(text value) { return set(dora_config_set_api_key, value); }
    config &app_key(text value) { return set(dora_config_set_app_key, value); }
    config &access_token(text value) { return set(dora_config_set_access_token, value); }
    config &base_url(text value) { return set(dora_config_set_base_url, value); }
    config &ca_file(text path) { return set(dora_config_set_ca_file, path); }
    config &client_certificate(text path, text key_path = std::nullopt)
    {
        return set(dora_config_set_client_certificate, path, key_path);
    }
    config &proxy(text value) { return set(dora_config_set_proxy, value); }
    config &user_agent(text product) { return set(dora_config_set_user_agent, product); }
    config &add_header(text name, text value) { return set(dora_config_add_header, name, value); }
    config &connect_timeout(duration limit) { return set(dora_config_set_connect_timeout_ms, limit); }
    config &attempt_timeout(duration limit) { return set(dora_config_set_attempt_timeout_ms, limit); }
    config &timeout(duration limit) { return set(dora_config_set_timeout_ms, limit); }
    config &max_retries(std::uint32_t retries) { return set(dora_config_set_max_retries, retries); }
    config &retry_backoff(duration base, duration max) { return set(dora_config_set_retry_backoff_ms, base, max); }
    config &max_response_bytes(std::uint64_t bytes) { return set(dora_config_set_max_response_bytes, bytes); }
    config &compression(bool enabled) { return set(dora_config_set_compression, enabled); }
    config &strict(bool enabled) { return set(dora_config_set_strict, enabled); }
    config &log_to(logger function)
    {
        logger_ = std::make_shared<logger>(std::move(function));
        const dora_log_function forward = [](void *user_data, std::uint32_t level, const char *message) noexcept {
            (*static_cast<const logger *>(user_data))(level, message);
        };
        return set(dora_config_set_logger, *logger_ ? forward : nullptr, static_cast<void *>(logger_.get()));
    }

private:
    friend class client;

    template <typename Setter, typename... Values>
    config &set(Setter setter, const Values &...values)
    {
        setter(config_.get(), detail::argument(values)...);
        return *this;
    }

    detail::owner<dora_config, dora_config_free> config_;
    std::shared_ptr<logger> logger_;
};

/** What fetches incident events. Destroy it after its calls returned. */
class client {
public:
    /** Throws if a setting can't be used. */
    explicit client(const config &settings = config()) : client(try_make(settings).value()) {}

    static result<client> try_make(const config &settings = config())
    {
        dora_error *error = nullptr;
        const auto keep_logger = [log = settings.logger_](dora_client *made) { dora_client_free(made); };
        std::shared_ptr<dora_client> made(dora_client_new(settings.config_.get(), &error), keep_logger);
        return made == nullptr ? result<client>(dora::error(error)) : client(std::move(made));
    }

    client(client &&) = default;
    client &operator=(client &&) = default;

    /** Fetches one incident event and waits for it. */
    failure get_failure(std::string_view failure_id) { return try_get_failure(failure_id).value(); }
    result<failure> try_get_failure(std::string_view failure_id)
    {
        dora_error *error = nullptr;
        dora_failure *fetched = dora_get_failure(client_.get(), detail::c_string(failure_id), &error);
        return fetched == nullptr ? result<failure>(dora::error(error)) : failure(fetched);
    }

    /** Ends the calls and queues in progress with DORA_ERROR_CANCELLED; from any thread or signal handler. */
    void cancel() noexcept { dora_client_cancel(client_.get()); }

private:
    friend class queue;

    explicit client(std::shared_ptr<dora_client> made) noexcept : client_(std::move(made)) {}

    std::shared_ptr<dora_client> client_; // shared with the client's queues
};

/** How one event of a queue came out. */
struct completion {
    std::uint64_t tag;
    std::string failure_id;
    result<failure> outcome;
};

/**
 * Fetches many events side by side: `for (dora::completion &done : queue)` ends
 * when nothing is pending; events may be added meanwhile.
 */
class queue {
public:
    static constexpr std::chrono::milliseconds without_limit{-1};

    struct end_of_queue {};

    class iterator {
    public:
        explicit iterator(queue &source) : source_(source), current_(source.next()) {}

        completion &operator*() { return *current_; }
        iterator &operator++() { return current_ = source_.next(), *this; }
        bool operator!=(end_of_queue) const noexcept { return current_.has_value(); }

    private:
        queue &source_;
        std::optional<completion> current_;
    };

    /** `max_in_flight` 0 is the library's default. */
    explicit queue(client &source, std::uint32_t max_in_flight = 0) : queue(try_make(source, max_in_flight).value()) {}

    static result<queue> try_make(client &source, std::uint32_t max_in_flight = 0)
    {
        dora_error *error = nullptr;
        dora_queue *made = dora_queue_new(source.client_.get(), max_in_flight, &error);
        return made == nullptr ? result<queue>(dora::error(error)) : queue(made, source.client_);
    }

    /** Adds an event to fetch; never blocks. */
    void add(std::string_view failure_id, std::uint64_t tag = 0) { (void)try_add(failure_id, tag).value(); }
    result<std::monostate> try_add(std::string_view failure_id, std::uint64_t tag = 0)
    {
        dora_error *error = nullptr;
        const bool added = dora_queue_add(queue_.get(), detail::c_string(failure_id), tag, &error);
        return added ? result<std::monostate>(std::monostate()) : dora::error(error);
    }

    /** The next event that is complete; nothing when none is pending or the time is up. */
    std::optional<completion> next(std::chrono::milliseconds timeout = without_limit)
    {
        const detail::owner<dora_result, dora_result_free> done(dora_queue_next(queue_.get(), timeout.count()));
        if (done == nullptr) {
            return std::nullopt;
        }
        dora_failure *fetched = dora_result_take_failure(done.get());
        return completion{dora_result_tag(done.get()), dora_result_failure_id(done.get()),
                          fetched != nullptr ? result<failure>(failure(fetched))
                                             : error(dora_result_take_error(done.get()))};
    }
    std::size_t pending() const noexcept { return dora_queue_pending(queue_.get()); }
    /** For poll and event loops, as dora_queue_fd says. */
    int fd() const noexcept { return dora_queue_fd(queue_.get()); }

    iterator begin() { return iterator(*this); }
    end_of_queue end() noexcept { return {}; }

private:
    queue(dora_queue *made, std::shared_ptr<dora_client> source) noexcept : client_(std::move(source)), queue_(made) {}

    std::shared_ptr<dora_client> client_; // freed after the queue
    detail::owner<dora_queue, dora_queue_free> queue_;
};

} // namespace dora

#endif
