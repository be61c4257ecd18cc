# SPDX-License-Identifier: Apache-2.0
"""A connection that went silent serves nobody any more."""

import pytest

from completion_queue import Queue
from harness import Client
from servers.behaviours import event
from servers.http2_server import HTTP2Server
from servers.relay import Relay
from time_limits import SLACK_SECONDS, error_of, over_within

VERSIONS = ["1.1", "2"]


@pytest.fixture
def relayed(start_server, authority):
    """A server of a version of HTTP behind a relay, and the settings that lead there."""
    started = []

    def relayed(version):
        target = HTTP2Server(authority.context()) if version == "2" else start_server(authority.context())
        relay = Relay(target.port)
        started.append((target, relay))
        for tag in range(100):
            target.answer(f"event-{tag}", event)
        target.answer("event", event)
        return target, relay, {"base_url": relay.base_url, "ca_file": authority.ca_file}

    yield relayed
    for target, relay in started:
        relay.stop()
        target.stop()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_retry_goes_over_a_fresh_connection(relayed, version):
    """Promise: the attempt after one that timed out on a kept connection goes over a new one."""
    _, relay, settings = relayed(version)
    with Client(**settings, attempt_timeout_ms=500, max_retries=1) as client:
        assert client.get("event").response.http_version == version
        relay.forget()
        with over_within(0.5 + SLACK_SECONDS + 0.5, client):
            event_after = client.get("event")
        assert event_after.response.attempts == 2
        assert event_after.response.http_version == version
        assert relay.connections == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dead_flow_costs_one_call(relayed, version):
    """Promise: after a call that timed out on a kept connection the next one is answered at once."""
    _, relay, settings = relayed(version)
    with Client(**settings, timeout_ms=500, max_retries=0) as client:
        client.get("event")
        relay.forget()
        assert error_of(client).code == "timeout"
        for _ in range(3):
            with over_within(SLACK_SECONDS, client):
                client.get("event")
        assert relay.connections == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_a_dead_flow_costs_one_call_after_many(relayed, version):
    """Promise: the same for a flow that dies again and again: each death costs one call."""
    _, relay, settings = relayed(version)
    with Client(**settings, timeout_ms=300, max_retries=0) as client:
        for _ in range(3):
            client.get("event")
            relay.forget()
            assert error_of(client).code == "timeout"
        client.get("event")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_queue_gets_all_when_the_flow_dies(relayed, version):
    """Promise: of a queue whose connections die under it each event comes, retried on a new connection."""
    _, relay, settings = relayed(version)
    with Client(**settings, attempt_timeout_ms=500, max_retries=2) as client, Queue(client, 8) as queue:
        for tag in range(8):
            queue.add(f"event-{tag}", tag)
        first = [queue.next() for _ in range(8)]
        relay.forget()
        for tag in range(8, 100):
            queue.add(f"event-{tag}", tag)
        with over_within(6, client):
            rest = queue.drain()
    assert sorted(result.tag for result in first + rest) == list(range(100))
    assert [str(result.error) for result in first + rest if result.error] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_queue_without_retries_loses_only_what_was_in_flight(relayed, version):
    """Promise: without retries a dead flow costs those that were in flight on it, and none that begin later."""
    _, relay, settings = relayed(version)
    with Client(**settings, attempt_timeout_ms=500, max_retries=0) as client, Queue(client, 8) as queue:
        for tag in range(8):
            queue.add(f"event-{tag}", tag)
        for _ in range(8):
            queue.next()
        relay.forget()
        for tag in range(8, 100):
            queue.add(f"event-{tag}", tag)
        with over_within(6, client):
            rest = queue.drain()
    lost = [result for result in rest if result.error]
    assert {result.error.code for result in lost} <= {"timeout"}
    assert len(lost) <= 16, f"{len(lost)} of 92 were lost"


def test_a_server_that_is_merely_slow_keeps_its_connection(start_server, authority):
    """Promise: an answer within the timeout, however slow, costs no connection."""
    target = start_server(authority.context())
    target.answer("slow", lambda exchange: (exchange.wait(0.6), event(exchange)))
    with Client(base_url=target.base_url, ca_file=authority.ca_file, attempt_timeout_ms=3000) as client:
        for _ in range(3):
            assert client.get("slow").response.attempts == 1
    assert target.connections == 1
    target.stop()


def test_the_other_clients_keep_theirs(relayed):
    """Promise: it is the connection that is retired: another client's serves on."""
    _, relay, settings = relayed("1.1")
    with Client(**settings, timeout_ms=400, max_retries=0) as one:
        one.get("event")
        relay.forget()
        with Client(**settings) as other:
            other.get("event")
            assert error_of(one).code == "timeout"
            other.get("event")
            assert relay.connections == 2
            one.get("event")
            assert relay.connections == 3
