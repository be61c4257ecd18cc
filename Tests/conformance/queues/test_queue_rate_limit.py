# SPDX-License-Identifier: Apache-2.0
"""The completion queue before a server that counts requests."""

import time

import pytest

from completion_queue import Queue
from harness import Client
from rate_limits import Limiter, fetch_all, starts_after_a_refusal
from servers.behaviours import event, in_turn, reply


@pytest.mark.alone
@pytest.mark.parametrize("phase", [None, 0.3, 0.97],
                         ids=["from-the-first-request", "amid-a-second", "at-a-second-s-end"])
def test_a_limit_is_used_up_and_not_run_into(server, local, phase):
    """100 requests a second: the last of 1,000 may start 9 s after the first, wherever in a window that was."""
    limiter = Limiter(100, aligned=phase is not None)
    if phase is not None:
        time.sleep((phase - time.time()) % 1)
    seconds = fetch_all(server, limiter, local, 1000, 32)
    # Where the server counts whole seconds, a request that is late on a busy machine counts for the next one.
    assert len(limiter.refusals) <= (0 if phase is None else 1000 // 100), "one a window at the most"
    assert 8 <= seconds <= 9 * 1.1 + 0.2


def test_a_first_burst_may_be_too_much_and_no_later_one(server, local):
    """Nothing is known of the limit before the first answer: 64 start where 40 are allowed."""
    limiter = Limiter(40)
    seconds = fetch_all(server, limiter, local, 160, 64)
    assert len(limiter.refusals) <= 64 - 40
    assert all(moment < 0.9 for moment in limiter.refusals)
    assert 2.9 <= seconds <= 4.5


def test_a_refusal_pauses_all(server, local):
    """Only a 429 tells of the limit: others that would start meanwhile wait for its time too."""
    starts = starts_after_a_refusal(server, local, 2)
    assert min(starts) >= 2
    assert max(starts) < 3.5


def test_queues_of_one_client_share_what_they_know(server, local):
    server.answer("refused", in_turn(reply(429, b"", ("Retry-After", "2")), event))
    server.answer("event", event)
    with Client(**local) as client, Queue(client) as one, Queue(client) as other:
        one.add("refused")
        assert one.next(300) is None
        began = time.monotonic()
        other.add("event")
        assert other.next(200) is None, "the client's requests are limited, not a queue's"
        assert other.next().event
        assert 1 < time.monotonic() - began < 3
        assert one.next().event


def test_a_hung_request_does_not_hold_the_next_window_up(server, local):
    limiter = Limiter(10)
    server.answer("hung", lambda exchange: (exchange.wait(6), event(exchange)))
    for index in range(20):
        server.answer(f"event-{index}", limiter)
    with Client(**local) as client, Queue(client, 8) as queue:
        queue.add("hung", 100)
        for index in range(20):
            queue.add(f"event-{index}", index)
        began = time.monotonic()
        tags = [queue.next().tag for _ in range(20)]
        seconds = time.monotonic() - began
    assert sorted(tags) == list(range(20))
    assert seconds < 5


def test_a_long_pause_costs_only_who_was_refused(server, local):
    """Its wait would pass its deadline. Those behind it have not begun: they wait, and can be cancelled."""
    server.answer("refused", reply(429, b"", ("Retry-After", "3600")))
    server.answer("event", event)
    with Client(**{**local, "timeout_ms": 2000}) as client, Queue(client, 1) as queue:
        queue.add("refused", 1)
        queue.add("event", 2)
        refused = queue.next(1000)
        assert (refused.tag, refused.error.code, refused.error.retry_after_ms) == (1, "rate_limited", 3_600_000)
        assert queue.next(500) is None
        assert queue.pending == 1
        assert len(server.requests) == 1
        client.cancel()
        waiting = queue.next(1000)
        assert (waiting.tag, waiting.error.code) == (2, "cancelled")
