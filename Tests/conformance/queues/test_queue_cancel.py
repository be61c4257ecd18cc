# SPDX-License-Identifier: Apache-2.0
"""dora_queue_cancel: one event of a queue, wherever it is."""

import select
import time

import pytest

from completion_queue import Queue
from harness import Client, dora
from servers.behaviours import event, in_turn, reply
from servers.http2_server import HTTP2Server
from time_limits import over_within


@pytest.fixture(autouse=True)
def answers(server):
    for tag in range(200):
        server.answer(f"event-{tag}", event)
    server.answer("silent", lambda exchange: exchange.be_silent())
    server.answer("backing-off", reply(503, b"", ("Retry-After", "15")))


def cancel(queue, tag):
    return dora.dora_queue_cancel(queue.pointer, tag)


def assert_cancelled(result, tag):
    assert result is not None and result.tag == tag
    assert result.error is not None and result.error.code == "cancelled", str(result.error)
    assert not result.error.retryable


def test_null_and_an_unknown_tag(local):
    """Promise: NULL is false, and so is a tag that no event has."""
    assert dora.dora_queue_cancel(None, 1) is False
    with Client(**local) as client, Queue(client) as queue:
        assert cancel(queue, 1) is False
        queue.add("event-1", 1)
        assert cancel(queue, 2) is False
        assert queue.pending == 1
        assert queue.next().event


def test_one_that_waits(server, local):
    """Promise: an event that has not begun is never asked for, and comes back cancelled."""
    with Client(**local) as client, Queue(client, 1) as queue:
        queue.add("event-0", 0)
        queue.add("event-1", 1)
        queue.add("event-2", 2)
        assert cancel(queue, 1) is True
        assert cancel(queue, 1) is True, "it was not returned yet; it comes once all the same"
        assert queue.pending == 3
        results = {result.tag: result for result in queue.drain()}
    assert sorted(results) == [0, 1, 2]
    assert_cancelled(results[1], 1)
    assert results[0].event and results[2].event
    assert server.requests_for("event-1") == []


def test_one_in_flight(server, local):
    """Promise: one in flight comes back at once; over HTTP/1.1 its connection is closed, so that no late answer of it
    is taken for another's."""
    with Client(**local) as client, Queue(client, 4) as queue:
        queue.add("silent", 7)
        assert queue.next(200) is None
        with over_within(0.5, client):
            assert cancel(queue, 7) is True
            assert_cancelled(queue.next(3000), 7)
        assert queue.pending == 0
        queue.add("event-0", 0)
        assert queue.next(3000).event
    assert len({request.connection for request in server.requests}) == 2


def test_one_that_backs_off(server, local):
    """Promise: one that waits for its next attempt comes back at once and makes none."""
    with Client(**local) as client, Queue(client, 4) as queue:
        queue.add("backing-off", 7)
        assert queue.next(300) is None
        with over_within(0.5, client):
            assert cancel(queue, 7) is True
            assert_cancelled(queue.next(3000), 7)
    assert len(server.requests_for("backing-off")) == 1


def test_one_that_is_ready(local):
    """Promise: a result that is complete and was not returned comes back as cancelled, once."""
    with Client(**local) as client, Queue(client, 4) as queue:
        for tag in range(4):
            queue.add(f"event-{tag}", tag)
        # All four are complete soon; each visit returns one.
        deadline = time.monotonic() + 0.4
        first = None
        while time.monotonic() < deadline:
            time.sleep(0.1)
            first = first or queue.next(0)
        left = {0, 1, 2, 3} - {first.tag}
        assert queue.pending == 3
        for tag in left:
            assert cancel(queue, tag) is True
        results = queue.drain()
    assert {result.tag for result in results} == left
    for result in results:
        assert_cancelled(result, result.tag)


def test_one_that_was_returned(local):
    """Promise: what was returned is no event of the queue any more."""
    with Client(**local) as client, Queue(client) as queue:
        queue.add("event-1", 1)
        assert queue.next().event
        assert cancel(queue, 1) is False
        assert queue.next(0) is None


def test_every_event_with_the_tag(server, local):
    """Promise: each event with the tag is cancelled: waiting, in flight and backing off, and no other."""
    with Client(**local) as client, Queue(client, 2) as queue:
        queue.add("backing-off", 5)
        queue.add("silent", 5)
        assert queue.next(300) is None
        queue.add("silent", 6)
        assert queue.next(100) is None
        for _ in range(3):
            queue.add("event-1", 5)
        queue.add("event-2", 2)
        assert cancel(queue, 5) is True
        results = []
        with over_within(2, client):
            while len(results) < 6:
                results.append(queue.next(3000))
    by_tag = [(result.tag, result.error.code if result.error else "event") for result in results]
    assert sorted(by_tag) == [(2, "event")] + [(5, "cancelled")] * 5
    assert server.requests_for("event-1") == []


def test_a_slot_is_free_at_once(server, local):
    """Promise: a cancelled event does not count against max_in_flight: after 40 of them the next one is answered at
    once, not after their deadline."""
    with Client(**local) as client, Queue(client, 8) as queue:
        for tag in range(40):
            queue.add("silent", tag)
        assert queue.next(100) is None
        for tag in range(40):
            assert cancel(queue, tag) is True
        queue.add("event-0", 100)
        results = []
        with over_within(2, client):
            while queue.pending > 0:
                results.append(queue.next(3000))
    assert {result.tag for result in results} == {*range(40), 100}
    assert [result.tag for result in results if result.event] == [100]


@pytest.mark.parametrize("place", ["waiting", "silent", "backing-off"])
def test_the_descriptor_becomes_readable(local, place):
    """Promise: a program's event loop hears of it: the descriptor is readable until the result was taken."""
    with Client(**local) as client, Queue(client, 1) as queue:
        queue.add("silent" if place == "waiting" else place, 0)
        if place == "waiting":
            queue.add("event-1", 1)
        poller = select.poll()
        poller.register(queue.fd, select.POLLIN)
        while poller.poll(300):
            assert queue.next(0) is None
        tag = 1 if place == "waiting" else 0
        assert cancel(queue, tag) is True
        assert poller.poll(1000), "there is a result to take"
        assert_cancelled(queue.next(0), tag)
        assert len(poller.poll(0)) <= 1


def test_the_others_of_the_queue_go_on(server, local):
    """Promise: each tag comes back exactly once, whichever of them are cancelled when."""
    with Client(**local) as client, Queue(client, 8) as queue:
        for tag in range(200):
            queue.add(f"event-{tag}", tag)
        results = []
        for tag in range(0, 200, 3):
            cancel(queue, tag)
            if queue.pending:
                results.append(queue.next(3000))
        results += queue.drain()
    assert sorted(result.tag for result in results) == list(range(200))
    assert all(result.error is None or (result.tag % 3 == 0 and result.error.code == "cancelled") for result in results)


def test_a_cancel_of_the_client_beside_it(local):
    """Promise: both cancels together return each event once."""
    with Client(**local) as client, Queue(client, 2) as queue:
        for tag in range(10):
            queue.add("silent", tag)
        assert queue.next(100) is None
        assert cancel(queue, 0) and cancel(queue, 9)
        client.cancel()
        queue.add("event-0", 10)
        results = queue.drain()
    assert sorted(result.tag for result in results) == list(range(11))
    assert [result.tag for result in results if result.event] == [10]


def test_over_http_2_the_connection_goes_on(authority):
    """Promise: over HTTP/2 a cancelled event costs its stream; the connection serves the others."""
    server = HTTP2Server(authority.context())
    server.answer("silent", lambda stream: None)
    server.answer("event", in_turn(event))
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client, Queue(client, 8) as queue:
        for tag in range(4):
            queue.add("silent", tag)
        queue.add("event", 4)
        assert queue.next(3000).tag == 4
        for tag in range(4):
            assert cancel(queue, tag) is True
        results = queue.drain()
        queue.add("event", 5)
        assert queue.next(3000).event
    assert sorted(result.tag for result in results) == [0, 1, 2, 3]
    assert server.connections == 1
    server.stop()
    assert server.troubles == []


def test_the_head_of_many(local):
    """Promise: linear in the waiting ids: 200 cancels among 20,000 that wait take no seconds."""
    with Client(**local) as client, Queue(client, 1) as queue:
        for tag in range(20_000):
            queue.add("silent", tag)
        began = time.monotonic()
        for tag in range(19_000, 19_200):
            assert cancel(queue, tag) is True
        assert time.monotonic() - began < 3
        assert queue.pending == 20_000
