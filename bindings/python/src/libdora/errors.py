# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: a class for each of the library's codes."""

from __future__ import annotations

from ctypes import byref, c_void_p

from ._convert import copied, sized, text_out
from ._lazy import TYPE_CHECKING, Lazy
from ._library import c
from ._value import Value
from .response import Response, response_of

if TYPE_CHECKING:
    import typing
    from collections import abc
else:
    typing, abc = Lazy("typing"), Lazy("collections.abc")


class ErrorItem(Value):
    """One item of the API's error body. None is what it does not carry. In the form that is a list of
    strings, the string is the title."""

    __slots__ = ("detail", "meta", "source_header", "source_parameter", "source_pointer", "status", "title")
    title: str | None
    detail: str | None
    status: str | None
    source_pointer: str | None
    source_parameter: str | None
    source_header: str | None
    meta: typing.Any
    """Any JSON value."""


class Error(Exception):
    """What went wrong. str() of it is one line for a person, which never holds a key.

    Each code of the library is a class below this one; some are also what the standard library calls
    such an error: ValueError, ConnectionError, TimeoutError.
    """

    code: str = "unknown"
    """The name for logs: "rate_limited", "not_found" and so on."""
    is_retryable: bool = False
    """Whether the same call may succeed later without any change."""
    retry_after: float | None = None
    """How many seconds the server asked to wait, counted from the response."""
    items: tuple[ErrorItem, ...] = ()
    """What the API's error body lists."""
    body: bytes | None = None
    """The body of the response as it was received; None if no response came back."""
    response: Response | None = None
    """The facts of the last response; None if none came back."""
    curl_code: int = 0
    """libcurl's own code (CURLcode) of a transport failure; 0 if it was none."""


class InvalidArgumentError(Error, ValueError):
    """An argument or a setting is unusable. Nothing was sent."""


class BadRequestError(Error):
    """HTTP 400."""


class UnauthenticatedError(Error):
    """HTTP 401."""


class ForbiddenError(Error):
    """HTTP 403: the keys were refused, or lack dora_metrics_read."""


class NotFoundError(Error):
    """HTTP 404."""


class RateLimitedError(Error):
    """HTTP 429, after the retries."""


class ServerError(Error):
    """HTTP 5xx, after the retries."""


class HTTPError(Error):
    """Any other status that is not 200. Redirects are never followed."""


class ConnectionFailedError(Error, ConnectionError):
    """Name lookup, connecting or the proxy, or the connection broke."""


class TLSError(Error):
    """The server's certificate or the TLS handshake."""


class TimedOutError(Error, TimeoutError):
    """A timeout, or the deadline of the whole call, passed."""


class CancelledError(Error):
    """The call was ended by `cancel` or `close` of its client."""


class ResponseTooLargeError(Error):
    """The body or the headers were over their limit."""


class MalformedResponseError(Error):
    """A body that is no incident event or, in strict mode, departs from the schema."""


class InternalError(Error):
    """Anything else: a bug."""


class IncompleteError(Error):
    """A search that can't go on without leaving events out: more of them at one instant than a page holds, or
    a server that keeps neither order nor bounds."""


# By the value of the DORA_ERROR_ constant, from 1.
CLASSES: tuple[type[Error], ...] = (
    InvalidArgumentError, BadRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, RateLimitedError,
    ServerError, HTTPError, ConnectionFailedError, TLSError, TimedOutError, CancelledError, ResponseTooLargeError,
    MalformedResponseError, InternalError, IncompleteError)
for _value, _class in enumerate(CLASSES, 1):
    _class.code = c.error_code_name(_value).decode()

_ITEM_TEXTS: dict[str, typing.Any] = {
    "title": c.error_item_title, "detail": c.error_item_detail, "status": c.error_item_status,
    "source_pointer": c.error_item_source_pointer, "source_parameter": c.error_item_source_parameter,
    "source_header": c.error_item_source_header}


class _Owner:
    """A dora_error, which an exception's response goes on reading."""

    __slots__ = ("_pointer",)

    def __init__(self, pointer: int) -> None:
        self._pointer: int = pointer

    def __del__(self, free: abc.Callable[[int], None] = c.error_free) -> None:
        pointer, self._pointer = self._pointer, 0  # another finalizer may still read it
        free(pointer)


def call(function: abc.Callable[..., typing.Any], *arguments: typing.Any) -> typing.Any:
    """Calls a function that takes `dora_error **` last."""
    error = c_void_p()
    result = function(*arguments, byref(error))
    if not result:
        raise take_error(error.value or 0)
    return result


def take_error(pointer: int) -> Error:
    """The exception for a dora_error, which it owns from now on."""
    owner = _Owner(pointer)
    code = c.error_get_code(pointer)
    error = (CLASSES[code - 1] if 0 < code <= len(CLASSES) else Error)(_in_python_terms(c.error_message(pointer).decode()))
    error.code = c.error_code_name(code).decode()
    error.is_retryable = c.error_is_retryable(pointer)
    error.retry_after = None if (wait := c.error_retry_after_ms(pointer)) < 0 else wait / 1000
    error.items = tuple([_item(pointer, index) for index in range(c.error_item_count(pointer))])
    error.body = sized(c.error_body, pointer)
    error.response = response_of(owner, c.error_response)
    error.curl_code = c.error_curl_code(pointer)
    return error


def _item(error: int, index: int) -> ErrorItem:
    texts = {name: text_out(read(error, index)) for name, read in _ITEM_TEXTS.items()}
    return ErrorItem(**texts, meta=_meta(copied(c.error_copy_item_meta, error, index)))


def _meta(text: bytes | None) -> typing.Any:
    if text is None:
        return None
    from json import loads
    try:
        return loads(text)
    except ValueError:  # JSON that Python won't read, such as an int of 5,000 digits
        return text.decode("utf-8", "replace")


def _in_python_terms(message: str) -> str:
    """The settings have no unit in their names here: they are seconds."""
    for name in ("connect_timeout", "attempt_timeout", "timeout", "retry_backoff"):
        message = message.replace(f"{name}_ms", name)
    return message
