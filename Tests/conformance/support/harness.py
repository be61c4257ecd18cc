# SPDX-License-Identifier: Apache-2.0
"""The library as the tests use it: settings in, plain Python values out, everything freed."""

import contextlib
import ctypes
import json
import re
import types
from ctypes import byref, c_int64, c_size_t, c_void_p

import capi

dora = capi.load()

API_KEY = "0123456789abcdef-api-key"
APP_KEY = "fedcba9876543210-app-key"

# Retries at once, so that a test of many faults takes no time; a deadline, so that none hangs.
QUICK = {"retry_backoff_ms": (1, 2), "timeout_ms": 20_000}


class DoraError(Exception):
    """A copy of all that a dora_error says."""

    def __init__(self, error):
        code = dora.dora_error_get_code(error)
        self.code = dora.dora_error_code_name(code).decode()
        self.message = dora.dora_error_message(error).decode()
        self.retryable = dora.dora_error_is_retryable(error)
        self.retry_after_ms = dora.dora_error_retry_after_ms(error)
        self.curl_code = dora.dora_error_curl_code(error)
        self.body = sized(dora.dora_error_body, error)
        self.items = [item_of(error, index) for index in range(dora.dora_error_item_count(error))]
        self.response = response_of(dora.dora_error_response(error))
        dora.dora_error_free(error)
        super().__init__(f"{self.code}: {self.message}")


def item_of(error, index):
    fields = ("title", "detail", "status", "source_pointer", "source_parameter", "source_header")
    item = {field: text(getattr(dora, f"dora_error_item_{field}")(error, index)) for field in fields}
    item["meta"] = copied(dora.dora_error_copy_item_meta, error, index)
    return item


def response_of(response):
    if response is None:
        return None
    return types.SimpleNamespace(
        status=dora.dora_response_status(response),
        http_version=text(dora.dora_response_http_version(response)),
        attempts=dora.dora_response_attempts(response),
        times_us=[dora.dora_response_time_us(response, phase) for phase in range(5)],
        rate_limit=dora.dora_response_rate_limit(response),
        rate_limit_remaining=dora.dora_response_rate_limit_remaining(response),
        rate_limit_period_s=dora.dora_response_rate_limit_period_s(response),
        rate_limit_reset_s=dora.dora_response_rate_limit_reset_s(response),
        content_type=text(dora.dora_response_header(response, b"CONTENT-type")),
    )


def event_of(failure):
    """A copy of all that an event says. Frees the event."""
    event = types.SimpleNamespace(**{
        field: text(getattr(dora, f"dora_failure_{field}")(failure)) for field in capi.FAILURE_TEXTS})
    event.started_at = nanoseconds(dora.dora_failure_started_at, failure)
    event.finished_at = nanoseconds(dora.dora_failure_finished_at, failure)
    event.services = texts_of(failure, "service")
    event.envs = texts_of(failure, "env", "_at")
    event.teams = texts_of(failure, "team", "_at")
    event.custom_tags = texts_of(failure, "custom_tag")
    event.violations = texts_of(failure, "violation")
    event.json = sized(dora.dora_failure_json, failure)
    event.response = response_of(dora.dora_failure_response(failure))
    dora.dora_failure_free(failure)
    return event


def texts_of(failure, noun, suffix=""):
    count = getattr(dora, f"dora_failure_{noun}_count")(failure)
    texts = [text(getattr(dora, f"dora_failure_{noun}{suffix}")(failure, index)) for index in range(count)]
    assert None not in texts and getattr(dora, f"dora_failure_{noun}{suffix}")(failure, count) is None
    return texts


def text(pointer):
    return None if pointer is None else pointer.decode()


def nanoseconds(function, failure):
    value = c_int64(-12345)
    present = function(failure, byref(value))
    if not present:
        assert value.value == -12345, "an absent time must leave the variable alone"
        return None
    return value.value


def sized(function, owner):
    """The bytes of a borrowed buffer, and that a NUL follows them."""
    length = c_size_t(12345)
    pointer = function(owner, byref(length))
    if pointer is None:
        assert length.value == 0
        return None
    data = ctypes.string_at(pointer, length.value + 1)
    assert data[-1] == 0
    return data[:-1]


def copied(function, *arguments):
    """What a function that copies as snprintf does has to say; None if nothing is there."""
    length = function(*arguments, None, 0)
    if length == capi.SIZE_MAX:
        return None
    buffer = ctypes.create_string_buffer(length + 1)
    assert function(*arguments, buffer, length + 1) == length
    return buffer.raw[:length]


def call(function, *arguments):
    """Calls a function that takes `dora_error **` last; raises DoraError."""
    error = c_void_p()
    result = function(*arguments, byref(error))
    if not result:
        raise DoraError(error)
    assert not error.value, "success must leave *error alone"
    return result


@contextlib.contextmanager
def configured(**settings):
    """A configuration; a tuple is the arguments of a setter, headers is a list of pairs."""
    config = dora.dora_config_new()
    try:
        for name, value in settings.items():
            if name == "headers":
                for header in value:
                    dora.dora_config_add_header(config, *map(encoded, header))
            else:
                values = value if isinstance(value, tuple) else (value,)
                getattr(dora, f"dora_config_set_{name}")(config, *map(encoded, values))
        yield config
    finally:
        dora.dora_config_free(config)


def encoded(value):
    return value.encode() if isinstance(value, str) else value


class Client:
    """A dora_client. Unless told otherwise it has a pair of keys."""

    def __init__(self, **settings):
        settings = {"api_key": API_KEY, "app_key": APP_KEY, **QUICK, **settings}
        with configured(**settings) as config:
            self.pointer = call(dora.dora_client_new, config)

    def get(self, failure_id):
        return event_of(call(dora.dora_get_failure, self.pointer, encoded(failure_id)))

    def cancel(self):
        dora.dora_client_cancel(self.pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        dora.dora_client_free(self.pointer)


def id_of(body):
    """The id in a body, to ask for it by; "event" where there is none that a URL takes as it is."""
    try:
        failure_id = json.loads(body)["data"]["id"]
    except (ValueError, TypeError, KeyError):
        return "event"
    return failure_id if isinstance(failure_id, str) and re.fullmatch(r"[\w-]+", failure_id, re.ASCII) else "event"


def parse(document):
    return event_of(call(dora.dora_parse_failure, document, len(document)))
