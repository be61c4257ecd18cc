# SPDX-License-Identifier: Apache-2.0
"""Deadlines are the library's own, whatever libcurl waits for."""

import re
import socket
import threading
import time

import pytest

from completion_queue import Queue
from harness import Client
from servers.behaviours import event
from servers.mute_server import MuteServer
from time_limits import SLACK_SECONDS, error_of, over_within

ONCE = {"max_retries": 0}


@pytest.fixture
def mute():
    with MuteServer() as server:
        yield server


def results_in_time(client, queue, count, seconds):
    """All results of a queue, each with the second at which it came."""
    began = time.monotonic()
    results = []
    with over_within(seconds, client):
        while len(results) < count:
            result = queue.next(int((seconds + 4) * 1000))
            assert result is not None, "each event must come back"
            results.append((time.monotonic() - began, result))
    assert sorted(result.tag for _, result in results) == list(range(count))
    return results


# ----------------------------------------------------------- Short deadlines

@pytest.mark.parametrize("milliseconds", [1, 5, 50])
@pytest.mark.parametrize("place", ["connecting", "in the handshake", "waiting"])
def test_a_short_deadline_on_a_new_connection(server, local, mute, deaf_port, place, milliseconds):
    """Promise: a deadline of 1 ms or more is kept within scheduling, on a new connection too."""
    server.answer("event", lambda exchange: exchange.be_silent())
    base_url = {"connecting": f"https://127.0.0.1:{deaf_port}", "in the handshake": mute.base_url,
                "waiting": server.base_url}[place]
    taken = []
    for _ in range(5):
        with Client(**{**local, "base_url": base_url, "timeout_ms": milliseconds}, **ONCE) as client:
            began = time.monotonic()
            error = error_of(client)
            taken.append(time.monotonic() - began)
            assert error.code == "timeout", str(error)
    # The best of five: what it takes, without the neighbours of a busy machine.
    assert min(taken) >= milliseconds / 1000 * 0.5
    assert min(taken) < milliseconds / 1000 + 0.06, f"took {[round(each * 1000) for each in taken]} ms"


@pytest.mark.parametrize("setting", ["timeout_ms", "attempt_timeout_ms", "connect_timeout_ms"])
def test_each_timeout_ends_a_handshake_that_does_not(local, mute, setting):
    """Promise: connect, attempt and overall timeout each end a call that waits for a TLS handshake."""
    with Client(**{**local, "base_url": mute.base_url, setting: 300}, **ONCE) as client:
        with over_within(0.3 + SLACK_SECONDS, client):
            error = error_of(client)
    assert error.code == "timeout"


# ------------------------------------------- Many that wait for one connection

@pytest.mark.parametrize("max_in_flight", [32, 100])
def test_all_in_flight_end_while_the_handshake_does_not(local, mute, max_in_flight):
    """Promise: with a silent TLS server and a deadline of 0.5 s every event of a queue ends by then, those
    that wait for another's connection too."""
    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 500}, **ONCE) as client:
        with Queue(client, max_in_flight) as queue:
            for tag in range(max_in_flight):
                queue.add(f"event-{tag}", tag)
            results = results_in_time(client, queue, max_in_flight, 0.5 + 1)
    for second, result in results:
        assert result.error.code == "timeout", str(result.error)
        assert second >= 0.45, "not before the deadline"


def test_all_end_by_the_attempt_s_timeout_while_the_handshake_does_not(local, mute):
    """Promise: an attempt's timeout counts for an attempt that waits for another's connection."""
    with Client(**{**local, "base_url": mute.base_url, "attempt_timeout_ms": 500}, **ONCE) as client:
        with Queue(client, 32) as queue:
            for tag in range(32):
                queue.add(f"event-{tag}", tag)
            results = results_in_time(client, queue, 32, 0.5 + 1)
    assert {result.error.code for _, result in results} == {"timeout"}


@pytest.mark.parametrize("starts", [[1, 63], [4] * 16], ids=["one-before-the-rest", "a-few-at-a-time"])
def test_those_that_start_later_end_on_time_too(local, mute, starts):
    """Promise: the deadline counts from each event's own start, also where those that wait for the same
    connection began earlier or later (libcurl before 8 wakes one of them for each connection that fails)."""
    began, ended = {}, {}

    def take_for(seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and (result := queue.next(int(left * 1000) + 1)) is not None:
            ended[result.tag] = time.monotonic()
            assert result.error.code == "timeout", str(result.error)

    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 500}, **ONCE) as client, Queue(client, 32) as queue:
        for count in starts:
            for tag in range(len(began), len(began) + count):
                queue.add(f"event-{tag}", tag)
                began[tag] = time.monotonic()
            take_for(0.1)
        while len(ended) < len(began) and time.monotonic() < began[0] + 8:
            take_for(0.3)
    assert len(ended) == len(began)
    # The others waited for a place in flight.
    late = {tag: round(ended[tag] - began[tag], 2) for tag in range(32) if ended[tag] - began[tag] > 0.5 + 0.5}
    assert not late, f"later than 0.5 s after a deadline of 0.5 s: {late}"


def test_what_was_waited_for_is_told(local, mute):
    """Promise: a late error says what was waited for, not "resolve timeout after 0 ms"."""
    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 500}, **ONCE) as client, Queue(client, 32) as queue:
        for tag in range(32):
            queue.add(f"event-{tag}", tag)
        results = results_in_time(client, queue, 32, 0.5 + 4)
    for _, result in results:
        message = result.error.message
        assert not re.search(r"resol", message, re.I), f"the address needs no lookup: {message}"
        assert not re.search(r"\bafter 0 (ms|milliseconds)\b", message), message
        assert re.search(r"connect|TLS|SSL|handshake", message, re.I), f"what was waited for: {message}"


def test_a_watched_queue_is_readable_when_a_deadline_passes(local, mute):
    """Promise: the descriptor is readable when a timeout has to be dealt with, while libcurl waits for a handshake."""
    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 500}, **ONCE) as client, Queue(client, 32) as queue:
        for tag in range(32):
            queue.add(f"event-{tag}", tag)
        with over_within(0.5 + 1.2, client):
            results = queue.drain_by_polling(5, None)
    assert {result.error.code for result in results} == {"timeout"}


def test_a_server_that_wakes_up_serves_those_that_waited(server, local):
    """Promise: to end transfers on time costs no others: a handshake that takes 0.4 s serves all that waited for it."""
    for tag in range(40):
        server.answer(f"event-{tag}", event)
    server.on_connect = lambda connection: time.sleep(0.4) or True
    try:
        with Client(**{**local, "timeout_ms": 5000}, **ONCE) as client, Queue(client, 8) as queue:
            for tag in range(40):
                queue.add(f"event-{tag}", tag)
            results = results_in_time(client, queue, 40, 5)
    finally:
        server.on_connect = None
    assert [str(result.error) for _, result in results if result.error] == []


# ------------------------------------------------------------- Single calls

def test_calls_of_many_threads_end_while_the_handshake_does_not(local, mute):
    """Promise: a deadline holds for each of the calls that run on one client."""
    taken = []

    def fetch(client):
        began = time.monotonic()
        error = error_of(client)
        taken.append((time.monotonic() - began, error.code))

    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 500}, **ONCE) as client:
        threads = [threading.Thread(target=fetch, args=(client,)) for _ in range(16)]
        with over_within(0.5 + 1.2, client):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert {code for _, code in taken} == {"timeout"}


def test_a_proxy_that_says_nothing(local):
    """Promise: the deadline holds while a proxy keeps CONNECT waiting."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(**{**local, "timeout_ms": 500}, proxy=proxy, **ONCE) as client, Queue(client, 32) as queue:
            for tag in range(32):
                queue.add(f"event-{tag}", tag)
            results = results_in_time(client, queue, 32, 0.5 + 1)
    assert {result.error.code for _, result in results} == {"timeout"}


def test_cancel_while_the_handshake_does_not_end(local, mute):
    """Promise: dora_client_cancel ends those that wait for another's connection at once."""
    with Client(**{**local, "base_url": mute.base_url, "timeout_ms": 8000}, **ONCE) as client, Queue(client, 32) as queue:
        for tag in range(32):
            queue.add(f"event-{tag}", tag)
        threading.Timer(0.3, client.cancel).start()
        results = results_in_time(client, queue, 32, 0.3 + SLACK_SECONDS)
    assert {result.error.code for _, result in results} == {"cancelled"}
