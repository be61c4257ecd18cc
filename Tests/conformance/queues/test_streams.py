# SPDX-License-Identifier: Apache-2.0
"""Over HTTP/2 a queue fills one connection to the server's limit before it opens another."""

import pytest

import libcurl
from completion_queue import Queue
from harness import Client
from servers.behaviours import event
from servers.external import nginx
from servers.stream_server import StreamServer
from time_limits import over_within

# Filling 500 streams takes both processors.
pytestmark = pytest.mark.alone

# An older libcurl does not wait long enough for what the first connection turns out to be.
MORE = 0 if libcurl.VERSION >= (7, 87) else 6


def drained(server, authority, max_in_flight, count, seconds=15):
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "max_retries": 0}
    with Client(**settings) as client, Queue(client, max_in_flight) as queue:
        for tag in range(count):
            queue.add("event", tag)
        with over_within(seconds, client):
            results = queue.drain()
    assert sorted(result.tag for result in results) == list(range(count))
    assert [str(result.error) for result in results if result.error] == []
    assert {result.event.response.http_version for result in results} == {"2"}


@pytest.mark.parametrize("max_streams, most_connections", [(1000, 1), (500, 1), (128, 4), (100, 5)])
def test_500_in_flight(authority, max_streams, most_connections):
    """Promise: 500 in flight take as many connections as the server's limit of streams makes necessary: one of
    1,000 streams, four of 128, five of 100; not one for each transfer beyond 100."""
    server = StreamServer(authority.context(), max_streams)
    try:
        enough = min(500, max_streams) // 2
        server.answer("event", server.answering_after(0.25, event, enough))
        drained(server, authority, 500, 1000, 25)
        # One more may be on its way when the limit becomes known.
        assert server.connections <= most_connections + 1 + MORE, f"{server.connections} connections"
        assert server.at_once >= enough, "each is filled, as far as the server keeps up"
    finally:
        server.stop()


def test_the_server_s_limit_of_one(authority):
    """Promise: a server that allows one stream at a time gets about as many connections as are in flight, kept and used again."""
    server = StreamServer(authority.context(), 1)
    try:
        server.answer("event", server.answering_after(0.02, event))
        drained(server, authority, 4, 40)
        assert server.connections <= 8 + MORE, f"{server.connections} connections"
    finally:
        server.stop()


def test_an_ordinary_queue_takes_one_connection(authority):
    """Promise: 32 in flight share one connection also while each answer takes its time, from the first moment on."""
    server = StreamServer(authority.context(), 100)
    try:
        server.answer("event", server.answering_after(0.1, event))
        drained(server, authority, 32, 128)
        assert server.connections <= 1 + MORE
        assert server.at_once == 32 or MORE, "they are in flight side by side"
    finally:
        server.stop()


def test_a_second_queue_of_the_client(authority):
    """Promise: after a queue of 300 in flight a later one uses what is kept."""
    server = StreamServer(authority.context(), 1000)
    try:
        server.answer("event", server.answering_after(0.05, event))
        settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "max_retries": 0}
        with Client(**settings) as client:
            for _ in range(3):
                with Queue(client, 300) as queue:
                    for tag in range(300):
                        queue.add("event", tag)
                    with over_within(10, client):
                        assert all(result.event for result in queue.drain())
        assert server.connections <= 2 + MORE, f"{server.connections} connections"
    finally:
        server.stop()


def test_512_in_flight_are_hardly_slower_than_128(authority, tmp_path, host):
    """Promise: a queue of 10,000 over HTTP/2 takes hardly longer with 512 in flight than with 128, and opens
    no connection for each transfer: nginx allows 128 streams."""
    with nginx(tmp_path, authority, gzip=False, keepalive_requests=1_000_000) as (base_url, access_log):
        host("queue_rate", base_url, authority.ca_file, 10_000, 128, 512)
    connections = {line.split(" ")[0] for line in access_log.read_text().splitlines()}
    # Of each round one client with 128 and one with 512 in flight.
    assert len(connections) <= 3 * (2 + 5 + 2 * MORE), f"{len(connections)} connections"
