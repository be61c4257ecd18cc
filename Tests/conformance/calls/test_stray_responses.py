# SPDX-License-Identifier: Apache-2.0
"""Only the answer to a request is its answer."""

import json
import time

import pytest

from completion_queue import Queue
from harness import Client, DoraError
from servers.behaviours import DOCUMENTED, event, reply
from servers.fault_server import Hangup
from servers.http2_server import HTTP2Server


def event_of(failure_id):
    document = json.loads(DOCUMENTED)
    document["data"]["id"] = failure_id
    return json.dumps(document).encode()


def answer_to(failure_id):
    body = event_of(failure_id)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def followed_by(stray, seconds):
    """The right answer, and then one that nobody asked for."""
    def behaviour(exchange):
        exchange.send(answer_to("first"))
        if seconds:
            time.sleep(seconds)
        exchange.send(stray)
    return behaviour


STRAYS = {
    "another event": answer_to("stray"),
    "an error": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\n{}",
    "408 of a server that gives up": b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "half a response": answer_to("stray")[:60],
    "no HTTP": b"\x00\x01\x02\x03garbage",
}


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
@pytest.mark.parametrize("seconds", [0, 0.05], ids=["at-once", "later"])
@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_response_answers_no_call(start_server, authority, name, seconds, tls):
    """Promise: a connection that is readable before the request was sent is not used: the next call gets its own answer."""
    server = start_server(plain=not tls)
    server.answer("first", followed_by(STRAYS[name], seconds))
    server.answer("second", reply(200, event_of("second")))
    settings = {"base_url": server.base_url} if not tls else {"base_url": server.base_url, "ca_file": authority.ca_file}
    with Client(**settings, max_retries=0) as client:
        assert client.get("first").id == "first"
        time.sleep(0.15)
        second = client.get("second")
        assert (second.id, second.response.status) == ("second", 200)
        assert client.get("second").id == "second"
    assert len(server.requests_for("second")) == 2
    server.stop()


def test_a_stray_response_answers_no_event_of_a_queue(start_server, authority):
    """Promise: the same for a queue that pauses: each event carries its own id's answer."""
    server = start_server()
    for tag in range(8):
        server.answer(f"first-{tag}", lambda exchange: (exchange.send(answer_to("first")), time.sleep(0.02),
                                                        exchange.send(answer_to("stray"))))
        server.answer(f"second-{tag}", reply(200, event_of(f"second-{tag}")))
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client, Queue(client, 4) as queue:
        for tag in range(8):
            queue.add(f"first-{tag}", tag)
        assert all(result.event for result in queue.drain())
        time.sleep(0.15)
        for tag in range(8):
            queue.add(f"second-{tag}", tag)
        for result in queue.drain():
            assert result.event.id == result.id == f"second-{result.tag}"
    server.stop()


def test_a_kept_connection_that_is_quiet_is_used(start_server, authority):
    """Promise: none of that costs a connection that did nothing wrong; session tickets of TLS 1.3 are no response."""
    server = start_server()
    server.answer("event", event)
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client:
        for pause in (0, 0, 0.1, 0.3, 0.1):
            client.get("event")
            time.sleep(pause)
    assert server.connections == 1
    server.stop()


# ------------------------------------------------------------- data.id

def test_an_event_with_another_id_is_a_violation(server, local):
    """Promise: an event whose data.id is not the id that was asked for says so in a violation."""
    server.answer("asked-for", reply(200, event_of("another")))
    with Client(**local) as client:
        violations = client.get("asked-for").violations
        assert any(violation.startswith("/data/id:") and "another" in violation for violation in violations), violations
    with Client(**local, strict=True) as client:
        with pytest.raises(DoraError) as caught:
            client.get("asked-for")
    assert caught.value.code == "malformed_response"
    assert "/data/id" in caught.value.message


@pytest.mark.parametrize("failure_id", ["plain", "4242fcdd31586083", "a b", "a/b", "é", "UPPER.lower-_:~", "%41"])
def test_an_event_with_its_own_id_is_none(server, local, failure_id):
    """Promise: no violation where the id is the one asked for, whatever has to be percent-encoded in the URL."""
    requested = []

    def answer(exchange):
        requested.append(exchange.request.target)
        reply(200, event_of(failure_id))(exchange)

    class Any(dict):
        def get(self, target, default=None):
            return answer

    behaviours, server.behaviours = server.behaviours, Any()
    try:
        with Client(**local, strict=True) as client:
            event_got = client.get(failure_id)
    finally:
        server.behaviours = behaviours
    assert event_got.id == failure_id
    assert event_got.violations == []
    assert len(requested) == 1


def test_the_id_counts_in_a_queue_too(server, local):
    """Promise: the same for the events of a queue."""
    server.answer("right", reply(200, event_of("right")))
    server.answer("wrong", reply(200, event_of("another")))
    with Client(**local) as client, Queue(client) as queue:
        queue.add("right", 0)
        queue.add("wrong", 1)
        results = {result.tag: result.event for result in queue.drain()}
    assert results[0].violations == []
    assert [violation for violation in results[1].violations if "/data/id" in violation]


def test_an_answer_over_http_2_that_nobody_asked_for(authority):
    """Promise: DATA and HEADERS of streams that are none of the call's change nothing about it."""
    server = HTTP2Server(authority.context())

    def with_stray(stream):
        stream.conversation.flush()
        stream.headers(200, ("Content-Type", "application/json"))
        stream.data(event_of("first"), end=True)

    server.answer("first", with_stray)
    server.answer("second", lambda stream: (stream.headers(200), stream.data(event_of("second"), end=True)))
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client:
        assert client.get("first").id == "first"
        assert client.get("second").id == "second"
    server.stop()


def test_a_server_that_closes_after_a_stray_response(start_server, authority):
    """Promise: a 408 with which a server ends an idle connection is no answer to the next call."""
    server = start_server()

    def closing(exchange):
        exchange.send(answer_to("first"))
        time.sleep(0.05)
        exchange.send(STRAYS["408 of a server that gives up"])
        raise Hangup

    server.answer("first", closing)
    server.answer("second", reply(200, event_of("second")))
    with Client(base_url=server.base_url, ca_file=authority.ca_file, max_retries=0) as client:
        for _ in range(3):
            assert client.get("first").id == "first"
            time.sleep(0.15)
            assert client.get("second").id == "second"
    server.stop()
