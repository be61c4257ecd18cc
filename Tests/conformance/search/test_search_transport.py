# SPDX-License-Identifier: Apache-2.0
"""Searches on connections that come and go, on servers that ignore or overdo, and what they log."""

import json
import os
import time

import pytest

from capi import LogFunction
from harness import API_KEY, APP_KEY, Client, DoraError
from searches import END, WAITING, Search, ids, json_of, search_all
from servers.behaviours import API_TYPE, chunked, gzip_bomb, head, reply, sending
from servers.certificates import Authority
from servers.list_server import SECOND, START, World, at_times, item, items
from time_limits import over_within

ALL = [event.id for event in reversed(items(205))]


def test_a_server_that_closes_after_each_answer(serve, list_servers):
    world = World(items(205))

    def closing(exchange):
        body = world.answer(exchange.request)[1]
        exchange.send(head(200, ("Content-Type", API_TYPE), ("Connection", "close")) + b"\r\n" + body)
        exchange.hang_up()
    assert ids(search_all(serve(closing), page_size=40)) == ALL


def test_a_server_that_closes_kept_connections(serve):
    """The next request finds the connection closed, and goes over another one: nobody notices, without retries too."""
    world = World(items(205))

    def closing(exchange):
        world(exchange)
        exchange.hang_up()
    with Client(**serve(closing), max_retries=0) as client, Search(client, page_size=40) as search:
        found = []
        for failure_id, _ in iter(search.next, None):
            found.append(failure_id)
            if len(found) == 30:
                time.sleep(0.05)
        assert found == ALL


def test_a_server_that_goes_away_and_comes_back(start_server, authority):
    world, server = World(items(205)), start_server()
    server.answer_list(world)
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file, "max_retries": 0}
    with Client(**settings) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(10))  # the second page is not asked for yet
        server.stop()
        with pytest.raises(DoraError) as raised:
            while (event := search.next()) is not None:
                found.append(event[0])
        assert raised.value.code == "connection" and raised.value.retryable and raised.value.response is None
        assert len(found) == 40
        server.start()
        assert found + ids(search.all()) == ALL


def test_a_server_that_is_not_trusted(tmp_path, serve):
    world = World(items(5))
    with Client(**{**serve(world), "ca_file": Authority(tmp_path).ca_file}) as client, Search(client) as search:
        for _ in range(2):
            with pytest.raises(DoraError) as raised:
                search.next()
            assert raised.value.code == "tls"
    assert world.requests == []


def test_a_server_that_refuses_for_too_long(serve):
    """429 with a wait behind the deadline: the error says the wait, and the next call goes on."""
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [reply(429, {"errors": ["Too many"]}, ("Retry-After", "77"))], world))
    with Client(**{**settings, "timeout_ms": 2000}, max_retries=0) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(40))
        with pytest.raises(DoraError) as raised:
            search.next()
        assert (raised.value.code, raised.value.retry_after_ms) == ("rate_limited", 77_000)
        assert search.step(50)[0] == WAITING, "the window that the server named is waited for"
        assert found == ALL[:40]


def test_a_server_that_ignores_the_limit(serve):
    """All 3,000 in each answer: more than was asked for, and no harm."""
    class Generous(World):
        def select(self, first, last, attributes):
            return super().select(first, last, {**attributes, "limit": 10**6})
    world = Generous(items(3000), clamp=10**6)
    for page_size in (10, 1000):
        assert ids(search_all(serve(world), page_size=page_size)) == [event.id for event in reversed(world.events)]


def test_times_in_other_forms(serve):
    """Offsets, lower case, fractions of any length, integers: sorted by the instant that they mean."""
    forms = ["2026-03-02T14:00:00+02:00", "2026-03-02t12:00:01z", "2026-03-02T06:30:02-05:30", "2026-03-02T12:00:03.5Z",
             "2026-03-02T12:00:04.000000001Z", "2026-03-02T12:00:05.123456Z", 1772452806 * SECOND + 7, "2026-03-02T12:00:07.0Z"]
    odd = [item(f"form-{number}", START + (86_400 + number) * SECOND, started_at=form) for number, form in enumerate(forms)]
    world = World([*items(30), *odd])
    assert all(json.loads(event.raw)["attributes"]["started_at"] == form for event, form in zip(odd, forms))
    found = search_all(serve(world), page_size=10)
    assert [failure_id for failure_id, _ in found] == [event.id for event in reversed(world.events)]
    assert dict(found)["form-2"] == 1772452802 * SECOND and dict(found)["form-6"] == 1772452806 * SECOND + 7


@pytest.mark.parametrize("count", [0, 3, 60])
def test_events_of_the_same_id(serve, count):
    """Two events that differ in time alone keep their places; a double beside the first one is left out."""
    first = item("twin", START + 30 * SECOND)
    world = World([*items(count), first, item("twin", START + 30 * SECOND, name="another")])
    found = search_all(serve(world), page_size=10)
    assert ids(found).count("twin") == 1 and len(found) == count + 1


def test_a_bomb(serve, list_servers):
    """Each size of the page is too large: it ends, in an error that names the setting."""
    with Client(**serve(gzip_bomb(1 << 24)), max_response_bytes=1 << 16) as client, Search(client) as search:
        with over_within(20, client), pytest.raises(DoraError) as raised:
            search.next()
    assert raised.value.code == "response_too_large" and "max_response_bytes" in raised.value.message
    assert len(list_servers["1.1"].requests) < 20


@pytest.mark.parametrize("timeout_ms", [-1, -7, -(2**63), 2**63 - 1, 10_000])
def test_extreme_limits_of_the_wait(serve, timeout_ms):
    with Client(**serve(World(items(5)))) as client, Search(client) as search:
        found = 0
        while search.step(timeout_ms)[0] != END:
            found += 1
    assert found == 5


@pytest.mark.parametrize("first, last", [(-(2**63) + 1, 2**63 - 2), (-1, 2**63 - 1), (-(2**63), 4 * 10**18), (0, 9 * 10**18)])
def test_extreme_bounds(serve, first, last):
    world = World(items(205))
    assert ids(search_all(serve(world), None, first, last, page_size=40)) == ALL


def test_a_log_tells_of_pages_and_holds_no_key(serve):
    messages = []
    logger = LogFunction(lambda _data, level, message: messages.append((level, message.decode())))
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [sending(b"", "reset")], world))
    with Client(**settings, logger=(logger, None)) as client, Search(client, "team:backend", page_size=40) as search:
        search.all()
        client.cancel()
        search.step()
    texts = [text for _, text in messages]
    assert any("POST" in text and "/api/v2/dora/failures" in text for text in texts), texts
    assert not any(key in text for text in texts for key in (API_KEY, APP_KEY))


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_searches_leave_no_descriptor(serve, version):
    world = World(items(60))
    before = None
    with Client(**serve(world, version)) as client:
        for number in range(60):
            with Search(client, page_size=20) as search:
                assert search.fd >= 0
                for _ in range(number):
                    search.next()
            if number == 5:
                before = len(os.listdir("/proc/self/fd"))
        # The servers of this process have their ends of connections.
        assert len(os.listdir("/proc/self/fd")) <= before + 4


def test_a_page_of_pieces(serve):
    """One byte in each chunk."""
    world = World(items(12))

    def dripping(exchange):
        body = world.answer(exchange.request)[1]
        exchange.send(chunked(*(body[index:index + 1] for index in range(len(body)))))
    found = search_all(serve(dripping), reader=json_of)
    assert found == [b'{"data":' + event.raw + b"}" for event in reversed(world.events)]
