# SPDX-License-Identifier: Apache-2.0
"""The facts of an HTTP response."""

from __future__ import annotations

from ._convert import text_out
from ._lazy import TYPE_CHECKING, Lazy
from ._library import c
from ._value import Value

if TYPE_CHECKING:
    import typing
else:
    typing = Lazy("typing")

# The headers that a pickled response keeps: all of them can't be listed.
_KEPT = ("content-type", "date", "server", "retry-after", "x-request-id", "dd-request-id", "x-ratelimit-name")


class Times(Value):
    """How long the last attempt took to reach each point, in microseconds from its start. On a
    connection that was open already the first three are 0."""

    __slots__ = ("connect_us", "first_byte_us", "lookup_us", "tls_us", "total_us")
    lookup_us: int
    """The name was looked up."""
    connect_us: int
    """The TCP connection to the server or proxy stood."""
    tls_us: int
    """The TLS handshake was complete."""
    first_byte_us: int
    """The first byte of the response arrived."""
    total_us: int
    """The response was complete."""


class _Headers:
    """The headers of a response, which lie in the library's event or error: `owner` has its `_pointer`, and
    `response` is the accessor. An owner of None has only those that a pickle kept."""

    __slots__ = ("_kept", "_owner", "_response")

    def __init__(self, owner: typing.Any, response: typing.Any, kept: dict[str, str]) -> None:
        self._owner: typing.Any = owner
        self._response: typing.Any = response
        self._kept: dict[str, str] = kept

    def get(self, name: str) -> str | None:
        if self._owner is None:
            return self._kept.get(name.lower())
        return text_out(c.response_header(self._response(self._owner._pointer), name.encode()))

    def __reduce__(self) -> tuple[typing.Any, ...]:
        kept = {name: value for name in _KEPT if (value := self.get(name)) is not None}
        return _Headers, (None, None, kept)


class Response(Value):
    """The facts of the HTTP response that an event or an error came with. None is what was not sent."""

    __slots__ = ("_headers", "attempts", "http_version", "rate_limit", "rate_limit_period", "rate_limit_remaining",
                 "rate_limit_reset", "status", "times")
    status: int
    http_version: str
    """"1.0", "1.1", "2" or "3"."""
    attempts: int
    """How many attempts the call took, the last one included."""
    times: Times
    rate_limit: int | None
    """Requests in a period (X-RateLimit-Limit)."""
    rate_limit_remaining: int | None
    """Requests left in this period."""
    rate_limit_period: int | None
    """The period in seconds."""
    rate_limit_reset: int | None
    """Seconds, counted from the response, until the period starts anew."""
    _headers: _Headers

    def header(self, name: str) -> str | None:
        """A header of the last attempt's response, by its name in any case: a request id for a support
        ticket, say. A response that was pickled keeps Content-Type, Date, Server, Retry-After, X-Request-Id,
        DD-Request-Id and X-RateLimit-Name."""
        if not isinstance(name, str):
            raise TypeError(f"name: a str is expected, not {type(name).__name__}")
        return None if "\0" in name else self._headers.get(name)


def response_of(owner: typing.Any, response: typing.Any) -> Response | None:
    """The response of the event or error that `owner` has and `response` is the accessor for."""
    pointer = response(owner._pointer)
    if pointer is None:
        return None
    return Response(
        status=c.response_status(pointer),
        http_version=c.response_http_version(pointer).decode(),
        attempts=c.response_attempts(pointer),
        times=_times(pointer),
        rate_limit=_known(c.response_rate_limit(pointer)),
        rate_limit_remaining=_known(c.response_rate_limit_remaining(pointer)),
        rate_limit_period=_known(c.response_rate_limit_period_s(pointer)),
        rate_limit_reset=_known(c.response_rate_limit_reset_s(pointer)),
        _headers=_Headers(owner, response, {}))


def _times(pointer: int) -> Times:
    # The DORA_PHASE_ constants from 0.
    phases = ("lookup_us", "connect_us", "tls_us", "first_byte_us", "total_us")
    return Times(**{name: c.response_time_us(pointer, phase) for phase, name in enumerate(phases)})


def _known(number: int) -> int | None:
    return number if number >= 0 else None
