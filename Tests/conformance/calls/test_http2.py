# SPDX-License-Identifier: Apache-2.0
"""What goes wrong over HTTP/2: in a stream, of which the connection has others, and in the connection."""

import random
import threading
import time

import pytest

from completion_queue import Queue
from harness import Client, DoraError
from rate_limits import Limiter, fetch_all, starts_after_a_refusal
from servers.behaviours import DOCUMENTED, event, in_turn, reply
from servers.http2_server import HTTP2Server

REFUSED_STREAM = 7
INTERNAL_ERROR = 2
ENHANCE_YOUR_CALM = 11
KIBIBYTE = 1024


@pytest.fixture
def server(authority):
    server = HTTP2Server(authority.context())
    yield server
    server.stop()
    assert server.troubles == []


def broken_off(error_code, sent=b""):
    """RST_STREAM, before the header or amid the body."""
    def behaviour(stream):
        if sent:
            stream.headers(200, ("Content-Length", len(DOCUMENTED)))
            stream.data(sent)
        stream.break_off(error_code)
    return behaviour


def cut_short(stream):
    """Ends in order, with less than the length says."""
    stream.headers(200, ("Content-Length", len(DOCUMENTED)))
    stream.data(DOCUMENTED[:100], end=True)


def amid_the_body(then):
    def behaviour(stream):
        stream.headers(200, ("Content-Length", len(DOCUMENTED)))
        stream.data(DOCUMENTED[:100])
        getattr(stream, then)()
    return behaviour


def large(stream):
    stream.headers(200)
    for _ in range(20):
        stream.data(b" " * 4 * KIBIBYTE)


RETRIES = {"max_retries": 2}
# name: behaviour, code, requests that the server saw, part of the message, settings
FAULTS = {
    "broken off before the header": (broken_off(INTERNAL_ERROR), "connection", 3, "stream", RETRIES),
    "broken off amid the body": (broken_off(INTERNAL_ERROR, DOCUMENTED[:100]), "connection", 3, "stream", RETRIES),
    "told to calm down": (broken_off(ENHANCE_YOUR_CALM), "connection", 3, "stream", RETRIES),
    "shorter than its length": (cut_short, "connection", 3, "", RETRIES),
    "closed before the header": (lambda stream: stream.hang_up(), "connection", 3, "", RETRIES),
    "closed amid the body": (amid_the_body("hang_up"), "connection", 3, "", RETRIES),
    "reset before the header": (lambda stream: stream.reset(), "connection", 3, "", RETRIES),
    "reset amid the body": (amid_the_body("reset"), "connection", 3, "", RETRIES),
    "sent away amid the body": (amid_the_body("go_away"), "connection", 3, "", RETRIES),
    "no frame": (lambda stream: stream.garble(b"\xff" * 64), "connection", 3, "", RETRIES),
    "silence": (lambda stream: None, "timeout", 2, "timed out", {"max_retries": 1, "attempt_timeout_ms": 250}),
    "silence amid the body": (amid_the_body("be_silent"), "timeout", 2, "timed out",
                              {"max_retries": 1, "attempt_timeout_ms": 250}),
    "a body over the limit": (large, "response_too_large", 1, "max_response_bytes",
                              {"max_retries": 2, "max_response_bytes": 64 * KIBIBYTE}),
    # libcurl's own limit of 128 KiB. It ends the connection with all its streams, which may be without fault; the
    # server is busy with the headers, and may not read a request that was sent meanwhile. One that met the end of a
    # connection is sent again by libcurl, on a new one: with each of the two retries that may be.
    "headers over the limit": (lambda stream: stream.headers(200, *((f"x-filler-{n}", "x" * 8000) for n in range(60))),
                               "connection", (1, 2, 3, 4, 5), "", RETRIES),
    "no JSON": (reply(200, b"<html>"), "malformed_response", 1, "200", RETRIES),
    **{f"status {status}": (reply(status, b"{}"), code, seen, str(status), RETRIES) for status, code, seen in [
        (302, "http", 1), (403, "forbidden", 1), (404, "not_found", 1), (408, "http", 3), (429, "rate_limited", 3),
        (500, "server", 3), (501, "server", 1), (503, "server", 3)]},
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(server, authority, name):
    behaviour, code, seen, message, settings = FAULTS[name]
    server.answer("event", event)
    server.answer("fault", behaviour)
    with Client(base_url=server.base_url, ca_file=authority.ca_file, **settings) as client:
        with pytest.raises(DoraError) as caught:
            client.get("fault")
        error = caught.value
        assert error.code == code, str(error)
        assert len(server.requests_for("fault")) in (seen if isinstance(seen, tuple) else (seen,)), str(error)
        assert message in error.message
        assert "\n" not in error.message
        assert client.get("event").response.http_version == "2", "the next call on the same client must succeed"


@pytest.mark.parametrize("name", ["a refused stream", "a connection that ends before the request"])
def test_what_the_server_did_not_begin_is_repeated(server, local, name):
    """The server says that it did nothing (RFC 9113 section 8.7): even without retries the call succeeds."""
    did_not_begin = {
        "a refused stream": broken_off(REFUSED_STREAM),
        "a connection that ends before the request": lambda stream: stream.go_away(last_stream_id=max(0, stream.id - 2)),
    }[name]
    server.answer("event", in_turn(did_not_begin, event))
    with Client(**local) as client:
        assert client.get("event").json == DOCUMENTED
    assert len(server.requests_for("event")) == 2


def test_informational_responses_and_trailers_are_no_fault(server, local):
    def decorated(stream):
        stream.headers(103, ("Link", "</x>"))
        stream.headers(200, ("Content-Type", "application/json"))
        stream.data(DOCUMENTED)
        stream.protocol.send_headers(stream.id, [("x-trailer", "1")], end_stream=True)

    server.answer("event", decorated)
    with Client(**local) as client:
        for _ in range(3):
            assert client.get("event").json == DOCUMENTED
    assert server.connections == 1


# ------------------------------------------------------------------ The queue

def add_many(server, queue, count, behaviour):
    for index in range(count):
        server.answer(f"event-{index}", behaviour)
        queue.add(f"event-{index}", index)


def test_faults_are_retried_away(server, local):
    """One stream in ten fails, and some of them end the connection of 32: each id gets its event all the same."""
    chance = random.Random(1)
    faults = [reply(503), broken_off(INTERNAL_ERROR), broken_off(REFUSED_STREAM), cut_short,
              broken_off(INTERNAL_ERROR, DOCUMENTED[:100]), lambda stream: stream.reset(),
              lambda stream: stream.go_away(last_stream_id=stream.id - 2)]

    def sometimes(stream):
        (chance.choice(faults) if chance.random() < 0.1 else event)(stream)

    with Client(**local, max_retries=50) as client, Queue(client) as queue:
        add_many(server, queue, 1000, sometimes)
        results = queue.drain()
    assert sorted(result.tag for result in results) == list(range(1000))
    assert [str(result.error) for result in results if result.error is not None] == []
    assert len(server.requests) > 1050


def test_a_stream_that_hangs_holds_no_other_up(server, local):
    server.answer("hung", lambda stream: stream.later(3, event))
    with Client(**local) as client, Queue(client, 4) as queue:
        queue.add("hung", 1000)
        began = time.monotonic()
        add_many(server, queue, 100, event)
        assert sorted(queue.next().tag for _ in range(100)) == list(range(100))
        assert time.monotonic() - began < 2
        assert queue.next().tag == 1000
    assert server.connections == 1


def test_a_stream_that_times_out_leaves_the_connection_to_the_others(server, local):
    server.answer("hung", lambda stream: None)
    settings = {**local, "max_retries": 0, "attempt_timeout_ms": 1500}
    with Client(**settings) as client, Queue(client, 4) as queue:
        queue.add("hung", 1000)
        add_many(server, queue, 20, lambda stream: stream.later(0.05, event))
        results = {result.tag: result for result in queue.drain()}
    assert results.pop(1000).error.code == "timeout"
    assert all(result.event for result in results.values()) and len(results) == 20
    assert server.connections == 1


def test_a_limit_is_used_up_and_not_run_into(server, local):
    """As over HTTP/1.1, with all requests on one connection."""
    limiter = Limiter(100)
    seconds = fetch_all(server, limiter, local, 500, 32)
    assert limiter.refusals == []
    assert 4 <= seconds < 4.95, "no window is left out"
    assert server.connections == 1


def test_a_refusal_pauses_all_streams(server, local):
    starts = starts_after_a_refusal(server, local, 1)
    assert min(starts) >= 1
    assert max(starts) < 2


def test_cancel_ends_all_streams(server, local):
    with Client(**local) as client, Queue(client, 8) as queue:
        add_many(server, queue, 20, lambda stream: None)
        threading.Timer(0.3, client.cancel).start()
        began = time.monotonic()
        results = queue.drain()
        assert time.monotonic() - began < 0.6
        assert {result.error.code for result in results} == {"cancelled"}
        assert sorted(result.tag for result in results) == list(range(20))
        server.answer("event", event)
        assert client.get("event").json == DOCUMENTED
