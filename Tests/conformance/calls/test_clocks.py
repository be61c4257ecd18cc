# SPDX-License-Identifier: Apache-2.0
"""What a server says of time, and what is believed of it."""

import email.utils
import re
import time

import pytest

import capi
from completion_queue import Queue
from harness import Client
from servers.behaviours import DOCUMENTED, event, in_turn, reply
from time_limits import error_of, over_within

WARNING, DEBUG = 2, 4
HOUR = 3600


class Log:
    def __init__(self):
        self.messages = []
        self.setting = (capi.LogFunction(lambda _user_data, level, line: self.messages.append((level, line.decode()))), None)

    def of(self, *levels):
        return [line for level, line in self.messages if level in levels]


def date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


def limits(remaining, reset, period=None, limit=10):
    headers = [("X-RateLimit-Limit", limit), ("X-RateLimit-Remaining", remaining), ("X-RateLimit-Reset", reset)]
    return headers if period is None else [*headers, ("X-RateLimit-Period", period)]


def seconds_of_a_queue(server, settings, first, count=4):
    """How long a queue of so many events takes whose first answer has these headers."""
    server.answer("event", in_turn(reply(200, DOCUMENTED, *first), event))
    with Client(**settings) as client, Queue(client, 1) as queue:
        for tag in range(count):
            queue.add("event", tag)
        began = time.monotonic()
        results = []
        with over_within(12, client):
            while queue.pending > 0:
                results.append(queue.next(11_000))
                assert results[-1] is not None, "the queue stands still"
        assert all(result.event for result in results)
        return time.monotonic() - began


# --------------------------------------------------------------- Nonsense

NONSENSE = {
    "Unix milliseconds": lambda now: int((now + 1) * 1000),
    "Unix microseconds": lambda now: int((now + 1) * 1_000_000),
    "999,999,999": lambda now: 999_999_999,
    "the year 9999": lambda now: 253_402_300_799,
    "a day": lambda now: 86_400,
    "18 digits": lambda now: 10**17,
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_reset_beyond_the_period_is_cut_to_it(server, local, name):
    """Promise: no reset is believed beyond the period that the server names: with a period of 1 s a queue waits for
    about a second, not for an hour."""
    seconds = seconds_of_a_queue(server, local, limits(0, NONSENSE[name](time.time()), period=1))
    assert seconds < 4, f"waited for {seconds:.1f} s"


@pytest.mark.parametrize("name", ["Unix milliseconds", "the year 9999"])
def test_a_reset_without_a_period_is_cut_to_the_deadline(server, local, name):
    """Promise: where no period is named the deadline bounds the wait."""
    seconds = seconds_of_a_queue(server, {**local, "timeout_ms": 1500}, limits(0, NONSENSE[name](time.time())))
    assert seconds < 6


@pytest.mark.parametrize("headers", [
    limits(-5, -5, -5), limits("x", "y", "z"), limits(0, "", ""), limits("0x0", "1e9", "1"), limits(0, "1, 2", "1"),
    limits("0" * 40, "9" * 40, "9" * 40), limits(2**63, 2**63, 2**63), limits(0, 2**64 + 1, 1), limits(0, 0, 0),
    [*limits(0, 1, 1), *limits(99, 2, 1)],
], ids=["negative", "words", "empty", "other notations", "a list", "40 digits", "2^63", "2^64 + 1", "zeros", "twice"])
def test_headers_that_make_no_sense_stop_no_queue(server, local, headers):
    """Promise: a queue goes on whatever the rate-limit headers hold."""
    assert seconds_of_a_queue(server, local, headers) < 5


def test_retry_after_of_nonsense_ends_at_the_deadline(server, local):
    """Promise: a wait that passes the deadline is not begun: the call ends with what the server said."""
    for value in ("999999999", "253402300799", "9" * 30, date(time.time() + 10 * 365 * 86400), "Fri, 31 Dec 9999 23:59:59 GMT"):
        server.answer("event", reply(429, b"", ("Retry-After", value)))
        with Client(**{**local, "timeout_ms": 1000}) as client, over_within(3.5, client):
            assert error_of(client).code == "rate_limited"


def test_a_refusal_of_nonsense_stops_no_other_client(server, local):
    """Promise: what one client was told is that client's."""
    server.answer("refused", reply(429, b"", ("Retry-After", "3600")))
    server.answer("event", event)
    with Client(**local, max_retries=0) as refused, Client(**local) as other, Queue(other) as queue:
        error_of(refused, "refused")
        queue.add("event")
        with over_within(2, other):
            assert queue.next(3000).event


# -------------------------------------------------------------------- Logs

def tells_of_a_wait(lines):
    return [line for line in lines if re.search(r"wait|rate limit|attempt 2 in", line, re.IGNORECASE)]


def test_a_wait_is_logged_at_debug(server, local):
    """Promise: waits are logged at DORA_LOG_DEBUG, those of a queue for its rate limit among them."""
    log = Log()
    seconds_of_a_queue(server, {**local, "logger": log.setting}, limits(0, 1, period=1))
    assert tells_of_a_wait(log.of(DEBUG)), log.messages


def test_a_long_wait_is_logged_at_warning(server, local):
    """Promise: a wait of more than 10 s is told at DORA_LOG_WARNING when it begins, once."""
    log = Log()
    server.answer("event", reply(200, DOCUMENTED, *limits(0, 40, period=60)))
    with Client(**local, logger=log.setting) as client, Queue(client, 1) as queue:
        for tag in range(3):
            queue.add("event", tag)
        assert queue.next(2000).event
        for _ in range(10):
            assert queue.next(30) is None, "the queue waits for its window"
        assert 1 <= len(tells_of_a_wait(log.of(WARNING))) <= 2, log.messages


def test_a_long_backoff_is_logged_at_warning(server, local):
    """Promise: the same for the wait between two attempts of a call."""
    log = Log()
    server.answer("event", reply(503, b"", ("Retry-After", "15")))
    with Client(**local, logger=log.setting) as client, Queue(client, 1) as queue:
        queue.add("event")
        assert queue.next(500) is None
    assert len(tells_of_a_wait(log.of(WARNING))) == 1, log.messages


# ------------------------------------------------------------------- Clocks

@pytest.mark.parametrize("offset", [HOUR, -HOUR, 5 * 365 * 24 * HOUR], ids=["an hour ahead", "an hour behind", "years ahead"])
def test_retry_after_as_a_date_counts_from_the_server_s_clock(server, local, offset):
    """Promise: a date in Retry-After counts from the response's Date, so that a clock that is off does not turn 2 s
    into an hour or into nothing."""
    def refuse(exchange):
        now = time.time() + offset
        reply(429, b"", ("Date", date(now)), ("Retry-After", date(now + 2)))(exchange)

    server.answer("event", in_turn(refuse, event))
    with Client(**local) as client:
        began = time.monotonic()
        with over_within(4.5, client):
            assert client.get("event").response.attempts == 2
        assert time.monotonic() - began > 0.9


@pytest.mark.parametrize("offset", [HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
def test_a_reset_as_a_unix_time_counts_from_the_server_s_clock(server, local, offset):
    """Promise: the same for X-RateLimit-Reset as a Unix time, in what is told and in what is waited for."""
    def limited(exchange):
        now = time.time() + offset
        headers = [("Date", date(now)), *limits(0, int(now) + 2, period=60)]
        reply(200, DOCUMENTED, *headers)(exchange)

    server.answer("limited", limited)
    server.answer("event", event)
    with Client(**local) as client:
        assert 0 <= client.get("limited").response.rate_limit_reset_s <= 3
    with Client(**local) as client, Queue(client, 1) as queue:
        queue.add("limited")
        queue.add("event")
        began = time.monotonic()
        with over_within(5, client):
            assert queue.next(4000).event and queue.next(6000).event
        assert time.monotonic() - began > 0.9, "the window had 2 s to go"


def test_a_date_in_retry_after_without_a_date_of_the_response(server, local):
    """Promise: where the response has no Date the host's clock counts."""
    server.answer("event", lambda exchange: reply(429, b"", ("Retry-After", date(time.time() + 30)))(exchange))
    with Client(**local, max_retries=0) as client:
        assert 28_000 <= error_of(client).retry_after_ms <= 31_000


def test_a_date_that_is_none_is_as_good_as_none(server, local):
    """Promise: a Date that can't be read changes nothing."""
    server.answer("event", lambda exchange: reply(
        429, b"", ("Date", "yesterday"), ("Retry-After", date(time.time() + 30)))(exchange))
    with Client(**local, max_retries=0) as client:
        assert 28_000 <= error_of(client).retry_after_ms <= 31_000
