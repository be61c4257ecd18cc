# SPDX-License-Identifier: Apache-2.0
"""What a search refuses before it sends anything, and what it sends."""

import ctypes
import json
from ctypes import byref, c_void_p

import pytest

from harness import APP_KEY, API_KEY, Client, DoraError, call, dora
from searches import END, ERROR, NO_FROM, NO_TO, Search, search_all
from servers.behaviours import reply
from servers.list_server import SECOND, START, World, items

NOW = START


@pytest.fixture
def world():
    return World(items(30))


@pytest.fixture
def client(serve, world):
    with Client(**serve(world)) as client:
        yield client


@pytest.fixture
def refused(client, world):
    """The message of a search that can't be made."""
    def make(query=None, first=NO_FROM, last=NO_TO):
        with pytest.raises(DoraError) as raised:
            Search(client, query, first, last)
        error = raised.value
        assert error.code == "invalid_argument" and not error.retryable
        assert "\n" not in error.message and error.response is None
        assert world.requests == []
        return error.message
    return make


@pytest.mark.parametrize("first, last", [
    (NOW, NOW), (NOW + 1, NOW), (NO_TO, NO_TO), (NO_FROM, NO_FROM), (NO_TO, NO_FROM), (NO_TO, NOW)])
def test_bounds_that_leave_nothing(refused, first, last):
    assert "from" in refused(None, first, last)


@pytest.mark.parametrize("last", [0, 1, -1, 1_772_366_400, 1_772_366_400_000, 1_772_366_400_000_000, 10**17 - 1])
def test_a_bound_in_another_unit(refused, last):
    """Promise: seconds, milliseconds or microseconds instead of nanoseconds are noticed."""
    message = refused(None, NO_FROM, last)
    assert "to" in message and "nanoseconds" in message


def test_the_smallest_bound(client):
    with Search(client, None, NO_FROM, 10**17) as search:
        assert search.all() == []
    with Search(client, None, NO_TO - 1, NO_TO) as search:
        assert search.all() == []


MALFORMED = [b"\xff", b"a\x80", b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"ok \xf0\x9f\x92"]


@pytest.mark.parametrize("query", MALFORMED)
def test_a_query_that_is_not_utf_8(refused, query):
    message = refused(query)
    assert "query" in message and "UTF-8" in message


def test_the_length_of_a_query_is_limited_as_that_of_an_id(refused, serve, world):
    assert "query" in refused("x" * 4097)
    assert "query" in refused("é" * 2049)
    settings = serve(world)
    search_all(settings, "x" * 4096)
    assert world.requests[0]["query"] == "x" * 4096


@pytest.mark.parametrize("size", [1001, 5000, 2**31, 2**32 - 1])
def test_a_page_size_beyond_the_endpoints(client, world, size):
    with Search(client) as search:
        with pytest.raises(DoraError) as raised:
            search.set_page_size(size)
        assert raised.value.code == "invalid_argument"
        assert str(size) in raised.value.message.replace(",", "") and "page_size" in raised.value.message
        assert len(search.all()) == 30, "the search is as it was"
    assert world.requests[0]["limit"] == 1000


def test_a_page_size_after_the_first_next(client):
    with Search(client) as search:
        search.set_page_size(20)
        search.set_page_size(25)
        assert search.next()
        with pytest.raises(DoraError) as raised:
            search.set_page_size(30)
        assert raised.value.code == "invalid_argument" and "page_size" in raised.value.message
        assert len(search.all()) == 29


@pytest.mark.parametrize("timeout_ms", [0, 1])
def test_a_page_size_after_a_next_that_gave_nothing(serve, timeout_ms):
    """The first page is on its way then."""
    with Client(**serve(lambda exchange: exchange.be_silent())) as client, Search(client) as search:
        search.step(timeout_ms)
        with pytest.raises(DoraError):
            search.set_page_size(30)


@pytest.mark.parametrize("given, sent", [(0, 1000), (1, 10), (9, 10), (10, 10), (11, 11), (999, 999), (1000, 1000)])
def test_page_sizes(client, world, given, sent):
    with Search(client, page_size=given) as search:
        assert search.next()
    assert world.requests[0]["limit"] == sent


def test_null(client, world):
    """Promise: every pointer may be NULL without a crash."""
    error, failure = c_void_p(), c_void_p(1)
    assert dora.dora_search_failures(None, b"*", NO_FROM, NO_TO, byref(error)) is None
    assert DoraError(error).code == "invalid_argument"
    assert dora.dora_search_failures(None, None, 5, 5, None) is None
    error = c_void_p()
    assert dora.dora_search_set_page_size(None, 5, byref(error)) is False
    assert DoraError(error).code == "invalid_argument"
    assert dora.dora_search_set_page_size(None, 5, None) is False
    error = c_void_p()
    assert dora.dora_search_next(None, 0, byref(failure), byref(error)) == ERROR
    assert failure.value is None and DoraError(error).code == "invalid_argument"
    assert dora.dora_search_next(None, 0, None, None) == ERROR
    assert dora.dora_search_fd(None) == -1
    dora.dora_search_free(None)
    with Search(client) as search:
        for _ in range(3):
            error = c_void_p()
            assert dora.dora_search_next(search.pointer, -1, None, byref(error)) == ERROR
            assert DoraError(error).code == "invalid_argument"
            assert dora.dora_search_next(search.pointer, -1, None, None) == ERROR
        assert world.requests == []
        first = search.next()
        assert dora.dora_search_next(search.pointer, -1, None, None) == ERROR
        rest = search.all()
        assert len({first, *rest}) == 30, "nothing was consumed"
        assert dora.dora_search_next(search.pointer, -1, byref(failure), None) == END and failure.value is None


def test_an_error_that_nobody_wants(serve):
    with Client(**serve(reply(403, {"errors": ["Forbidden"]}))) as client, Search(client) as search:
        failure = c_void_p(1)
        assert dora.dora_search_next(search.pointer, -1, byref(failure), None) == ERROR
        assert failure.value is None


def test_nothing_is_sent_before_the_first_next(serve, world, list_servers):
    settings = serve(world)
    connections = list_servers["1.1"].connections
    with Client(**settings) as client:
        with Search(client, "*", NOW, NOW + SECOND) as search:
            search.set_page_size(10)
            assert search.fd >= 0
        Search(client).close()
    assert world.requests == [] and list_servers["1.1"].connections == connections


# What is sent

def test_the_request(serve, list_servers, world):
    search_all(serve(world), "service:checkout", NOW + 1, NOW + SECOND + 1)
    first = list_servers["1.1"].requests[0]
    assert json.loads(first.body)["data"]["attributes"] == {
        "query": "service:checkout", "limit": 1000, "sort": "-started_at",
        "from": "2026-03-01T11:59:59Z", "to": "2026-03-01T12:00:02Z"}
    assert first.headers["dd-api-key"] == API_KEY and first.headers["dd-application-key"] == APP_KEY
    assert first.headers["content-length"] == str(len(first.body))
    assert "expect" not in first.headers, "no round trip more for a few bytes"


@pytest.mark.parametrize("first, last, sent_from, sent_to", [
    # Whole seconds, `from` a second earlier: a bound that is exclusive to the second leaves out its second.
    (NOW, NOW + SECOND, "2026-03-01T11:59:59Z", "2026-03-01T12:00:01Z"),
    (NOW - 1, NOW + 1, "2026-03-01T11:59:58Z", "2026-03-01T12:00:01Z"),
    (NOW + SECOND - 1, NOW + SECOND, "2026-03-01T11:59:59Z", "2026-03-01T12:00:01Z"),
])
def test_bounds_are_rounded_outwards(serve, world, first, last, sent_from, sent_to):
    search_all(serve(world), None, first, last)
    assert (world.requests[0]["from"], world.requests[0]["to"]) == (sent_from, sent_to)


def test_bounds_stay_as_they_were_at_the_start(serve):
    """`from` is the same all the time, `to` falls."""
    world = World(items(400))
    search_all(serve(world), None, NO_FROM, NO_TO, page_size=40)
    walk = [request for request in world.requests if request["sort"] == "-started_at"]
    assert len({request["from"] for request in walk}) == 1
    ends = [request["to"] for request in walk]
    assert ends == sorted(ends, reverse=True)
    assert all(set(request) == {"from", "to", "limit", "sort"} for request in world.requests), "no query = all"


def test_no_query_and_an_empty_one_are_the_same(serve, world):
    for query in (None, "", b""):
        search_all(serve(world), query)
    assert not any("query" in request for request in world.requests)


QUERIES = [
    "*", "severity:(SEV-1 OR SEV-2) env:production team:backend", 'name:"Database outage"', "back\\slash", "\\", '"', '\\"',
    "line\nbreak\r\ttab\b\f", "".join(map(chr, range(1, 0x20))), "\x7f", "/", "</script>", "%00 %22 +&=?#", "naïve café",
    "日本語", "\U0001f600 \U0010ffff", "\u2028\u2029", "\ufeff", "\ufffd", "\uffff", "e\u0301", "\u0080",
    " leading and trailing ", "{}", '","limit":1,"x":"', "\\u0000", "\\n", "'", "x" * 4096, "é" * 2048, '"' * 4096, "\x01" * 4096,
]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_query_goes_over_the_wire_exactly(serve, world, query):
    search_all(serve(world), query)
    assert world.requests and all(request["query"] == query for request in world.requests)


def test_every_character_goes_over_the_wire(serve, world, list_servers):
    characters = [chr(code) for code in range(1, 0x3000) if not 0xD800 <= code < 0xE000]
    parts = ["".join(characters[start:start + 1000]) for start in range(0, len(characters), 1000)]
    for part in parts:
        world.requests.clear()
        search_all(serve(world), part)
        assert world.requests[0]["query"] == part
        body = list_servers["1.1"].requests[-1].body
        assert not any(byte < 0x20 for byte in body), "RFC 8259: control characters are escaped"


def test_a_query_is_copied(client, world):
    buffer = ctypes.create_string_buffer(b"team:backend")
    pointer = call(dora.dora_search_failures, client.pointer, buffer, NO_FROM, NO_TO)
    buffer.raw = b"x" * len(buffer.raw)
    failure = c_void_p()
    dora.dora_search_next(pointer, -1, byref(failure), None)
    dora.dora_failure_free(failure)
    dora.dora_search_free(pointer)
    assert world.requests[0]["query"] == "team:backend"


def test_settings_of_the_client_are_those_of_a_search(serve, list_servers, world):
    settings = serve(world)
    with Client(**settings, headers=[("X-Team", "blue")], user_agent="sync/2", api_key=None, app_key=None,
                access_token="token-of-a-test") as client, Search(client) as search:
        search.all()
    headers = list_servers["1.1"].requests[0].headers
    assert headers["x-team"] == "blue" and headers["user-agent"].startswith("sync/2 libdora/")
    assert headers["authorization"] == "Bearer token-of-a-test" and "dd-api-key" not in headers
