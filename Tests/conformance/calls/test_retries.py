# SPDX-License-Identifier: Apache-2.0
"""Retries, waits and deadlines."""

import email.utils
import statistics
import time

import pytest

from harness import Client, DoraError
from servers.behaviours import event, in_turn, reply, sending


def http_date(seconds_from_now):
    return email.utils.formatdate(time.time() + seconds_from_now, usegmt=True)


def timed(function, *arguments):
    """The result or the DoraError of a call, and the seconds that it took."""
    began = time.monotonic()
    try:
        result = function(*arguments)
    except DoraError as error:
        result = error
    return result, time.monotonic() - began


# The header, and between which seconds the second attempt must come. An HTTP
# date has no fractions: one of 2 s from now is 1 to 2 s away.
WAITS = [
    (429, ("Retry-After", "1"), 1.0, 1.8),
    (503, ("Retry-After", "1"), 1.0, 1.8),
    (503, ("Retry-After", " 1 "), 1.0, 1.8),
    (503, ("Retry-After", lambda: http_date(2)), 0.8, 2.8),
    (503, ("Retry-After", lambda: http_date(-100)), 0, 0.7),
    (503, ("Retry-After", "0"), 0, 0.7),
    (503, ("Retry-After", "soon"), 0, 0.7),
    (503, ("Retry-After", ""), 0, 0.7),
    (503, ("Retry-After", "-1"), 0, 0.7),
    (503, ("Retry-After", "Wed, 99 Foo 2026 25:61:61 GMT"), 0, 0.7),
    (429, ("X-RateLimit-Reset", "1"), 1.0, 1.8),
    (429, ("X-RateLimit-Reset", "1, 1"), 1.0, 1.8),
    (429, ("X-RateLimit-Reset", lambda: str(int(time.time()) + 2)), 0.8, 2.8),
    (429, ("X-RateLimit-Reset", lambda: str(int(time.time()) - 50)), 0, 0.7),
    (429, ("X-RateLimit-Reset", "0"), 0, 0.7),
    (429, ("X-RateLimit-Reset", "junk"), 0, 0.7),
    (429, ("X-RateLimit-Reset", "1e3"), 0, 0.7),
    (429, ("X-RateLimit-Reset", "99999999999999999999999999"), 0, 0.7),
]


@pytest.mark.parametrize("status, header, least, most", WAITS)
def test_how_long_a_retry_waits(server, local, status, header, least, most):
    name, value = header
    value = value() if callable(value) else value
    server.answer("event", in_turn(reply(status, b"", (name, value)), event))
    with Client(**local) as client:
        result, seconds = timed(client.get, "event")
    assert result.id == "string"
    assert result.response.attempts == 2
    assert least <= seconds < most


@pytest.mark.parametrize("status, header, wait_ms", [
    (429, ("Retry-After", "3600"), 3_600_000),
    (503, ("Retry-After", "3600"), 3_600_000),
    (429, ("X-RateLimit-Reset", "3600"), 3_600_000),
    (429, ("X-RateLimit-Reset", "3600, 3600"), 3_600_000),
    (503, ("Retry-After", "9999999999999999"), None),
])
def test_a_wait_beyond_the_deadline_is_not_begun(server, local, status, header, wait_ms):
    server.answer("event", reply(status, b'{"errors": ["Later"]}', header))
    with Client(**{**local, "timeout_ms": 5000}) as client:
        error, seconds = timed(client.get, "event")
    assert error.code == {429: "rate_limited", 503: "server"}[status]
    assert error.retryable
    assert wait_ms is None or error.retry_after_ms == wait_ms
    assert "deadline" in error.message or "timeout_ms" in error.message
    assert [item["title"] for item in error.items] == ["Later"]
    assert seconds < 2
    assert len(server.requests) == 1


def test_what_the_server_asked_to_wait_is_told(server, local):
    server.answer("event", reply(503, b"", ("Retry-After", "7")))
    with Client(**local, max_retries=0) as client:
        error, seconds = timed(client.get, "event")
    assert (error.code, error.retry_after_ms) == ("server", 7000)
    assert seconds < 2


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_how_many_attempts(server, local, retries):
    server.answer("event", reply(500, b"{}"))
    with Client(**local, max_retries=retries) as client:
        with pytest.raises(DoraError) as caught:
            client.get("event")
    assert caught.value.response.attempts == retries + 1 == len(server.requests)


def test_three_retries_by_default(server, local):
    server.answer("event", in_turn(sending(b"", "reset"), reply(500), reply(429), event))
    with Client(**local) as client:
        assert client.get("event").response.attempts == 4


def test_a_success_after_a_retry_is_a_success(server, local):
    server.answer("event", in_turn(reply(503), event))
    with Client(**local) as client:
        assert client.get("event").response.attempts == 2
        assert client.get("event").response.attempts == 1


def test_the_backoff_is_jittered_and_grows(server, local):
    """Full jitter: uniform between 0 and the ceiling, which doubles to the maximum."""
    firsts, seconds = [], []
    with Client(**{**local, "retry_backoff_ms": (40, 80), "max_retries": 2}) as client:
        for index in range(24):
            times = []

            def refuse(exchange, times=times):
                times.append(time.monotonic())
                reply(500)(exchange)

            server.answer(f"event-{index}", refuse)
            with pytest.raises(DoraError):
                client.get(f"event-{index}")
            firsts.append(times[1] - times[0])
            seconds.append(times[2] - times[1])
    assert statistics.pstdev(firsts) > 0.004, "no jitter"
    assert min(firsts) < 0.025, "jitter starts at zero"
    assert statistics.mean(seconds) > statistics.mean(firsts) * 0.9, "the ceiling does not grow"
    assert statistics.mean(seconds) < 0.085


def test_the_deadline_cuts_an_attempt_short(server, local):
    server.answer("event", lambda exchange: exchange.be_silent())
    with Client(**{**local, "timeout_ms": 300, "max_retries": 5}) as client:
        error, seconds = timed(client.get, "event")
    assert error.code == "timeout"
    assert 0.29 <= seconds < 1.5
    assert len(server.requests) == 1
    assert "timeout_ms" in error.message or "300" in error.message


def test_the_deadline_is_kept_through_slow_failures(server, local):
    server.answer("event", lambda exchange: (exchange.wait(0.2), reply(503)(exchange)))
    with Client(**{**local, "timeout_ms": 700, "max_retries": 1000}) as client:
        error, seconds = timed(client.get, "event")
    assert error.code in ("server", "timeout")
    assert seconds < 1.7
    assert 2 <= len(server.requests) <= 4
