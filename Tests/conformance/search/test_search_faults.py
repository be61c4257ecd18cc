# SPDX-License-Identifier: Apache-2.0
"""Pages that fail: retries, errors that leave a search where it was, limits of size, time and rate."""

import time

import pytest

from completion_queue import Queue
from harness import API_KEY, Client, DoraError
from searches import END, ERROR, WAITING, Search, ids, search_all
from servers.behaviours import API_TYPE, DOCUMENTED, HTML, chunked, gzipped, head, raw, reply, sending
from servers.list_server import SECOND, START, World, at_times, first_slow, item, items, limited, page_of, slow
from time_limits import SLACK_SECONDS, over_within

ALL = [event.id for event in reversed(items(205))]


def cut_body(exchange):
    body = page_of(items(40))
    exchange.send(head(200, ("Content-Type", API_TYPE), ("Content-Length", len(body))) + b"\r\n" + body[:len(body) // 2])
    exchange.cut()


BROKEN = head(200, ("Content-Type", API_TYPE), ("Content-Length", 9000)) + b"\r\n" + b'{"data":[{"type":"dora_failure"'
FAULTS = [reply(500), sending(b"", "reset"), cut_body, reply(503, HTML, content_type="text/html"), sending(BROKEN, "reset"),
          sending(BROKEN, "hang_up"), sending(b"", "cut"), reply(502),
          sending(chunked(b'{"data":[', end=b""), "cut")]
STREAM_FAULTS = [reply(500), lambda stream: stream.break_off(2), reply(503), lambda stream: stream.go_away(),
                 lambda stream: stream.reset(), lambda stream: stream.break_off(7)]


@pytest.mark.parametrize("version, faults", [("1.1", FAULTS), ("2", STREAM_FAULTS)])
def test_every_third_request_fails(serve, version, faults):
    """Promise: with the retries that there are by default nobody notices."""
    world = World(items(800))
    settings = serve(at_times(lambda number: number % 3 == 0, faults, world), version)
    assert ids(search_all(settings, page_size=20)) == [event.id for event in reversed(world.events)]


@pytest.mark.parametrize("version, faults", [("1.1", FAULTS), ("2", STREAM_FAULTS)])
def test_an_error_leaves_the_search_where_it_was(serve, version, faults):
    """Promise: without retries each fault is an error, in the place where the events end; the next call goes on."""
    world = World(items(800))
    settings = serve(at_times(lambda number: number % 3 == 0, faults, world), version)
    found, codes = [], []
    with Client(**settings, max_retries=0) as client, Search(client, page_size=20) as search:
        while True:
            status, value = search.step()
            if status == END:
                break
            if status == ERROR:
                assert value.retryable, value
                codes.append(value.code)
            else:
                found.append(value[0])
    assert found == [event.id for event in reversed(world.events)]
    assert len(codes) >= 13 and set(codes) <= {"server", "connection"}


def test_events_before_an_error_come_before_it(serve):
    """Promise: a page that was asked for ahead and failed is told of behind the events that came before."""
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [reply(503)], world))
    with Client(**settings, max_retries=0) as client, Search(client, page_size=40) as search:
        assert ids(search.next() for _ in range(40)) == ALL[:40]
        with pytest.raises(DoraError) as raised:
            search.next()
        assert (raised.value.code, raised.value.response.status) == ("server", 503)
        assert ids(search.all()) == ALL[40:]


def test_an_error_again_and_again(serve):
    """Each call asks anew, as often as it is made."""
    world = World(items(205))
    settings = serve(at_times(lambda number: 3 <= number < 9, [reply(500)], world))
    with Client(**settings, max_retries=0) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(79))  # the second page shows the last event of the first again
        for _ in range(6):
            with pytest.raises(DoraError, match="500"):
                search.next()
        assert found + ids(search.all()) == ALL


@pytest.mark.parametrize("status, code", [(400, "bad_request"), (401, "unauthenticated"), (403, "forbidden"), (404, "not_found"),
                                          (302, "http"), (204, "http"), (501, "server")])
@pytest.mark.parametrize("pages_before", [0, 1, 3])
def test_an_answer_that_no_retry_mends(serve, list_servers, status, code, pages_before):
    world = World(items(205))
    body = {"errors": [{"status": str(status), "title": "No", "detail": f"not with {API_KEY}"}]} if status != 204 else b""
    settings = serve(at_times(lambda number: pages_before < number, [reply(status, body)], world))
    with Client(**settings) as client, Search(client, "query", page_size=40) as search:
        found = ids(search.next() for _ in range(39 * pages_before + (pages_before > 0)))
        server = list_servers["1.1"]
        with pytest.raises(DoraError) as raised:
            search.next()
        error = raised.value
        assert (error.code, error.response.status, error.response.attempts) == (code, status, 1)
        assert API_KEY not in error.message and str(status) in error.message
        if status != 204:
            assert error.items[0]["title"] == "No"
        assert len(server.requests) == pages_before + 1
        with pytest.raises(DoraError):
            search.next()
        assert len(server.requests) == pages_before + 2
        server.answer_list(world)
        assert found + ids(search.all()) == ALL


# What is no page

GOOD = page_of(items(30))
NO_PAGES = {
    "empty": b"", "spaces": b"  \n", "html": HTML, "{}": b"{}", "null": b"null", "data null": b'{"data":null}',
    "data object": b'{"data":{}}', "an event": DOCUMENTED, "data string": b'{"data":"[]"}', "data false": b'{"data":false}',
    "a list": b"[]", "cut": GOOD[:-1], "cut in a list": GOOD[:-2], "cut in an item": GOOD[:len(GOOD) // 2],
    "cut in a string": GOOD[:20], "more behind": GOOD + b"x", "two": GOOD + GOOD, "a comma": b'{"data":[1,]}',
    "no comma": b'{"data":[1 2]}', "not utf-8": b'{"data":["\xff"]}', "nan": b'{"data":[NaN]}', "errors": b'{"errors":["No"]}',
    "deep": b'{"data":[' + b"[" * 5000 + b"]" * 5000 + b"]}", "a NUL": GOOD[:50] + b"\0" + GOOD[50:], "number": b"12",
    "broken escape": rb'{"data":["\ud"]}', "single quotes": b"{'data':[]}",
}


@pytest.mark.parametrize("body", NO_PAGES.values(), ids=NO_PAGES)
def test_what_is_no_page(serve, body):
    """Promise: MALFORMED_RESPONSE with the body, and the search can go on."""
    world = World(items(205))
    settings = serve(at_times(lambda number: number in (1, 3), [reply(200, body)], world))
    with Client(**settings) as client, Search(client, page_size=40) as search:
        found = []
        for _ in range(2):
            with pytest.raises(DoraError) as raised:
                while True:
                    found.append(search.next()[0])
            error = raised.value
            assert error.code == "malformed_response" and "\n" not in error.message
            assert error.response.status == 200 and (error.body or b"") == body
        assert found == ALL[:40]
        assert found + ids(search.all()) == ALL


@pytest.mark.parametrize("body", [
    b'{"data":[]}', b' {\t"data"\r: [\n ] } ', b'{"meta":{"page":{}},"data":[],"links":{}}', b'\xef\xbb\xbf{"data":[]}'],
    ids=["recorded", "spaces", "more members", "mark"])
def test_empty_pages(serve, body):
    try:
        assert search_all(serve(reply(200, body))) == []
    except DoraError as error:
        assert body.startswith(b"\xef") and error.code == "malformed_response"  # RFC 8259: a mark may be an error


@pytest.mark.parametrize("coding", ["gzip", "chunked"])
def test_codings(serve, coding):
    world = World(items(205))

    def coded(exchange):
        body = world.answer(exchange.request)[1]
        if coding == "gzip":
            assert "gzip" in exchange.request.headers["accept-encoding"]
            reply(200, gzipped(body), ("Content-Encoding", "gzip"))(exchange)
        else:
            raw(chunked(body[:10], body[10:]))(exchange)
    assert ids(search_all(serve(coded), page_size=40)) == ALL


# Size

def test_a_page_over_the_limit_is_asked_for_in_halves(serve):
    world = World(items(500))
    size = len(world.events[0].raw) + 2
    settings = serve(world)
    found = search_all({**settings, "max_response_bytes": size * 100})
    assert ids(found) == [event.id for event in reversed(world.events)]
    limits = [request["limit"] for request in world.requests]
    assert limits[:4] == [1000, 500, 250, 125] and limits[4] < 100
    assert len(limits) < 25


def test_large_events_amid_small_ones(serve):
    """A few large events make pages small for a while only."""
    events = [item(f"event-{number}", START + number * SECOND, text="x" * (20_000 if 300 < number < 310 else 10))
              for number in range(600)]
    world = World(events)
    found = search_all({**serve(world), "max_response_bytes": 50_000}, page_size=100)
    assert ids(found) == [event.id for event in reversed(world.events)]
    assert len(world.requests) < 60


def with_a_large_one():
    return [item(f"event-{number}", START + number * SECOND, text="x" * (70_000 if number == 50 else 10))
            for number in range(100)]


@pytest.mark.parametrize("page_size", [10, 1000])
def test_an_event_over_the_limit_is_named_and_the_rest_before_it_comes(serve, page_size):
    events = with_a_large_one()
    world = World(events)
    with Client(**serve(world), max_response_bytes=60_000) as client, Search(client, page_size=page_size) as search:
        found = []
        with pytest.raises(DoraError) as raised:
            while True:
                found.append(search.next()[0])
        assert raised.value.code == "response_too_large" and "max_response_bytes" in raised.value.message
        assert found == [event.id for event in reversed(events[51:])]
        requests = len(world.requests)
        with pytest.raises(DoraError):
            search.next()
        assert len(world.requests) - requests <= 2, "it is not looked for with all sizes again"


def test_a_large_event_that_has_gone_meanwhile(serve):
    events = with_a_large_one()
    world = World(events)
    with Client(**serve(world), max_response_bytes=60_000) as client, Search(client) as search:
        found = []
        with pytest.raises(DoraError, match="max_response_bytes"):
            while True:
                found.append(search.next()[0])
        world.leave("event-50")
        found += ids(search.all())
    assert found == [event.id for event in reversed(world.events)]


# Time

def test_a_page_has_a_deadline_and_the_next_call_goes_on(serve):
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [lambda exchange: exchange.be_silent()], world))
    with Client(**{**settings, "timeout_ms": 400}) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(40))
        began = time.monotonic()
        with pytest.raises(DoraError) as raised:
            search.next()
        assert 0.3 < time.monotonic() - began < 0.4 + SLACK_SECONDS
        assert raised.value.code == "timeout" and raised.value.retryable
        assert found + ids(search.all()) == ALL


def test_the_deadline_is_that_of_a_page_not_of_the_search(serve):
    world = World(items(205))
    with Client(**{**serve(slow(0.1, world)), "timeout_ms": 450}) as client, Search(client, page_size=40) as search:
        assert ids(search.all()) == ALL


@pytest.mark.parametrize("limit", ["timeout_ms", "attempt_timeout_ms"])
def test_time_that_the_caller_spends_elsewhere_does_not_count(serve, limit):
    """Promise: a page asked for ahead that ran out of time meanwhile is asked for again without a word."""
    world = World(items(205))
    settings = {**serve(slow(0.1, world)), limit: 250, "max_retries": 0}
    with Client(**settings) as client, Search(client, page_size=40) as search:
        found = []
        for failure_id in iter(lambda: search.next(), None):
            found.append(failure_id[0])
            if len(found) in (25, 40, 70, 105):
                time.sleep(0.35)
        assert found == ALL


@pytest.mark.parametrize("timeout_ms", [1, 50, 300])
def test_a_limit_of_the_wait(serve, timeout_ms):
    world = World(items(30))
    with Client(**serve(first_slow(0.8, world))) as client, Search(client) as search:
        began = time.monotonic()
        status, _ = search.step(timeout_ms)
        taken = time.monotonic() - began
        assert status == WAITING
        assert timeout_ms / 1000 - 0.005 <= taken < timeout_ms / 1000 + SLACK_SECONDS
        assert len(search.all()) == 30


def test_no_wait_at_all(serve):
    with Client(**serve(first_slow(0.5, World(items(30))))) as client, Search(client) as search:
        for _ in range(20):
            with over_within(0.25):
                assert search.step(0) == (WAITING, None)
        assert len(search.all()) == 30


# Ahead

def test_the_next_page_is_on_its_way_once_half_of_this_one_is_read(serve, list_servers):
    world = World(items(205))
    with Client(**serve(world)) as client, Search(client, page_size=40) as search:
        for _ in range(10):
            search.next()
        time.sleep(0.1)
        assert len(world.requests) == 1, "not before"
        for _ in range(25):
            search.next()
        deadline = time.monotonic() + 5
        while len(world.requests) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(world.requests) == 2
        for _ in range(5):
            search.next()
        time.sleep(0.1)
        assert len(world.requests) == 2, "one page ahead, not more"
    assert list_servers["1.1"].requests[0].connection == list_servers["1.1"].requests[1].connection


# Rate

def limited_event(remaining, reset, name):
    return reply(200, DOCUMENTED.replace(b'"string"', b'"documented"'), *limited(remaining, reset, name))


class LimitedWorld(World):
    """Three requests each window; more are refused."""

    def __init__(self, events, name=None):
        super().__init__(events)
        self.name, self.left, self.end, self.refusals = name, 3, 0.0, 0

    def __call__(self, exchange):
        now = time.monotonic()
        if now >= self.end:
            self.left, self.end = 3, now + 1
        self.left -= 1
        if self.left < 0:
            self.refusals += 1
            return reply(429, {"errors": ["Too many requests"]}, *limited(0, 1, self.name))(exchange)
        return reply(200, self.answer(exchange.request)[1], *limited(self.left, 1, self.name))(exchange)


def test_a_window_is_waited_for_and_not_run_into(serve):
    world = LimitedWorld(items(205))
    with Client(**{**serve(world), "timeout_ms": 700, "max_retries": 0}) as client, Search(client, page_size=40) as search:
        began = time.monotonic()
        assert ids(search.all()) == ALL
        assert 1 <= time.monotonic() - began < 6, "two windows or three; none counts against the deadline"
    assert world.refusals == 0


@pytest.mark.parametrize("list_name, fetch_name", [(None, None), ("dora_list", "dora_get")])
def test_a_used_up_window_of_the_list_holds_up_no_fetch(serve, list_servers, list_name, fetch_name):
    world = World(items(205))

    def used_up(exchange):
        reply(200, world.answer(exchange.request)[1], *limited(0, 30, list_name))(exchange)

    settings = serve(used_up)
    list_servers["1.1"].answer("documented", limited_event(4, 1, fetch_name))
    with Client(**settings) as client, Search(client, page_size=40) as search, Queue(client) as queue:
        assert ids(search.next() for _ in range(40)) == ALL[:40]
        assert search.step(0) == (WAITING, None)
        with over_within(3, client):
            queue.add("documented")
            assert queue.next().event
        assert search.step(50) == (WAITING, None)
        assert len(world.requests) == 1


def test_one_name_is_one_window(serve, list_servers):
    """Where the server says that list and fetch share a window, a search waits for what fetches used up."""
    world = World(items(5))
    settings = serve(lambda exchange: reply(200, world.answer(exchange.request)[1], *limited(3, 1, "shared"))(exchange))
    list_servers["1.1"].answer("documented", limited_event(0, 1, "shared"))
    with Client(**settings) as client, Search(client) as search, Queue(client) as queue:
        assert len(search.all()) == 5  # the names are known now
        queue.add("documented")
        assert queue.next().event
        with Search(client) as second:
            began = time.monotonic()
            assert second.step(300) == (WAITING, None)
            assert len(second.all()) == 5
            assert time.monotonic() - began > 0.5
