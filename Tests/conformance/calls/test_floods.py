# SPDX-License-Identifier: Apache-2.0
"""Servers that never stop talking: deadlines, cancels and visits of a queue hold all the same."""

import threading
import time

import pytest

import libcurl
from completion_queue import Queue
from harness import Client, DoraError, dora
from servers.behaviours import event
from servers.floods import HTTP_1, HTTP_2, LONGEST_SECONDS, PROXY
from servers.http2_server import HTTP2Server
from time_limits import SLACK_SECONDS, error_of, over_within

pytestmark = pytest.mark.slow

# What a call that is not ended by a limit of its own must end with.
SECONDS = 0.5
DEADLINE = {"timeout_ms": int(SECONDS * 1000), "attempt_timeout_ms": 0, "max_retries": 0}
# A flood may run into another limit before: headers, libcurl's own, the protocol's.
CODES = {"timeout", "response_too_large", "connection", "malformed_response"}


# libcurl before 8.7 reads frames that are no part of a response for as long as they come (docs/porting.md): all limits
# hold from the flood's end on.
READS_ON = libcurl.VERSION < (8, 7)
ENDLESS = {"PING", "PING acknowledgements", "WINDOW_UPDATE", "WINDOW_UPDATE of the stream", "PRIORITY", "unknown frames",
           "empty DATA", "padded DATA"}


def late_by(name):
    """Seconds by which a limit may be late for want of a way out of libcurl."""
    return LONGEST_SECONDS if READS_ON and name in ENDLESS else 0


@pytest.fixture
def http_2_server(authority):
    server = HTTP2Server(authority.context())
    server.answer("event", event)
    yield server
    server.stop()
    assert server.troubles == []


def assert_ends_in_time(settings, name):
    with Client(**settings, **DEADLINE) as client:
        with over_within(SECONDS + late_by(name) + SLACK_SECONDS, client):
            error = error_of(client, "flood")
        assert error.code in CODES, f"{name}: {error}"
        assert answers_again(client), "a connection that floods must not serve the calls that follow"


def answers_again(client):
    """One more call may meet the flood, on the kept connection; the one after it must not."""
    for _ in range(2):
        with over_within(SECONDS + SLACK_SECONDS, client):
            try:
                return bool(client.get("event").json)
            except DoraError as error:
                assert error.code in ("timeout", "connection"), str(error)
    return False


@pytest.mark.parametrize("name", HTTP_2)
def test_a_flood_over_http_2_ends_by_the_deadline(http_2_server, authority, name):
    """Promise: dora_config_set_timeout_ms is the whole call's limit, whatever frames a server sends."""
    http_2_server.answer("flood", HTTP_2[name])
    assert_ends_in_time({"base_url": http_2_server.base_url, "ca_file": authority.ca_file}, name)


@pytest.mark.parametrize("name", HTTP_1)
def test_a_flood_over_http_1_ends_by_the_deadline(server, local, name):
    """Promise: the same, over HTTP/1.1."""
    server.answer("event", event)
    server.answer("flood", HTTP_1[name])
    assert_ends_in_time(local, name)


@pytest.mark.parametrize("name", PROXY)
def test_a_flood_of_a_proxy_ends_by_the_deadline(start_server, server, local, name):
    """Promise: the same, for what a proxy answers CONNECT with."""
    proxy = start_server(plain=True)
    proxy.behaviours[f"127.0.0.1:{server.port}"] = PROXY[name]
    with Client(**local, **DEADLINE, proxy=proxy.base_url.replace("://", "://user:0p3nsesame@")) as client:
        with over_within(SECONDS + SLACK_SECONDS, client):
            error = error_of(client)
        assert error.code in CODES, str(error)
        assert not error.response, "what a proxy says is no response"
    assert server.requests == [], "no tunnel, no request"
    proxy.stop()


@pytest.mark.parametrize("name", ["empty SETTINGS", "empty DATA", "WINDOW_UPDATE", "unknown frames"])
def test_a_flood_can_be_cancelled(http_2_server, authority, name):
    """Promise: dora_client_cancel ends every call that is in progress, in any phase."""
    http_2_server.answer("flood", HTTP_2[name])
    with Client(base_url=http_2_server.base_url, ca_file=authority.ca_file, max_retries=0, timeout_ms=8000) as client:
        cancelled_at = []
        timer = threading.Timer(0.5, lambda: (cancelled_at.append(time.monotonic()), client.cancel()))
        timer.start()
        error = error_of(client, "flood")
        returned_at = time.monotonic()
        timer.join()
    late = returned_at - cancelled_at[0]
    assert late < late_by(name) + SLACK_SECONDS, f"{late:.2f} s after the cancel: {error}"
    assert error.code == "cancelled" or returned_at < cancelled_at[0], f"a limit may end it before, no other: {error}"


@pytest.mark.parametrize("name", ["empty SETTINGS", "empty DATA", "WINDOW_UPDATE", "unknown frames"])
def test_a_visit_of_a_queue_does_not_wait_for_a_flood_to_end(http_2_server, authority, name):
    """Promise: dora_queue_next(queue, 0) does not wait, so that an event loop goes on."""
    http_2_server.answer("flood", HTTP_2[name])
    settings = {"base_url": http_2_server.base_url, "ca_file": authority.ca_file, **DEADLINE}
    with Client(**settings) as client, Queue(client) as queue:
        queue.add("flood")
        longest = 0
        began = time.monotonic()
        result = None
        with over_within(SECONDS + late_by(name) + SLACK_SECONDS, client):
            while result is None and time.monotonic() - began < 5 + late_by(name):
                visit = time.monotonic()
                result = queue.next(0)
                longest = max(longest, time.monotonic() - visit)
                time.sleep(0.005)
        assert result is not None and result.error.code in CODES
        assert longest < 0.5 + late_by(name), f"a visit took {longest:.2f} s"
        assert dora.dora_queue_pending(queue.pointer) == 0


def test_a_flood_holds_no_other_up(http_2_server, start_server, authority):
    """Promise: what one server does to one client costs no other client of the same thread."""
    http_2_server.answer("flood", HTTP_2["empty DATA"])
    other_server = start_server()
    other_server.answer("event", event)
    flooded_settings = {"base_url": http_2_server.base_url, "ca_file": authority.ca_file, **DEADLINE}
    with Client(**flooded_settings) as flooded, Client(base_url=other_server.base_url, ca_file=authority.ca_file) as other:
        with Queue(flooded) as flooded_queue, Queue(other) as other_queue:
            flooded_queue.add("flood")
            flooded_queue.next(100)
            for tag in range(5):
                other_queue.add("event", tag)
            results = []
            with over_within(1.5 + late_by("empty DATA"), flooded):
                while len(results) < 5:
                    flooded_queue.next(0)
                    result = other_queue.next(5)
                    if result is not None:
                        results.append(result)
            assert all(result.event for result in results)
    other_server.stop()
