# SPDX-License-Identifier: Apache-2.0
"""The facts of an HTTP response."""

from __future__ import annotations

from dataclasses import dataclass

from ._library import c


@dataclass(frozen=True)
class Response:
    """The facts of the HTTP response that an event or an error came with. None is what was not sent."""

    status: int
    http_version: str
    attempts: int
    times_us: tuple[int, ...]
    """Microseconds of the last attempt until: name looked up, connected, TLS, first byte, total."""
    rate_limit: int | None
    rate_limit_remaining: int | None
    rate_limit_period_s: int | None
    rate_limit_reset_s: int | None


def response_of(pointer: int | None) -> Response | None:
    if pointer is None:
        return None
    limits = (c.response_rate_limit(pointer), c.response_rate_limit_remaining(pointer),
              c.response_rate_limit_period_s(pointer), c.response_rate_limit_reset_s(pointer))
    return Response(c.response_status(pointer), c.response_http_version(pointer).decode(), c.response_attempts(pointer),
                    tuple([c.response_time_us(pointer, phase) for phase in range(5)]),
                    *[limit if limit >= 0 else None for limit in limits])
