# SPDX-License-Identifier: Apache-2.0
"""The library as a guest in C programs: threads, forks, signals, loading, memory."""

import itertools
import random
import shutil
import time

import pytest

import capi
from servers.behaviours import (
    DOCUMENTED,
    chunked,
    dripping,
    endless,
    event,
    gzip_bomb,
    head,
    reply,
    sending,
)

CODES = {"connection": 9, "malformed_response": 14, "not_found": 5, "server": 7, "http": 8}


@pytest.fixture
def arguments(server, authority):
    server.answer("event", event)
    return server.base_url, authority.ca_file


@pytest.mark.slow
def test_threads_share_a_client(server, arguments, host):
    """16 threads of 1,000 calls each, of which a tenth ends in one of these faults."""
    faults = {
        "absent": (reply(404, b"{}"), "not_found"),
        "moved": (reply(302, b"", ("Location", "https://127.0.0.1:1/")), "http"),
        "page": (reply(200, b"<html>"), "malformed_response"),
        "broken": (sending(chunked(DOCUMENTED[:99], end=b""), "cut"), "connection"),
        "reset": (sending(b"", "reset"), "connection"),
        "unavailable": (reply(503), "server"),
    }
    for failure_id, (behaviour, _) in faults.items():
        server.answer(failure_id, behaviour)
    host("threads", *arguments, 16, 1000, *(f"{failure_id}={CODES[code]}" for failure_id, (_, code) in faults.items()))
    good = server.requests_for("event")
    assert len(good) == 16 * 900
    assert len({request.connection for request in good}) < 1600, "connections are shared and kept"


def test_random_faults_are_retried_away(server, arguments, host):
    """One request in ten is refused, broken or cut: with retries every call still gets its event."""
    chance = random.Random(1)
    faults = [reply(503), reply(429), sending(b"", "reset"), sending(head(200, ("Content-Length", 99)) + b"\r\n{", "cut")]

    def sometimes(exchange):
        fault = chance.random()
        (event if fault > 0.02 else faults[int(fault * 200)])(exchange)

    server.answer("event", sometimes)
    host("threads", *arguments, 8, 200)
    assert len(server.requests) > 8 * 200


def test_a_client_after_fork(server, arguments, host):
    """The parent and 8 children on one inherited client, 200 calls each."""
    names = ["parent", *(f"child-{number}" for number in range(8))]
    for name in names:
        server.answer(name, event)
    host("fork", *arguments, 8, 200)
    connections = {name: {request.connection for request in server.requests_for(name)} for name in names}
    assert [len(server.requests_for(name)) for name in names] == [209] + [200] * 8
    assert len(connections["parent"]) == 1, "the parent's connection survives its children"
    for one, other in itertools.combinations(names, 2):
        assert not connections[one] & connections[other], "no connection is used by two processes"
    assert all(len(connections[name]) == 1 for name in names)


@pytest.mark.slow
def test_cycles_over_tls(arguments, host):
    host("cycles", *arguments, 1000)


@pytest.mark.slow
def test_cycles_over_plain_http(start_server, authority, host):
    server = start_server(plain=True)
    server.answer("event", event)
    host("cycles", server.base_url, authority.ca_file, 10_000)
    server.stop()


def test_loading_and_unloading(start_server, host):
    server = start_server(plain=True)
    server.answer("event", event)
    host("loading", server.base_url, 1000, capi.LIBRARY, linked=False)
    server.stop()


def test_two_copies_in_one_process(start_server, host, tmp_path):
    server = start_server(plain=True)
    server.answer("event", event)
    copy = shutil.copy(capi.LIBRARY, tmp_path / "libdora-copy.so")
    host("loading", server.base_url, 20, capi.LIBRARY, copy, linked=False)
    server.stop()


def test_what_is_the_host_s_stays_as_it_was(server, arguments, host):
    server.answer("closing", sending(head(200, ("Content-Length", len(DOCUMENTED))) + b"\r\n" + DOCUMENTED, "reset"))
    host("host_state", *arguments, LC_ALL="C.UTF-8")


def test_keys_are_wiped(host):
    host("wiped_keys")


# ----------------------------------------------------------------- Memory

@pytest.mark.parametrize("failure_id, limit_kib", [("bomb", 8192), ("chunks", 8192), ("headers", 0)])
def test_a_response_without_end_stops_at_the_limit(server, arguments, host, failure_id, limit_kib):
    server.answer("bomb", gzip_bomb(10 << 30))
    server.answer("chunks", endless(chunked(end=b""), b"400\r\n" + b" " * 1024 + b"\r\n"))
    server.answer("headers", endless(head(200), b"X-Filler: " + b"x" * 100 + b"\r\n"))
    host("peak", *arguments, failure_id, limit_kib)


# ----------------------------------------------------------------- Cancel

CANCEL_PLACES = {
    "waiting": lambda exchange: exchange.be_silent(),
    "in the header": dripping(head(200, ("X-Filler", "x" * 1000)), 0.02),
    "in the body": lambda exchange: (exchange.send(head(200, ("Content-Length", 1000)) + b"\r\n"),
                                     dripping(b" " * 1000, 0.02)(exchange)),
    "backing off": reply(503, b"", ("Retry-After", "20")),
}


@pytest.mark.parametrize("how, calls", [("thread", 1), ("thread", 8), ("signal", 1)])
@pytest.mark.parametrize("place", CANCEL_PLACES)
def test_cancel(server, arguments, host, how, calls, place):
    server.answer("slow", CANCEL_PLACES[place])
    host("cancel", how, *arguments, "slow", calls, "event")
    assert len(server.requests_for("slow")) == calls, "a cancelled call is not tried again"


@pytest.mark.parametrize("how", ["thread", "signal"])
def test_cancel_in_the_handshake(server, arguments, host, how):
    silent = itertools.chain([True], itertools.repeat(False))
    server.on_connect = lambda connection: time.sleep(2) if next(silent) else True
    try:
        host("cancel", how, *arguments, "slow", 1, "event")
    finally:
        server.on_connect = None
    assert server.requests_for("slow") == []


@pytest.mark.parametrize("how", ["thread", "signal"])
def test_cancel_while_connecting(deaf_port, authority, host, how):
    host("cancel", how, f"https://127.0.0.1:{deaf_port}", authority.ca_file, "slow", 1)


def test_deadline_and_cancel_while_the_name_is_looked_up(authority, host):
    host("slow_lookup", authority.ca_file)
