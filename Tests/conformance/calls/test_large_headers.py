# SPDX-License-Identifier: Apache-2.0
"""Large headers over HTTP/2, and connections that end without GOAWAY."""

import contextlib
import re
import time
from ctypes import byref, c_void_p

import pytest

from completion_queue import Queue
from harness import Client, DoraError, dora
from paths import REPOSITORY
from servers.behaviours import DOCUMENTED, event, in_turn
from servers.fault_server import Hangup
from servers.http2_server import HTTP2Server
from time_limits import over_within

KILOBYTE = 1000
# At once, or the test fails: neither a stall nor a retry after a timeout is at once.
SOON_SECONDS = 3.5


@pytest.fixture
def server(authority):
    server = HTTP2Server(authority.context())
    server.answer("event", event)
    yield server
    server.stop()
    assert server.troubles == []


def with_headers(size, width=4 * KILOBYTE):
    """A response whose header fields take so many bytes together."""
    fields = [(f"x-filler-{number}", "v" * width) for number in range(size // width)]

    def behaviour(stream):
        # A dynamic table of nothing: no field is a byte long.
        stream.headers(200, ("content-type", "application/json"), *fields, ("x-last", "here"))
        stream.data(DOCUMENTED, end=True)
    return behaviour


def documented_limit():
    """The bytes of headers that docs/security.md promises over HTTP/2; what it says of headers at all, if no more."""
    text = " ".join((REPOSITORY / "docs" / "security.md").read_text().split())
    numbers = [int(number) for sentence in re.findall(r"[^.]*[Hh]eader[^.]*", text)
               for number in re.findall(r"(\d+) KiB", sentence)]
    assert numbers, "docs/security.md tells the limit of headers"
    return min(numbers) * 1024


def is_documented_to_end_the_connection():
    """Whether the documents say that libcurl's own limit over HTTP/2 is a broken connection."""
    texts = [" ".join((REPOSITORY / "docs" / name).read_text().split()) for name in ("security.md", "porting.md")]
    return any(re.search(r"HTTP/2[^.]*\d+ KiB[^.]*connection|\d+ KiB[^.]*HTTP/2[^.]*connection", text) for text in texts)


@pytest.mark.parametrize("width", [100, 4 * KILOBYTE])
@pytest.mark.parametrize("size", [12, 20, 40, 60, 100,
                                  *(pytest.param(size, marks=pytest.mark.slow) for size in (200, 300, 1000))])
def test_headers_are_taken_up_to_the_documented_limit(server, authority, size, width):
    """Promise: a response whose headers are within the documented limit is taken, over HTTP/2 as over HTTP/1.1;
    what is above it is RESPONSE_TOO_LARGE; either comes at once and after one attempt."""
    server.answer("large", with_headers(size * KILOBYTE, width))
    outcome = None
    with Client(base_url=server.base_url, ca_file=authority.ca_file, max_retries=2, timeout_ms=15_000) as client:
        # Above libcurl's own limit the connection breaks, and three attempts cost the server that packs them.
        with over_within(SOON_SECONDS if size <= 100 else 16, client):
            error = c_void_p()
            failure = dora.dora_get_failure(client.pointer, b"large", byref(error))
        if failure:
            assert dora.dora_response_header(dora.dora_failure_response(failure), b"x-last") == b"here"
            dora.dora_failure_free(failure)
        else:
            outcome = DoraError(error)
        assert client.get("event").json == DOCUMENTED
    if size * KILOBYTE * 1.2 < documented_limit():
        assert outcome is None, str(outcome)
    elif size * KILOBYTE > documented_limit():
        assert outcome is not None
        if outcome.code == "connection":
            assert is_documented_to_end_the_connection(), str(outcome)
            return
        assert (outcome.code, outcome.retryable) == ("response_too_large", False), str(outcome)
    assert len(server.requests_for("large")) == 1


def test_large_headers_hold_no_other_stream_up(server, authority):
    """Promise: the streams beside a response with 60 KB of headers get theirs."""
    server.answer("large", with_headers(60 * KILOBYTE))
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "timeout_ms": 6000, "max_retries": 0}
    with Client(**settings) as client, Queue(client, 8) as queue:
        for tag in range(24):
            queue.add("large" if tag % 4 == 1 else "event", tag)
        with over_within(SOON_SECONDS + 1, client):
            results = queue.drain()
    assert sorted(result.tag for result in results) == list(range(24))
    assert [str(result.error) for result in results if result.error] == []


def test_large_headers_to_a_program_s_own_loop(server, authority):
    """Promise: the same where the program polls the queue's descriptor and nothing else."""
    server.answer("large", with_headers(60 * KILOBYTE))
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "timeout_ms": 6000, "max_retries": 0}
    with Client(**settings) as client, Queue(client) as queue:
        for tag in range(4):
            queue.add("large", tag)
        with over_within(SOON_SECONDS + 1, client):
            results = queue.drain_by_polling(6, None)
    assert [str(result.error) for result in results if result.error] == []


def test_the_limit_over_http_1(start_server, authority):
    """Promise: headers of 100 KB over HTTP/1.1, in lines of 4 KB, are taken; the documented limit is above that."""
    fields = b"".join(b"X-Filler-%d: %s\r\n" % (number, b"v" * 4000) for number in range(25))
    server = start_server(authority.context())
    server.answer("large", lambda exchange: exchange.send(
        b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (fields, len(DOCUMENTED), DOCUMENTED)))
    with Client(base_url=server.base_url, ca_file=authority.ca_file, max_retries=0) as client:
        with over_within(SOON_SECONDS, client):
            assert client.get("large").json == DOCUMENTED
    server.stop()


# -------------------------------------------------- The end of a connection

def close_notify(stream):
    """The end of TLS without a GOAWAY; the TCP connection stays open and says nothing more."""
    conversation = stream.conversation
    conversation.flush()
    conversation.connection.settimeout(0.1)
    with contextlib.suppress(OSError):
        conversation.connection.unwrap()
    while not conversation.server.stopping:
        time.sleep(0.05)
    raise Hangup


@pytest.mark.parametrize("amid", [False, True], ids=["before-the-header", "amid-the-body"])
def test_a_close_notify_without_goaway_is_retried(server, authority, amid):
    """Promise: a connection that ends in order, without GOAWAY, with streams on it: they are retried at once on
    another, or by the attempt's timeout where docs/porting.md says so."""
    def closing(stream):
        if amid:
            stream.headers(200, ("Content-Length", len(DOCUMENTED)))
            stream.data(DOCUMENTED[:100])
        close_notify(stream)

    server.answer("fault", in_turn(closing, event))
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "attempt_timeout_ms": 3000}
    documented = "close_notify" in (REPOSITORY / "docs" / "porting.md").read_text()
    with Client(**settings, max_retries=2, timeout_ms=10_000) as client:
        with over_within(4.5 if documented else 2, client):
            assert client.get("fault").json == DOCUMENTED
        assert client.get("event").json == DOCUMENTED
    assert server.connections == 2


@pytest.mark.parametrize("streams", [2, 8, 32])
def test_a_close_notify_without_goaway_under_many_streams(server, authority, streams):
    """Promise: the same for all the streams of a queue that were on the connection."""
    turns = iter(range(streams))

    def closing_at_the_last(stream):
        turn = next(turns, None)
        if turn is None:
            event(stream)
        elif turn == streams - 1:
            close_notify(stream)

    server.answer("fault", closing_at_the_last)
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "attempt_timeout_ms": 3000}
    documented = "close_notify" in (REPOSITORY / "docs" / "porting.md").read_text()
    with Client(**settings, max_retries=2, timeout_ms=10_000) as client, Queue(client, streams) as queue:
        for tag in range(streams):
            queue.add("fault", tag)
        with over_within(4.5 if documented else 2, client):
            results = queue.drain()
    assert [str(result.error) for result in results if result.error] == []


def test_a_fin_without_goaway_is_retried(server, authority):
    """Promise: the same for a connection that ends with TLS close and FIN under all streams of a queue."""
    turns = iter([True])

    def closing_once(stream):
        if next(turns, False):
            stream.hang_up()
        event(stream)

    server.answer("fault", closing_once)
    with Client(base_url=server.base_url, ca_file=authority.ca_file, attempt_timeout_ms=4000) as client:
        with Queue(client, 8) as queue:
            for tag in range(16):
                queue.add("fault", tag)
            with over_within(SOON_SECONDS, client):
                results = queue.drain()
    assert [str(result.error) for result in results if result.error] == []
