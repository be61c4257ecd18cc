# SPDX-License-Identifier: Apache-2.0
"""The completion queue: every tag comes back exactly once, whatever happens meanwhile."""

import collections
import contextlib
import itertools
import random
import select
import threading
import time

import pytest

from completion_queue import Queue
from harness import Client, DoraError, dora
from servers.behaviours import DOCUMENTED, chunked, event, head, in_turn, reply, sending
from servers.external import nginx

FAULTS = [reply(503), reply(429), sending(b"", "reset"), sending(head(200, ("Content-Length", 99)) + b"\r\n{", "cut"),
          sending(chunked(DOCUMENTED[:99], end=b""), "reset")]


def answer_many(server, count, behaviour=event):
    for index in range(count):
        server.answer(f"event-{index}", behaviour)


def add_many(queue, indices):
    for index in indices:
        queue.add(f"event-{index}", index)


def after(seconds, behaviour=event):
    return lambda exchange: (exchange.wait(seconds), behaviour(exchange))


def assert_each_once(results, indices):
    assert sorted(result.tag for result in results) == sorted(indices)
    for result in results:
        assert result.id == f"event-{result.tag}"


def assert_all_events(results, indices):
    assert_each_once(results, indices)
    assert [result.error for result in results if result.error is not None] == []


# ----------------------------------------------------------------- In order

def test_an_empty_queue(local):
    with Client(**local) as client, Queue(client) as queue:
        began = time.monotonic()
        assert queue.pending == 0
        assert queue.next(0) is None
        assert queue.next(-1) is None, "nothing is pending: there is nothing to wait for"
        assert queue.next(10_000) is None
        assert time.monotonic() - began < 5


def test_many_events(server, local):
    answer_many(server, 500)
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, range(500))
        assert queue.pending == 500
        assert server.requests == [], "nothing is sent before the first visit"
        results = queue.drain()
    assert_all_events(results, range(500))
    assert all(result.event.id == "string" and result.event.response.status == 200 for result in results)
    assert len(server.requests) == 500


def test_a_result_comes_as_soon_as_it_is_complete(server, local):
    server.answer("event-0", after(1.5))
    server.answer("event-1", event)
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, [0, 1])
        assert [queue.next().tag, queue.next().tag] == [1, 0]


def test_the_same_id_and_the_same_tag_twice(server, local):
    answer_many(server, 1)
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, [0, 0, 0])
        assert_all_events(queue.drain(), [0, 0, 0])


def test_tags_are_any_64_bits(server, local):
    server.answer("event", event)
    tags = [0, 1, 2**32, 2**63, 2**64 - 1]
    with Client(**local) as client, Queue(client) as queue:
        for tag in tags:
            queue.add("event", tag)
        assert sorted(result.tag for result in queue.drain()) == tags


def test_ids_are_added_while_results_arrive(server, local):
    answer_many(server, 300)
    results = []
    with Client(**local) as client, Queue(client, 8) as queue:
        add_many(queue, range(10))
        left = iter(range(10, 300))
        while (result := queue.next()) is not None:
            results.append(result)
            add_many(queue, itertools.islice(left, 2))
    assert_all_events(results, range(300))


def test_an_id_that_is_refused_is_not_added(local):
    with Client(**local) as client, Queue(client) as queue:
        for failure_id in ("", ".", "..", None):
            with pytest.raises(DoraError) as caught:
                queue.add(failure_id)
            assert caught.value.code == "invalid_argument"
        assert queue.pending == 0


def test_null():
    assert dora.dora_queue_next(None, 0) is None
    assert dora.dora_queue_pending(None) == 0
    assert dora.dora_queue_fd(None) == -1
    assert not dora.dora_queue_add(None, b"event", 1, None)
    assert dora.dora_queue_new(None, 1, None) is None
    assert dora.dora_result_tag(None) == 0
    assert dora.dora_result_failure_id(None) is None
    assert dora.dora_result_take_failure(None) is None
    assert dora.dora_result_take_error(None) is None
    dora.dora_result_free(None)
    dora.dora_queue_free(None)


@pytest.mark.parametrize("timeout_ms", [0, 50, 300])
def test_next_waits_as_long_as_it_is_told(server, local, timeout_ms):
    server.answer("event", after(3))
    with Client(**local) as client, Queue(client) as queue:
        queue.add("event")
        began = time.monotonic()
        assert queue.next(timeout_ms) is None
        seconds = time.monotonic() - began
        assert queue.pending == 1
    assert timeout_ms / 1000 <= seconds < timeout_ms / 1000 + 1


# ------------------------------------------------------------ Faults, retries

def test_faults_are_retried_away(server, local):
    """One request in ten is refused, broken or cut; each id gets its event all the same."""
    chance = random.Random(1)

    def sometimes(exchange):
        (chance.choice(FAULTS) if chance.random() < 0.1 else event)(exchange)

    answer_many(server, 1000, sometimes)
    with Client(**local, max_retries=8) as client, Queue(client) as queue:
        add_many(queue, range(1000))
        results = queue.drain()
    assert_all_events(results, range(1000))
    attempts = sum(result.event.response.attempts for result in results)
    # What libcurl repeats by itself, on a kept connection that broke, is no attempt.
    assert 1050 < attempts <= len(server.requests)


def test_errors_are_those_of_a_single_call(server, local, closed_port):
    faults = {0: (reply(404, b"{}"), "not_found"), 1: (reply(503), "server"), 2: (reply(302), "http"),
              3: (reply(200, b"<html>"), "malformed_response"), 4: (sending(b"", "reset"), "connection"),
              5: (reply(403, b'{"errors": ["Forbidden"]}'), "forbidden")}
    for index, (behaviour, _) in faults.items():
        server.answer(f"event-{index}", behaviour)
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, faults)
        results = queue.drain()
        assert_each_once(results, faults)
        for result in results:
            with pytest.raises(DoraError) as caught:
                client.get(result.id)
            assert result.error.code == caught.value.code == faults[result.tag][1]
            assert result.error.retryable == caught.value.retryable
            assert result.error.items == caught.value.items
            assert f"/failures/{result.id}" in result.error.message


def test_one_that_backs_off_holds_no_other_up(server, local):
    """With one in flight: the retry of the first waits for 2 s, 50 others go through meanwhile."""
    answer_many(server, 51)
    server.answer("event-0", in_turn(reply(503, b"", ("Retry-After", "2")), event))
    with Client(**local) as client, Queue(client, 1) as queue:
        add_many(queue, range(51))
        began = time.monotonic()
        others = [queue.next() for _ in range(50)]
        seconds = time.monotonic() - began
        assert_all_events(others, range(1, 51))
        assert seconds < 1.8
        assert_all_events([queue.next()], [0])
        assert time.monotonic() - began >= 2


def test_one_that_hangs_holds_no_other_up(server, local):
    answer_many(server, 51)
    server.answer("event-0", after(4))
    with Client(**local) as client, Queue(client, 2) as queue:
        add_many(queue, range(51))
        began = time.monotonic()
        assert_all_events([queue.next() for _ in range(50)], range(1, 51))
        assert time.monotonic() - began < 3


def test_deadlines_hold_in_a_queue(server, local):
    answer_many(server, 5, lambda exchange: exchange.be_silent())
    with Client(**{**local, "timeout_ms": 500, "max_retries": 0}) as client, Queue(client) as queue:
        add_many(queue, range(5))
        began = time.monotonic()
        results = queue.drain()
        seconds = time.monotonic() - began
    assert_each_once(results, range(5))
    assert {result.error.code for result in results} == {"timeout"}
    assert 0.49 <= seconds < 2


def test_the_last_error_of_one_that_gives_up_is_told(server, local):
    """It waits for its next attempt when a 429 to another one shuts the gate beyond its deadline."""
    server.answer("event-0", sending(b"", "reset"))
    server.answer("event-1", after(0.2, reply(429, b"", ("Retry-After", "60"))))
    settings = {**local, "timeout_ms": 3000, "retry_backoff_ms": (2000, 2000), "max_retries": 50}
    with Client(**settings) as client, Queue(client) as queue:
        add_many(queue, [0, 1])
        results = {result.tag: result.error for result in queue.drain()}
    assert results[1].code == "rate_limited"
    # The random waits decide whether it met the gate or its deadline; its error is the connection's.
    assert results[0].code == "connection"
    assert results[0].retryable
    assert results[0].curl_code != 0


def test_a_restart_of_the_server_loses_nothing(start_server, authority):
    server = start_server()
    answer_many(server, 600, after(0.005))
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "max_retries": 20, "retry_backoff_ms": (50, 200)}
    with Client(**settings) as client, Queue(client, 8) as queue:
        add_many(queue, range(600))
        results = [queue.next() for _ in range(200)]
        server.stop()
        time.sleep(0.2)
        server.start()
        results += queue.drain()
    assert_all_events(results, range(600))
    server.stop()


# -------------------------------------------------------------- A slow reader

def test_a_slow_reader_bounds_what_is_fetched(server, local):
    """Transfers and unread results together are no more than max_in_flight."""
    answer_many(server, 100)
    with Client(**local) as client, Queue(client, 8) as queue:
        add_many(queue, range(100))
        results = [queue.next()]
        for _ in range(20):
            time.sleep(0.02)
            results.append(queue.next())
            assert len(server.requests) <= len(results) + 8
        results += queue.drain()
    assert_all_events(results, range(100))


# ----------------------------------------------------------------- Descriptor

@pytest.mark.parametrize("max_in_flight", [1, 2, 32])
@pytest.mark.parametrize("each_time", [1, None], ids=["one-result-a-time", "all-results-a-time"])
def test_polling_alone_finishes_everything(server, local, max_in_flight, each_time):
    answer_many(server, 60)
    server.answer("event-1", in_turn(reply(503, b"", ("Retry-After", "1")), event))
    server.answer("event-2", reply(404))
    server.answer("event-3", lambda exchange: exchange.be_silent())
    server.answer("event-4", in_turn(sending(b"", "reset"), reply(503), event))
    settings = {**local, "attempt_timeout_ms": 400, "max_retries": 2, "retry_backoff_ms": (100, 200)}
    with Client(**settings) as client, Queue(client, max_in_flight) as queue:
        add_many(queue, range(60))
        results = queue.drain_by_polling(20, each_time)
        assert_each_once(results, range(60))
        add_many(queue, range(10, 20))
        assert_all_events(queue.drain_by_polling(10, each_time), range(10, 20))
    errors = {result.tag: result.error.code for result in results if result.error}
    assert errors == {2: "not_found", 3: "timeout"}


def test_a_result_that_is_taken_makes_room_for_a_retry(server, local):
    """The retry is due while the only place is taken by a transfer, then by its unread result."""
    server.answer("event-0", in_turn(reply(503, b"", ("Retry-After", "1")), event))
    server.answer("event-1", after(1.5))
    with Client(**local) as client, Queue(client, 1) as queue:
        add_many(queue, [0, 1])
        assert [result.tag for result in queue.drain_by_polling(8, 1)] == [1, 0]


def test_the_descriptor_is_quiet_while_there_is_nothing_to_do(server, local):
    """A loop that polls it must not spin."""
    server.answer("event", after(1))
    with Client(**local) as client, Queue(client) as queue:
        visits = 0
        queue.add("event")
        poller = select.poll()
        poller.register(queue.fd, select.POLLIN)
        while queue.next(0) is None:
            assert poller.poll(5000), "the event is due"
            visits += 1
    assert visits < 60


def test_a_cancellation_wakes_who_polls(server, local):
    answer_many(server, 3, lambda exchange: exchange.be_silent())
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, range(3))
        assert queue.fd >= 0
        assert queue.next(200) is None
        threading.Timer(0.2, client.cancel).start()
        began = time.monotonic()
        results = queue.drain_by_polling(10, None)
        assert time.monotonic() - began < 2
    assert {result.error.code for result in results} == {"cancelled"}


# --------------------------------------------------------------- Cancel, free

def test_cancel_ends_everything_that_was_added_before(server, local):
    answer_many(server, 100, after(0.3))
    with Client(**local) as client, Queue(client, 4) as queue:
        add_many(queue, range(100))
        assert queue.next(150) is None
        client.cancel()
        results = queue.drain()
        assert_each_once(results, range(100))
        assert {result.error.code for result in results} == {"cancelled"}
        time.sleep(0.1)
        assert len(server.requests) <= 4, "what waited for its turn is not asked for"
        add_many(queue, range(4))
        assert_all_events(queue.drain(), range(4))


def test_what_is_added_after_cancel_is_not_cancelled(server, local):
    answer_many(server, 40)
    with Client(**local) as client, Queue(client, 4) as queue:
        add_many(queue, range(20))
        client.cancel()
        add_many(queue, range(20, 40))
        results = queue.drain()
    assert_each_once(results, range(40))
    cancelled = {result.tag for result in results if result.error}
    assert cancelled == set(range(20))


def test_cancel_keeps_what_is_complete(server, local):
    answer_many(server, 2)
    server.answer("event-1", lambda exchange: exchange.be_silent())
    with Client(**local) as client, Queue(client) as queue:
        add_many(queue, [0, 1])
        assert queue.next().tag == 0
        client.cancel()
        result = queue.next()
    assert (result.tag, result.error.code) == (1, "cancelled")


def test_cancel_ends_a_wait_of_another_thread(server, local):
    server.answer("event", lambda exchange: exchange.be_silent())
    with Client(**local) as client, Queue(client) as queue:
        queue.add("event", 7)
        threading.Timer(0.2, client.cancel).start()
        began = time.monotonic()
        result = queue.next()
        seconds = time.monotonic() - began
    assert (result.tag, result.error.code) == (7, "cancelled")
    assert 0.15 < seconds < 1.2


@pytest.mark.parametrize("visits", [0, 1])
def test_a_queue_freed_with_work_in_it(server, local, visits):
    answer_many(server, 200, after(0.2))
    with Client(**local) as client:
        with Queue(client, 8) as queue:
            add_many(queue, range(200))
            for _ in range(visits):
                queue.next(100)
        sent = len(server.requests)
        assert sent <= 8
        assert client.get("event-0").id == "string", "the client goes on"
        time.sleep(0.3)
        assert len(server.requests) == sent + 1


# ----------------------------------------------------- Connections, companions

def test_http_1_takes_no_more_connections_than_allowed(start_server, authority):
    server = start_server()
    answer_many(server, 200, after(0.005))
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client, Queue(client, 5) as queue:
        add_many(queue, range(200))
        assert_all_events(queue.drain(), range(200))
    assert 1 < server.connections <= 5
    server.stop()


def test_bursts_over_http_1_go_over_the_same_connections(start_server, authority):
    """libcurl by itself keeps four connections once a burst is over."""
    server = start_server()
    answer_many(server, 10, after(0.05))
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client, Queue(client, 10) as queue:
        for _ in range(4):
            add_many(queue, range(10))
            assert_all_events(queue.drain(), range(10))
    assert server.connections == 10
    server.stop()


def test_http_2_takes_one_connection(authority, tmp_path):
    with nginx(tmp_path, authority) as (base_url, access_log):
        with Client(base_url=base_url, ca_file=authority.ca_file) as client, Queue(client, 64) as queue:
            add_many(queue, range(900))
            results = queue.drain()
        assert_all_events(results, range(900))
        assert {result.event.response.http_version for result in results} == {"2"}
        # nginx writes a line once it is through with the request.
        lines = collections.deque()
        deadline = time.monotonic() + 5
        while len(lines) < 900 and time.monotonic() < deadline:
            lines = access_log.read_text().splitlines()
            time.sleep(0.05)
        assert len({line.split(" ")[0] for line in lines}) == 1, "one connection"
        assert len(lines) == 900


def test_several_queues_and_calls_on_one_client(server, local):
    answer_many(server, 90)
    with Client(**local) as client, contextlib.ExitStack() as stack:
        queues = [stack.enter_context(Queue(client, 4)) for _ in range(3)]
        for number, queue in enumerate(queues):
            add_many(queue, range(number * 30, number * 30 + 30))
        results = [[], [], []]
        while any(queue.pending for queue in queues):
            assert client.get("event-0").id == "string"
            for queue, own in zip(queues, results):
                if (result := queue.next(5)) is not None:
                    own.append(result)
        for number, own in enumerate(results):
            assert_all_events(own, range(number * 30, number * 30 + 30))


def test_queues_in_several_threads(server, local):
    chance = random.Random(2)

    def sometimes(exchange):
        (chance.choice(FAULTS) if chance.random() < 0.1 else event)(exchange)

    answer_many(server, 800, sometimes)
    results = {}

    def work(number, client):
        indices = range(number * 200, number * 200 + 200)
        with Queue(client, 8) as queue:
            add_many(queue, indices)
            results[number] = queue.drain()

    with Client(**local, max_retries=8) as client:
        threads = [threading.Thread(target=work, args=(number, client)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(4):
        assert_all_events(results[number], range(number * 200, number * 200 + 200))
