# SPDX-License-Identifier: Apache-2.0
"""libdora for Python 3.9 and later: incident events of Datadog's DORA metrics.

    with dora.Client() as client:  # keys and site from the environment
        failure = client.get_failure("failure-id")
        print(failure.name, failure.started_at)

One file over ctypes. The loader finds libdora.so.0 on its ordinary path, unless
the environment's DORA_LIBRARY says where it is.

A Client serves any number of threads, and works in a child after fork. What it
returns is plain immutable data, free to be pickled and to outlive the client.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from types import SimpleNamespace

TYPE_CHECKING = False  # that of typing, whose import would take longer than a call
if TYPE_CHECKING:
    import asyncio
    import logging
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, TypeVar
    _Answer = TypeVar("_Answer")

# A blocking call comes back to Python this often, to run signal handlers: Ctrl-C is one.
_SLICE_MS = 20
# How many ids get_failures takes ahead of the results that were read.
_IDS_AHEAD = 1000
# How long the asyncio client hands out results before other tasks have their turn.
_TURN_S = 0.002

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_SIZE_MAX = c_size_t(-1).value

_library = ctypes.CDLL(os.environ.get("DORA_LIBRARY", "libdora.so.0"))
_ErrorOut = POINTER(c_void_p)
_LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_char_p)


def _bound(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_library, f"dora_{name}")
    function.restype, function.argtypes = result, arguments
    return function


# By result and arguments.
_FUNCTIONS: list[tuple[tuple[Any, ...], str]] = [
    ((c_char_p,), "version"),
    ((c_void_p,), "config_new"),
    ((None, c_void_p), "config_free client_cancel client_free queue_free result_free failure_free error_free"),
    ((None, c_void_p, c_bool), "config_set_compression config_set_strict"),
    ((None, c_void_p, c_uint32), "config_set_max_retries config_set_connect_timeout_ms config_set_attempt_timeout_ms "
                                 "config_set_timeout_ms"),
    ((None, c_void_p, c_uint64), "config_set_max_response_bytes"),
    ((None, c_void_p, c_uint32, c_uint32), "config_set_retry_backoff_ms"),
    ((None, c_void_p, c_char_p), "config_set_site config_set_api_key config_set_app_key config_set_access_token "
                                 "config_set_base_url config_set_ca_file config_set_proxy config_set_user_agent"),
    ((None, c_void_p, c_char_p, c_char_p), "config_set_client_certificate config_add_header"),
    ((None, c_void_p, _LogFunction, c_void_p), "config_set_logger"),
    ((c_void_p, c_void_p, _ErrorOut), "client_new"),
    ((c_void_p, c_void_p, c_uint32, _ErrorOut), "queue_new"),
    ((c_bool, c_void_p, c_char_p, c_uint64, _ErrorOut), "queue_add"),
    ((c_void_p, c_void_p, c_int64), "queue_next"),
    ((c_void_p, c_char_p, c_size_t, _ErrorOut), "parse_failure"),
    ((c_void_p, c_void_p), "result_take_failure result_take_error failure_response error_response"),
    ((c_int, c_void_p), "queue_fd error_curl_code response_status"),
    ((c_bool, c_void_p), "error_is_retryable"),
    ((c_uint32, c_void_p), "error_get_code response_attempts"),
    ((c_uint64, c_void_p), "result_tag"),
    ((c_int64, c_void_p), "error_retry_after_ms"),
    ((c_size_t, c_void_p), "error_item_count"),
    ((c_int64, c_void_p, c_uint32), "response_time_us"),
    ((c_bool, c_void_p, POINTER(c_int64)), "failure_started_at failure_finished_at"),
    ((c_void_p, c_void_p, POINTER(c_size_t)), "failure_json error_body"),
    ((c_char_p, c_uint32), "error_code_name"),
    ((c_char_p, c_void_p), "error_message response_http_version"),
    ((c_char_p, c_void_p, c_char_p), "failure_custom_tag_value"),
    ((c_size_t, c_void_p, c_char_p, c_char_p, c_size_t), "failure_copy_json"),
    ((c_size_t, c_void_p, c_size_t, c_char_p, c_size_t), "error_copy_item_meta"),
]
_c = SimpleNamespace(**{name: _bound(name, *types) for types, names in _FUNCTIONS for name in names.split()})
_FAILURE_TEXTS = [_bound(f"failure_{name}", c_char_p, c_void_p) for name in (
    "id", "type", "name", "env", "severity", "team", "version",
    "git_commit_sha", "git_repository_url", "git_repository_id")]
_FAILURE_LISTS = [(_bound(f"failure_{name}_count", c_size_t, c_void_p),
                   _bound(f"failure_{name}", c_char_p, c_void_p, c_size_t))
                  for name in ("service", "custom_tag", "violation")]
_ERROR_ITEM_TEXTS = {name: _bound(f"error_item_{name}", c_char_p, c_void_p, c_size_t) for name in (
    "title", "detail", "status", "source_pointer", "source_parameter", "source_header")}
_RATE_LIMITS = [_bound(f"response_rate_limit{name}", c_int64, c_void_p)
                for name in ("", "_remaining", "_period_s", "_reset_s")]

version: str = _c.version().decode()


@dataclass(frozen=True)
class Response:
    """The facts of the HTTP response that an event or an error came with. None is what was not sent."""
    status: int
    http_version: str
    attempts: int
    times_us: tuple[int, ...]  # of the last attempt: name looked up, connected, TLS, first byte, total
    rate_limit: int | None
    rate_limit_remaining: int | None
    rate_limit_period_s: int | None
    rate_limit_reset_s: int | None


@dataclass(frozen=True)
class Failure:
    """One incident event. None is what it does not carry."""
    id: str | None
    type: str | None
    name: str | None
    env: str | None
    severity: str | None
    team: str | None
    version: str | None
    git_commit_sha: str | None
    git_repository_url: str | None
    git_repository_id: str | None
    started_at: datetime | None  # to the microsecond, the nanoseconds beside it are exact
    started_at_ns: int | None
    finished_at: datetime | None
    finished_at_ns: int | None
    services: tuple[str, ...]
    custom_tags: tuple[str, ...]
    violations: tuple[str, ...]  # where the event departs from the documented schema
    json: bytes  # the body exactly as it was received
    response: Response | None  # None for a parsed event

    @staticmethod
    def parse(json: bytes) -> Failure:
        """Reads the body of a response, without a network."""
        return _take_failure(_call(_c.parse_failure, json, len(json)))

    def custom_tag(self, key: str) -> str | None:
        """The value of the first tag with that key."""
        return _asked(self.json, lambda failure: _string(_c.failure_custom_tag_value(failure, _text(key))))

    def value(self, pointer: str) -> Any:
        """The value at a JSON Pointer (RFC 6901): reaches what has no attribute. KeyError if nothing is there."""
        text = _asked(self.json, lambda failure: _copied(_c.failure_copy_json, failure, _text(pointer)))
        if text is None:
            raise KeyError(pointer)
        from json import loads
        return loads(text)


class Error(Exception):
    """What went wrong: one line for a person, which never holds a key, and the facts."""
    code: str = "unknown"
    is_retryable: bool = False
    retry_after: float | None = None  # seconds, as the server asked
    items: tuple[dict[str, Any], ...] = ()  # of the API's error body: title, detail, ...; None if absent
    body: bytes | None = None
    response: Response | None = None
    curl_code: int = 0


class InvalidArgumentError(Error, ValueError): ...
class BadRequestError(Error): ...
class UnauthenticatedError(Error): ...
class ForbiddenError(Error): ...
class NotFoundError(Error): ...
class RateLimitedError(Error): ...
class ServerError(Error): ...
class HTTPError(Error): ...
class ConnectionFailedError(Error, ConnectionError): ...
class TLSError(Error): ...
class TimedOutError(Error, TimeoutError): ...
class CancelledError(Error): ...
class ResponseTooLargeError(Error): ...
class MalformedResponseError(Error): ...
class InternalError(Error): ...


_ERRORS = Error.__subclasses__()  # in the order of the DORA_ERROR_ constants, from 1


@dataclass(frozen=True)
class Result:
    """How one event of get_failures came out: one of the two is None."""
    failure_id: str
    failure: Failure | None
    error: Error | None


def _text(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("embedded null character")
    return value.encode()


def _string(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def _copied(function: Callable[..., int], *source: Any) -> bytes | None:
    length = function(*source, None, 0)
    if length == _SIZE_MAX:
        return None
    buffer = ctypes.create_string_buffer(length + 1)
    function(*source, buffer, length + 1)
    return buffer.raw[:length]


def _sized(function: Callable[..., int | None], source: int) -> bytes | None:
    length = c_size_t()
    pointer = function(source, byref(length))
    return None if pointer is None else ctypes.string_at(pointer, length.value)


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function that takes `dora_error **` last."""
    error = c_void_p()
    result = function(*arguments, byref(error))
    if not result:
        raise _take_error(error.value or 0)
    return result


def _asked(json: bytes, ask: Callable[[int], _Answer]) -> _Answer:
    failure: int = _call(_c.parse_failure, json, len(json))
    try:
        return ask(failure)
    finally:
        _c.failure_free(failure)


def _times(function: Callable[..., bool], failure: int) -> tuple[datetime | None, int | None]:
    unix_ns = c_int64()
    if not function(failure, byref(unix_ns)):
        return None, None
    return _EPOCH + timedelta(microseconds=unix_ns.value // 1000), unix_ns.value


def _response_of(response: int | None) -> Response | None:
    if response is None:
        return None
    limits = [limit if limit >= 0 else None for limit in (function(response) for function in _RATE_LIMITS)]
    return Response(_c.response_status(response), _c.response_http_version(response).decode(),
                    _c.response_attempts(response), tuple([_c.response_time_us(response, i) for i in range(5)]), *limits)


def _take_failure(pointer: int) -> Failure:
    try:
        texts: Any = [_string(text(pointer)) for text in _FAILURE_TEXTS]
        lists: Any = [tuple([item(pointer, index).decode() for index in range(number(pointer))])
                      for number, item in _FAILURE_LISTS]
        times: Any = _times(_c.failure_started_at, pointer) + _times(_c.failure_finished_at, pointer)
        facts: Any = _sized(_c.failure_json, pointer), _response_of(_c.failure_response(pointer))
        return Failure(*texts, *times, *lists, *facts)
    finally:
        _c.failure_free(pointer)


def _take_error(pointer: int) -> Error:
    from json import loads
    code = _c.error_get_code(pointer)
    error = (_ERRORS[code - 1] if 0 < code <= len(_ERRORS) else Error)(_string(_c.error_message(pointer)))
    error.code = _c.error_code_name(code).decode()
    error.is_retryable = _c.error_is_retryable(pointer)
    error.retry_after = None if (wait := _c.error_retry_after_ms(pointer)) < 0 else wait / 1000
    for index in range(_c.error_item_count(pointer)):
        item: dict[str, Any] = {name: _string(text(pointer, index)) for name, text in _ERROR_ITEM_TEXTS.items()}
        item["meta"] = loads(_copied(_c.error_copy_item_meta, pointer, index) or "null")
        error.items += (item,)
    error.body = _sized(_c.error_body, pointer)
    error.response = _response_of(_c.error_response(pointer))
    error.curl_code = _c.error_curl_code(pointer)
    _c.error_free(pointer)
    return error


class _Handle:
    """A dora_client. It is freed once nobody holds it: neither its Client nor a queue at work."""

    def __init__(self, pointer: int, log_function: Any) -> None:
        self.pointer = pointer
        self.log_function = log_function  # C calls it

    def __del__(self, free: Callable[[int], None] = _c.client_free) -> None:
        free(self.pointer)

    def __reduce__(self) -> str:
        raise TypeError("a dora client cannot be pickled: make one in each process")


class _Queue:
    """A dora_queue, which keeps its client."""

    def __init__(self, client: _Handle, max_in_flight: int) -> None:
        self.client = client
        self.pointer = None
        self.pointer = _call(_c.queue_new, client.pointer, _unsigned(max_in_flight))

    def __del__(self, free: Callable[[int | None], None] = _c.queue_free) -> None:
        free(self.pointer)

    def add(self, failure_id: str, tag: int) -> None:
        _call(_c.queue_add, self.pointer, _text(failure_id), tag)

    def poll(self, timeout_ms: int = 0) -> tuple[int, Failure | Error] | None:
        """The next result and its tag, None when the time is up."""
        result = _c.queue_next(self.pointer, timeout_ms)
        if result is None:
            return None
        tag, failure, error = _c.result_tag(result), _c.result_take_failure(result), _c.result_take_error(result)
        _c.result_free(result)
        return tag, _take_error(error) if failure is None else _take_failure(failure)

    def wait(self) -> tuple[int, Failure | Error]:
        while (result := self.poll(_SLICE_MS)) is None:
            pass
        return result


def _unsigned(value: int, bits: int = 32) -> int:
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{value} is out of range: 0 to {(1 << bits) - 1}")
    return value


def _milliseconds(seconds: float) -> int:
    return _unsigned(-int(-seconds * 1000 // 1))  # rounded up: 0 means no limit


def _logging_to(logger: logging.Logger) -> Any:
    def log(_user_data: int, level: int, message: bytes) -> None:
        logger.log((5 - level) * 10, "%s", message.decode())  # DORA_LOG_ERROR is 1, logging.ERROR is 40
    return _LogFunction(log)


class _Settings:
    """What both clients are made from; what is None is as the environment or the library has it."""

    def __init__(self, *, site: str | None = None, api_key: str | None = None, app_key: str | None = None,
                 access_token: str | None = None, base_url: str | None = None, proxy: str | None = None,
                 ca_file: str | None = None, client_certificate: tuple[str, str] | None = None,
                 user_agent: str | None = None, headers: Mapping[str, str] | None = None,
                 connect_timeout: float | None = None, attempt_timeout: float | None = None,  # seconds, 0 = no limit
                 timeout: float | None = None, max_retries: int | None = None,
                 retry_backoff: tuple[float, float] | None = None, max_response_bytes: int | None = None,
                 compression: bool | None = None, strict: bool | None = None,
                 logger: logging.Logger | None = None) -> None:
        log_function = _LogFunction() if logger is None else _logging_to(logger)
        settings: tuple[tuple[Any, ...], ...] = (
            (_c.config_set_site, _text, site), (_c.config_set_api_key, _text, api_key),
            (_c.config_set_app_key, _text, app_key), (_c.config_set_access_token, _text, access_token),
            (_c.config_set_base_url, _text, base_url), (_c.config_set_proxy, _text, proxy),
            (_c.config_set_ca_file, _text, ca_file), (_c.config_set_user_agent, _text, user_agent),
            (_c.config_set_connect_timeout_ms, _milliseconds, connect_timeout),
            (_c.config_set_attempt_timeout_ms, _milliseconds, attempt_timeout),
            (_c.config_set_timeout_ms, _milliseconds, timeout), (_c.config_set_max_retries, _unsigned, max_retries),
            (_c.config_set_max_response_bytes, lambda value: _unsigned(value, 64), max_response_bytes),
            (_c.config_set_retry_backoff_ms, _milliseconds, *(retry_backoff or [None])),
            (_c.config_set_client_certificate, _text, *(client_certificate or [None])),
            (_c.config_set_compression, bool, compression), (_c.config_set_strict, bool, strict),
            *((_c.config_add_header, _text, *header) for header in (headers or {}).items()))
        config = _c.config_new()
        try:
            for setter, convert, *values in settings:
                if values[0] is not None:
                    setter(config, *map(convert, values))
            _c.config_set_logger(config, log_function, None)
            self._handle: _Handle | None = _Handle(_call(_c.client_new, config), log_function)
        finally:
            _c.config_free(config)
        self._idle: list[_Queue] = []  # as many as calls were in progress at once

    def _opened(self) -> _Handle:
        if self._handle is None:
            raise ValueError("the client is closed")
        return self._handle

    def cancel(self) -> None:
        """Ends every call in progress on this client with CancelledError; later calls work. From any thread."""
        _c.client_cancel(self._opened().pointer)

    def close(self) -> None:
        """Closes the connections; calls in progress end with CancelledError. To close twice does nothing."""
        handle, self._handle, self._idle = self._handle, None, []
        if handle is not None:
            _c.client_cancel(handle.pointer)


class Client(_Settings):
    """Fetches incident events. Any number of threads may use one client at once."""

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def get_failure(self, failure_id: str) -> Failure:
        """Fetches one incident event and waits for it, retries included. Raises Error."""
        handle, idle = self._opened(), self._idle
        try:
            queue = idle.pop()
        except IndexError:
            queue = _Queue(handle, 1)  # dora_get_failure would not let Python run its signal handlers
        queue.add(failure_id, 0)
        _, outcome = queue.wait()
        idle.append(queue)
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def get_failures(self, failure_ids: Iterable[str], max_in_flight: int = 0) -> Iterator[Result]:
        """Fetches many events side by side, in the order of completion. Takes ids as their turn comes."""
        return self._results(_Queue(self._opened(), max_in_flight), iter(failure_ids))

    def _results(self, queue: _Queue, failure_ids: Iterator[str]) -> Iterator[Result]:
        waiting: dict[int, str] = {}
        tagged = zip(count(), failure_ids)
        while True:
            for tag, failure_id in tagged:
                try:
                    queue.add(failure_id, tag)
                except InvalidArgumentError as error:
                    yield Result(failure_id, None, error)
                    continue
                waiting[tag] = failure_id
                if len(waiting) >= _IDS_AHEAD:
                    break
            if not waiting:
                return
            self._opened()
            tag, outcome = queue.wait()
            if isinstance(outcome, Error):
                yield Result(waiting.pop(tag), None, outcome)
            else:
                yield Result(waiting.pop(tag), outcome, None)


class AsyncClient(_Settings):
    """Fetches incident events on asyncio: any number of awaits on one thread, of one event loop."""

    _queue: _Queue | None = None
    _tags = count()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.close()

    async def get_failure(self, failure_id: str) -> Failure:
        """As Client.get_failure. An await that is cancelled leaves the others alone."""
        handle = self._opened()
        if self._queue is None:
            import asyncio
            self._queue, self._loop = _Queue(handle, 0), asyncio.get_running_loop()
            self._waiting: dict[int, asyncio.Future[Failure | Error]] = {}
            self._loop.add_reader(_c.queue_fd(self._queue.pointer), self._advance)
        tag, future = next(self._tags), self._loop.create_future()
        self._queue.add(failure_id, tag)
        self._waiting[tag] = future
        try:
            outcome: Failure | Error = await future
        finally:
            if self._waiting.pop(tag, None) is not None and not self._waiting:
                self._drop_queue()  # nobody waits any more: what is in flight is in vain
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def _advance(self) -> None:
        """Hands out what is complete. Of what is left the descriptor goes on to tell."""
        end = self._loop.time() + _TURN_S
        while self._queue is not None and (result := self._queue.poll()) is not None:
            self._hand_out(self._waiting.pop(result[0], None), result[1])
            if self._loop.time() >= end:
                return

    def close(self) -> None:
        super().close()
        self._drop_queue()

    def _drop_queue(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None and not self._loop.is_closed():
            self._loop.remove_reader(_c.queue_fd(queue.pointer))
            while self._waiting:
                self._hand_out(self._waiting.popitem()[1], CancelledError("the client was closed"))

    @staticmethod
    def _hand_out(future: asyncio.Future[Failure | Error] | None, outcome: Failure | Error) -> None:
        if future is not None and not future.done():
            future.set_result(outcome)
