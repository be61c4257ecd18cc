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
 *            as exceptions must. A queue keeps its client's connections and keys
 *            alive, and so does a search. native_handle is the object of dora.h, which
 *            stays owned.
 * Views      A string_view, a response_view and the pointer to a result's error
 *            are borrowed: they live as long as the event, error or result that
 *            they came from. A temporary lends nothing, so that
 *            `client.get_failure(id).name()` does not compile: keep the event in
 *            a variable. What the loop over a queue or search gives lives for one
 *            iteration, and may be moved out.
 * Time       A time limit is any duration, rounded up to milliseconds, or
 *            dora::no_limit. A duration that is over, as `deadline - now` may be,
 *            is the shortest limit and never none.
 * Errors     A function throws dora::error; its try_ form returns a
 *            dora::result and throws nothing but std::bad_alloc. A moved-from
 *            object, or an id with a NUL in it, is DORA_ERROR_INVALID_ARGUMENT;
 *            a setting with a NUL throws std::invalid_argument.
 * Threads    As in dora.h: a client serves any number at once, and any thread may
 *            read events and errors. A config, queue or search is for one at a time.
 */
#ifndef DORA_HPP
#define DORA_HPP

#if __cplusplus < 201703L
#error "dora.hpp needs C++17 or later: compile with -std=c++17"
#endif

#include <dora.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// What a function returns must not outlive the object that it is a member of.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define DORA_LIFETIMEBOUND [[clang::lifetimebound]]
#endif
#endif
#ifndef DORA_LIFETIMEBOUND
#define DORA_LIFETIMEBOUND
#endif

namespace dora {

using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

// ------------------------------------------------------------ Time limits

struct no_limit_t {
    explicit no_limit_t() = default;
};
inline constexpr no_limit_t no_limit{};

namespace detail {

/** Whole milliseconds, rounded up; 0 for a duration that is over. */
template <typename Rep, typename Period>
constexpr std::int64_t milliseconds(std::chrono::duration<Rep, Period> duration) noexcept
{
    constexpr double most = 9e15; // up to here a double holds every whole number
    const double exact = std::chrono::duration<double, std::milli>(duration).count();
    if (!(exact > 0)) {
        return 0;
    }
    const auto whole = static_cast<std::int64_t>(exact < most ? exact : most);
    return static_cast<double>(whole) < exact ? whole + 1 : whole;
}

/** The nearest number that a setting of dora.h can hold. */
constexpr std::uint32_t setting(std::int64_t milliseconds) noexcept
{
    return static_cast<std::uint32_t>(milliseconds < UINT32_MAX ? milliseconds : UINT32_MAX);
}

} // namespace detail

/** How long something may take: any duration, or dora::no_limit. */
class time_limit {
public:
    constexpr time_limit(no_limit_t) noexcept {}
    template <typename Rep, typename Period>
    constexpr time_limit(std::chrono::duration<Rep, Period> limit) noexcept : milliseconds_(detail::milliseconds(limit))
    {
    }

    /** As a setting of dora.h, where 0 is no limit: what is over becomes 1. */
    constexpr std::uint32_t as_setting() const noexcept
    {
        return milliseconds_ < 0 ? 0 : detail::setting(std::max<std::int64_t>(milliseconds_, 1));
    }
    /** As dora_queue_next takes it: -1 is no limit, 0 does not wait. */
    constexpr std::int64_t as_timeout() const noexcept { return milliseconds_; }

private:
    std::int64_t milliseconds_ = -1;
};

// ---------------------------------------------------------------- Helpers

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
        : is_null(!text.has_value() || text->find('\0') != std::string_view::npos),
          copy(is_null ? std::string_view() : *text)
    {
    }
    operator const char *() const noexcept { return is_null ? nullptr : copy.c_str(); }

    bool is_null;
    std::string copy;
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

/** Frees what was made from a client, and only then lets go of the client. */
template <typename Object, void (*Free)(Object *)>
struct client_deleter {
    void operator()(Object *object) const noexcept { Free(object); }

    std::shared_ptr<dora_client> client;
};

template <typename Object, void (*Free)(Object *)>
using client_owner = std::unique_ptr<Object, client_deleter<Object, Free>>;

/** A setting as the C API takes it. */
inline std::uint32_t argument(time_limit limit) noexcept { return limit.as_setting(); }
inline c_string argument(std::optional<std::string_view> text)
{
    if (text.has_value() && text->find('\0') != std::string_view::npos) {
        throw std::invalid_argument("libdora: a setting holds a NUL character");
    }
    return c_string(text);
}
template <typename Value>
Value argument(Value value) { return value; }

/**
 * The results of the deleted overloads, which would lend something of a
 * temporary. The names are for the compiler's message.
 */
struct keep_the_event_in_a_variable;
struct keep_the_error_in_a_variable;
struct keep_the_result_in_a_variable;

/** A std::optional that lends nothing as a temporary. */
template <typename Value>
class optional : public std::optional<Value> {
public:
    using std::optional<Value>::optional;

    Value *operator->() & noexcept DORA_LIFETIMEBOUND { return &**this; }
    const Value *operator->() const & noexcept DORA_LIFETIMEBOUND { return &**this; }
    keep_the_result_in_a_variable operator->() const && = delete;
};

/**
 * The iterator of a queue or search, which keep the element that it shows, as
 * std::istream_iterator does. The end is the default one.
 */
template <typename Source, typename Element>
class iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using pointer = Element *;
    using reference = Element &;

    iterator() = default;
    explicit iterator(Source &source) : source_(&source) { ++*this; }

    reference operator*() const noexcept { return *source_->current_; }
    pointer operator->() const noexcept { return &*source_->current_; }
    iterator &operator++()
    {
        source_->current_.reset();
        source_->current_ = source_->next();
        if (!source_->current_.has_value()) {
            source_ = nullptr;
        }
        return *this;
    }
    void operator++(int) { ++*this; }

    friend bool operator==(const iterator &left, const iterator &right) noexcept { return left.source_ == right.source_; }
    friend bool operator!=(const iterator &left, const iterator &right) noexcept { return !(left == right); }

private:
    Source *source_ = nullptr;
};

} // namespace detail

// --------------------------------------------------------- Response facts

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
    const dora_response *native_handle() const noexcept { return response_; }

private:
    explicit response_view(const dora_response *response) noexcept : response_(response) {}

    const dora_response *response_;
};

// ----------------------------------------------------------------- Errors

/** A copy of one item of the API's error body; `meta` is JSON text. */
struct error_item {
    std::optional<std::string> title, detail, status, source_pointer, source_parameter, source_header, meta;
};

/** What went wrong. A copy shares what it says with the original. */
class error : public std::exception {
public:
    /** Takes over an error of the C API. */
    explicit error(dora_error *owned) : error_(owned, dora_error_free) {}

    /** One line for a person; never a key. */
    const char *what() const noexcept DORA_LIFETIMEBOUND override
    {
        return message_ != nullptr ? message_ : detail::view(dora_error_message(error_.get())).value_or("").data();
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
    std::optional<std::string_view> body() const & noexcept DORA_LIFETIMEBOUND
    {
        std::size_t length = 0;
        const char *body = dora_error_body(error_.get(), &length);
        return body == nullptr ? std::nullopt : std::optional<std::string_view>(std::in_place, body, length);
    }
    std::optional<response_view> response() const & noexcept DORA_LIFETIMEBOUND
    {
        return response_view::of(dora_error_response(error_.get()));
    }
    /** libcurl's CURLcode. */
    int curl_code() const noexcept { return dora_error_curl_code(error_.get()); }
    const dora_error *native_handle() const noexcept { return error_.get(); }

    detail::keep_the_error_in_a_variable body() const && = delete;
    detail::keep_the_error_in_a_variable response() const && = delete;

private:
    friend class client;
    friend class search;

    /** An invalid argument that the C API is not asked about; the message is static. */
    static error refused(const char *message)
    {
        dora_error *error = nullptr;
        [[maybe_unused]] const dora_failure *none = dora_get_failure(nullptr, nullptr, &error);
        return dora::error(error, message);
    }
    /** With a message that is static, in place of the error's own. */
    error(dora_error *owned, const char *message) : error_(owned, dora_error_free), message_(message) {}

    std::shared_ptr<const dora_error> error_;
    const char *message_ = nullptr;
};

/** What a try_ function returns: a value or the error that stood in its way. */
template <typename Value>
class [[nodiscard]] result {
public:
    result(Value value) : outcome_(std::move(value)) {}
    result(dora::error error) : outcome_(std::move(error)) {}

    bool has_value() const noexcept { return outcome_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /** The value; where there is none, its error is thrown. Moved out of a temporary. */
    Value &value() & DORA_LIFETIMEBOUND { return check(), *std::get_if<0>(&outcome_); }
    const Value &value() const & DORA_LIFETIMEBOUND { return check(), *std::get_if<0>(&outcome_); }
    Value value() && { return check(), std::move(*std::get_if<0>(&outcome_)); }
    Value &operator*() & DORA_LIFETIMEBOUND { return value(); }
    const Value &operator*() const & DORA_LIFETIMEBOUND { return value(); }
    Value operator*() && { return std::move(*this).value(); }
    Value *operator->() & DORA_LIFETIMEBOUND { return &value(); }
    const Value *operator->() const & DORA_LIFETIMEBOUND { return &value(); }

    /** The error; NULL where there is a value. */
    const dora::error *error() const & noexcept DORA_LIFETIMEBOUND { return std::get_if<1>(&outcome_); }

    detail::keep_the_result_in_a_variable operator->() const && = delete;
    detail::keep_the_result_in_a_variable error() const && = delete;

private:
    void check() const
    {
        if (const dora::error *problem = error()) {
            throw *problem;
        }
    }

    std::variant<Value, dora::error> outcome_;
};

// --------------------------------------------------------- Incident event

/** One incident event. */
class failure {
public:
    /** Takes over an event of the C API. */
    explicit failure(dora_failure *owned) noexcept : failure_(owned) {}

    /** Reads the body of a response, without a network. */
    [[nodiscard]] static failure parse(std::string_view json) { return try_parse(json).value(); }
    static result<failure> try_parse(std::string_view json)
    {
        dora_error *error = nullptr;
        dora_failure *parsed = dora_parse_failure(json.data(), json.size(), &error);
        return parsed == nullptr ? result<failure>(dora::error(error)) : failure(parsed);
    }

    using text = std::optional<std::string_view>;
    using texts = std::vector<std::string_view>;

    text id() const & DORA_LIFETIMEBOUND { return field(dora_failure_id); }
    text type() const & DORA_LIFETIMEBOUND { return field(dora_failure_type); }
    text name() const & DORA_LIFETIMEBOUND { return field(dora_failure_name); }
    text severity() const & DORA_LIFETIMEBOUND { return field(dora_failure_severity); }
    text version() const & DORA_LIFETIMEBOUND { return field(dora_failure_version); }
    text git_commit_sha() const & DORA_LIFETIMEBOUND { return field(dora_failure_git_commit_sha); }
    text git_repository_url() const & DORA_LIFETIMEBOUND { return field(dora_failure_git_repository_url); }
    text git_repository_id() const & DORA_LIFETIMEBOUND { return field(dora_failure_git_repository_id); }
    /** The first of envs. */
    text env() const & DORA_LIFETIMEBOUND { return field(dora_failure_env); }
    /** The first of teams. */
    text team() const & DORA_LIFETIMEBOUND { return field(dora_failure_team); }
    std::optional<time_point> started_at() const { return time(dora_failure_started_at); }
    std::optional<time_point> finished_at() const { return time(dora_failure_finished_at); }

    texts services() const & DORA_LIFETIMEBOUND { return fields(dora_failure_service_count, dora_failure_service); }
    texts envs() const & DORA_LIFETIMEBOUND { return fields(dora_failure_env_count, dora_failure_env_at); }
    texts teams() const & DORA_LIFETIMEBOUND { return fields(dora_failure_team_count, dora_failure_team_at); }
    /** Each one "key:value". */
    texts custom_tags() const & DORA_LIFETIMEBOUND { return fields(dora_failure_custom_tag_count, dora_failure_custom_tag); }
    /** The value of the first tag with that key. */
    text custom_tag(std::string_view key) const & DORA_LIFETIMEBOUND
    {
        return detail::view(dora_failure_custom_tag_value(failure_.get(), detail::c_string(key)));
    }
    /** Where the event departs from the documented schema. */
    texts violations() const & DORA_LIFETIMEBOUND { return fields(dora_failure_violation_count, dora_failure_violation); }

    /** The body exactly as it was received. */
    std::string_view json() const & noexcept DORA_LIFETIMEBOUND
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
    std::optional<response_view> response() const & noexcept DORA_LIFETIMEBOUND
    {
        return response_view::of(dora_failure_response(failure_.get()));
    }
    const dora_failure *native_handle() const noexcept { return failure_.get(); }

    detail::keep_the_event_in_a_variable id() const && = delete;
    detail::keep_the_event_in_a_variable type() const && = delete;
    detail::keep_the_event_in_a_variable name() const && = delete;
    detail::keep_the_event_in_a_variable severity() const && = delete;
    detail::keep_the_event_in_a_variable version() const && = delete;
    detail::keep_the_event_in_a_variable git_commit_sha() const && = delete;
    detail::keep_the_event_in_a_variable git_repository_url() const && = delete;
    detail::keep_the_event_in_a_variable git_repository_id() const && = delete;
    detail::keep_the_event_in_a_variable env() const && = delete;
    detail::keep_the_event_in_a_variable team() const && = delete;
    detail::keep_the_event_in_a_variable services() const && = delete;
    detail::keep_the_event_in_a_variable envs() const && = delete;
    detail::keep_the_event_in_a_variable teams() const && = delete;
    detail::keep_the_event_in_a_variable custom_tags() const && = delete;
    detail::keep_the_event_in_a_variable custom_tag(std::string_view) const && = delete;
    detail::keep_the_event_in_a_variable violations() const && = delete;
    detail::keep_the_event_in_a_variable json() const && = delete;
    detail::keep_the_event_in_a_variable response() const && = delete;

private:
    template <typename Get>
    text field(Get get) const
    {
        return detail::view(get(failure_.get()));
    }

    template <typename Count, typename Get>
    texts fields(Count count, Get get) const
    {
        texts all(count(failure_.get()));
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
        return detail::copied(copy_at, native_handle(), static_cast<const char *>(path));
    }

    detail::owner<dora_failure, dora_failure_free> failure_;
};

// ---------------------------------------------------------- Configuration

/** Receives a DORA_LOG_ level and a message, on the thread that makes the call. What it throws ends the program. */
using logger = std::function<void(std::uint32_t level, std::string_view message)>;

/**
 * The settings that a client is made from; dora.h says what each one means, and
 * the client checks them. Text that is std::nullopt clears the setting.
 */
class config {
public:
    using text = std::optional<std::string_view>;

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
    config &connect_timeout(time_limit limit) { return set(dora_config_set_connect_timeout_ms, limit); }
    config &attempt_timeout(time_limit limit) { return set(dora_config_set_attempt_timeout_ms, limit); }
    config &timeout(time_limit limit) { return set(dora_config_set_timeout_ms, limit); }
    config &max_retries(std::uint32_t retries) { return set(dora_config_set_max_retries, retries); }
    template <typename BaseRep, typename BasePeriod, typename MaxRep, typename MaxPeriod>
    config &retry_backoff(std::chrono::duration<BaseRep, BasePeriod> base, std::chrono::duration<MaxRep, MaxPeriod> max)
    {
        return set(dora_config_set_retry_backoff_ms, detail::setting(detail::milliseconds(base)),
                   detail::setting(detail::milliseconds(max)));
    }
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
    /** NULL after a move. */
    dora_config *native_handle() const noexcept { return config_.get(); }

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

// ----------------------------------------------------------------- Client

/** What fetches incident events. Destroy it after its calls returned. */
class client {
public:
    /** Throws if a setting can't be used. */
    explicit client(const config &settings = config()) : client(try_make(settings).value()) {}

    static result<client> try_make(const config &settings = config())
    {
        dora_error *error = nullptr;
        if (settings.config_ == nullptr) { // to dora_client_new it would be the environment
            return dora::error::refused("config: moved from; make a new one");
        }
        const auto keep_logger = [log = settings.logger_](dora_client *made) { dora_client_free(made); };
        std::shared_ptr<dora_client> made(dora_client_new(settings.config_.get(), &error), keep_logger);
        return made == nullptr ? result<client>(dora::error(error)) : client(std::move(made));
    }

    client(client &&) = default;
    client &operator=(client &&) = default;

    /** Fetches one incident event and waits for it. */
    [[nodiscard]] failure get_failure(std::string_view failure_id) const { return try_get_failure(failure_id).value(); }
    result<failure> try_get_failure(std::string_view failure_id) const
    {
        dora_error *error = nullptr;
        dora_failure *fetched = dora_get_failure(client_.get(), detail::c_string(failure_id), &error);
        return fetched == nullptr ? result<failure>(dora::error(error)) : failure(fetched);
    }

    /** Ends the calls and queues in progress with DORA_ERROR_CANCELLED; from any thread or signal handler. */
    void cancel() const noexcept { dora_client_cancel(client_.get()); }
    /** NULL after a move. */
    dora_client *native_handle() const noexcept { return client_.get(); }

private:
    friend class queue;
    friend class search;

    explicit client(std::shared_ptr<dora_client> made) noexcept : client_(std::move(made)) {}

    std::shared_ptr<dora_client> client_; // shared with the client's queues and searches
};

// ------------------------------------------------------- Completion queue

/** How one event of a queue came out. */
struct completion {
    std::uint64_t tag;
    std::string failure_id;
    result<failure> outcome;
};

/**
 * Fetches many events side by side, and is an input range of their completions:
 * `for (dora::completion &done : queue)` ends when nothing is pending. Events may
 * be added meanwhile, and moved out of a completion, which lives until the next.
 */
class queue {
public:
    using iterator = detail::iterator<queue, completion>;

    /** `max_in_flight` 0 is the library's default. */
    explicit queue(const client &source, std::uint32_t max_in_flight = 0) : queue(try_make(source, max_in_flight).value())
    {
    }

    static result<queue> try_make(const client &source, std::uint32_t max_in_flight = 0)
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
    [[nodiscard]] detail::optional<completion> next(time_limit timeout = no_limit)
    {
        const detail::owner<dora_result, dora_result_free> done(dora_queue_next(queue_.get(), timeout.as_timeout()));
        if (done == nullptr) {
            return std::nullopt;
        }
        return completion{dora_result_tag(done.get()), dora_result_failure_id(done.get()), take(done.get())};
    }
    std::size_t pending() const noexcept { return dora_queue_pending(queue_.get()); }
    /** Cancels what has the tag and was not returned; it comes as DORA_ERROR_CANCELLED. Whether there was something. */
    bool cancel(std::uint64_t tag) noexcept { return dora_queue_cancel(queue_.get(), tag); }
    /** For poll and event loops, as dora_queue_fd says. */
    int fd() const noexcept { return dora_queue_fd(queue_.get()); }
    /** NULL after a move. */
    dora_queue *native_handle() const noexcept { return queue_.get(); }

    /** Waits for the first completion. */
    iterator begin() { return iterator(*this); }
    iterator end() noexcept { return {}; }

private:
    friend iterator;

    queue(dora_queue *made, std::shared_ptr<dora_client> source) noexcept : queue_(made, {std::move(source)}) {}

    static result<failure> take(dora_result *done)
    {
        if (dora_failure *fetched = dora_result_take_failure(done)) {
            return failure(fetched);
        }
        return error(dora_result_take_error(done));
    }

    detail::client_owner<dora_queue, dora_queue_free> queue_;
    std::optional<completion> current_; // what the iterators show
};

// ----------------------------------------------------------------- Search

/**
 * Every incident event of a span of time that matches a query, newest first, as
 * dora_search_failures says, and an input range of them:
 * `for (dora::failure &failure : search)`. An error leaves the loop and the search
 * where it was: another loop goes on. Events may be moved out.
 */
class search {
public:
    using iterator = detail::iterator<search, failure>;
    using bound = std::optional<time_point>;

    /** Events with from <= started_at < to. Without a query all; without a bound none. */
    explicit search(const client &source, std::string_view query = {}, bound from = {}, bound to = {})
        : search(try_make(source, query, from, to).value())
    {
    }

    static result<search> try_make(const client &source, std::string_view query = {}, bound from = {}, bound to = {})
    {
        if (query.find('\0') != std::string_view::npos) {
            return error::refused("query: holds a NUL character");
        }
        dora_error *error = nullptr;
        dora_search *made = dora_search_failures(source.client_.get(), detail::c_string(query), nanoseconds(from, INT64_MIN),
                                                 nanoseconds(to, INT64_MAX), &error);
        return made == nullptr ? result<search>(dora::error(error)) : search(made, source.client_);
    }

    /** How many events to ask for at a time, before the first of them. */
    search &page_size(std::uint32_t events)
    {
        dora_error *error = nullptr;
        return dora_search_set_page_size(search_.get(), events, &error) ? *this : throw dora::error(error);
    }

    /** The next event; nothing at the end or when the time is up, which has_ended tells. */
    [[nodiscard]] detail::optional<failure> next(time_limit timeout = no_limit) { return try_next(timeout).value(); }
    result<detail::optional<failure>> try_next(time_limit timeout = no_limit)
    {
        dora_failure *found = nullptr;
        dora_error *error = nullptr;
        const dora_search_status status = dora_search_next(search_.get(), timeout.as_timeout(), &found, &error);
        has_ended_ = status == DORA_SEARCH_END;
        if (status == DORA_SEARCH_ERROR) {
            return dora::error(error);
        }
        return found == nullptr ? detail::optional<failure>() : failure(found);
    }
    /** Whether the last next found the end. */
    bool has_ended() const noexcept { return has_ended_; }
    /** For poll and event loops, as dora_search_fd says. */
    int fd() const noexcept { return dora_search_fd(search_.get()); }
    /** NULL after a move. */
    dora_search *native_handle() const noexcept { return search_.get(); }

    /** Waits for the first event, or for the one that follows where a loop was left. */
    iterator begin() { return iterator(*this); }
    iterator end() noexcept { return {}; }

private:
    friend iterator;

    search(dora_search *made, std::shared_ptr<dora_client> source) noexcept : search_(made, {std::move(source)}) {}

    static std::int64_t nanoseconds(bound time, std::int64_t none) noexcept
    {
        return time.has_value() ? time->time_since_epoch().count() : none;
    }

    detail::client_owner<dora_search, dora_search_free> search_;
    std::optional<failure> current_; // what the iterators show
    bool has_ended_ = false;
};

} // namespace dora

#undef DORA_LIFETIMEBOUND

#endif
