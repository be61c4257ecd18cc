# SPDX-License-Identifier: Apache-2.0
"""What can go wrong: a class for each of the library's codes."""

from __future__ import annotations

from ctypes import byref, c_void_p

from ._convert import copied, sized, text_out
from ._library import c
from .response import Response, response_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Error(Exception):
    """What went wrong: one line for a person, which never holds a key, and the facts."""

    code: str = "unknown"
    is_retryable: bool = False
    retry_after: float | None = None
    """Seconds, as the server asked."""
    items: tuple[dict[str, Any], ...] = ()
    """Of the API's error body: title, detail, ...; None if absent."""
    body: bytes | None = None
    response: Response | None = None
    curl_code: int = 0


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
    """The client was told to cancel, or closed."""


class ResponseTooLargeError(Error):
    """The body or the headers were over their limit."""


class MalformedResponseError(Error):
    """A body that is no incident event or, in strict mode, departs from the schema."""


class InternalError(Error):
    """Anything else: a bug."""


# By the value of the DORA_ERROR_ constant, from 1.
_CLASSES: tuple[type[Error], ...] = (
    InvalidArgumentError, BadRequestError, UnauthenticatedError, ForbiddenError, NotFoundError, RateLimitedError,
    ServerError, HTTPError, ConnectionFailedError, TLSError, TimedOutError, CancelledError, ResponseTooLargeError,
    MalformedResponseError, InternalError)

_ITEM_TEXTS: dict[str, Any] = {
    "title": c.error_item_title, "detail": c.error_item_detail, "status": c.error_item_status,
    "source_pointer": c.error_item_source_pointer, "source_parameter": c.error_item_source_parameter,
    "source_header": c.error_item_source_header}


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a function that takes `dora_error **` last."""
    error = c_void_p()
    result = function(*arguments, byref(error))
    if not result:
        raise take_error(error.value or 0)
    return result


def take_error(pointer: int) -> Error:
    """The exception for a dora_error, which is freed."""
    from json import loads
    code = c.error_get_code(pointer)
    error = (_CLASSES[code - 1] if 0 < code <= len(_CLASSES) else Error)(text_out(c.error_message(pointer)))
    error.code = c.error_code_name(code).decode()
    error.is_retryable = c.error_is_retryable(pointer)
    error.retry_after = None if (wait := c.error_retry_after_ms(pointer)) < 0 else wait / 1000
    for index in range(c.error_item_count(pointer)):
        item: dict[str, Any] = {name: text_out(text(pointer, index)) for name, text in _ITEM_TEXTS.items()}
        item["meta"] = loads(copied(c.error_copy_item_meta, pointer, index) or "null")
        error.items += (item,)
    error.body = sized(c.error_body, pointer)
    error.response = response_of(c.error_response(pointer))
    error.curl_code = c.error_curl_code(pointer)
    c.error_free(pointer)
    return error
