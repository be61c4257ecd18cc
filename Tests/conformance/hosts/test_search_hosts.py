# SPDX-License-Identifier: Apache-2.0
"""Searches in C programs: an event loop, forks, threads, memory, and checkers over their whole life."""

import re

import pytest

from programs import run_checked as run
from servers.behaviours import EVENT, HTML, reply
from servers.http2_server import HTTP2Server
from servers.list_server import SECOND, START, Item, World, at_times, attributes_of, item, items

COUNT = 100
LARGE_COUNT, LARGE_BYTES = 1500, 40_000

ODD = [b"null", b"7", b'"x"', b"[1]", b"{}", b'{"id":5}', b'{"id":"a","attributes":[]}',
       b'{"id":"b","attributes":{"started_at":true}}', b'{"attributes":{"started_at":1}}']


def pages(exchange):
    """Goes by the query."""
    BY_QUERY[attributes_of(exchange.request).get("query", "all")](exchange)


def flaky(world):
    """Rarely enough for the retries of threads that share the faults by chance."""
    return at_times(lambda number: number % 30 == 2, [reply(503), reply(500, HTML)], world)


BY_QUERY = {
    "all": flaky(World(items(COUNT))),
    "crowd": World([*items(10, first=START + 900 * SECOND), *(item(f"crowd-{number}", START) for number in range(1001))]),
    "odd": World([*items(30), *(Item(START + 60 * 60 * SECOND, raw) for raw in ODD)]),
    "html": reply(200, HTML), "forbidden": reply(403, {"errors": ["Forbidden"]}),
    "silent": lambda exchange: exchange.be_silent(),
}


@pytest.fixture
def arguments(server, authority):
    server.answer("event", reply(200, EVENT))
    server.answer_list(pages)
    return server.base_url, authority.ca_file


def test_the_whole_life_of_searches(host, arguments):
    host("search_life", *arguments, COUNT)


@pytest.mark.slow
def test_a_loop_over_a_hundred_thousand_events(host, server, authority):
    """Promise: all come, in order, to a loop that only polls; no call takes 20 ms of the processor, and none waits."""
    world = World(items(100_000, seconds_between=7.25))
    server.answer_list(world)
    host("search_loop", server.base_url, authority.ca_file, 100_000)
    assert len(world.requests) <= 110


@pytest.mark.parametrize("before", [-1, 0, 1, 19, 25, 40, 70, 100])
def test_a_search_after_fork(host, arguments, before):
    """Parent, child and grandchild each get the rest."""
    host("search_fork", *arguments, COUNT, before)


@pytest.mark.parametrize("before", [-1, 25, 45])
def test_a_search_after_fork_over_http_2(host, authority, before):
    server = HTTP2Server(authority.context())
    server.answer_list(pages)
    try:
        host("search_fork", server.base_url, authority.ca_file, COUNT, before)
    finally:
        server.stop()
    assert server.troubles == [] and server.connections >= 3


def test_threads_with_a_search_each(host, arguments):
    host("search_threads", *arguments, 6, COUNT)


def test_memory_is_two_pages(host, arguments, monkeypatch):
    filler = "x" * LARGE_BYTES
    world = World([item(f"event-{number}", START + number * SECOND, text=filler) for number in range(LARGE_COUNT)])
    monkeypatch.setitem(BY_QUERY, "large", world)
    host("search_memory", *arguments, LARGE_COUNT, (len(world.events[0].raw) + 1) * 100 // 1024)


@pytest.mark.slow
def test_nothing_is_lost_and_no_access_is_invalid(host, arguments, tmp_path):
    log = tmp_path / "valgrind.log"
    host("search_life", *arguments, COUNT, wrapper=[
        "valgrind", f"--log-file={log}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
        "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99", "--num-callers=30"])
    report = log.read_text()
    assert "ERROR SUMMARY: 0 errors" in report
    for kind in ("definitely", "indirectly"):
        assert re.search(rf"{kind} lost: 0 bytes|All heap blocks were freed", report), report


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sanitizer, program, options", [
    ("thread", "search_threads", {"TSAN_OPTIONS": "halt_on_error=1"}),
    ("address", "search_life", {"ASAN_OPTIONS": "detect_leaks=1"}),
    ("address", "search_threads", {"ASAN_OPTIONS": "detect_leaks=1"})])
def test_the_sanitizer_is_silent(sanitized, arguments, sanitizer, program, options):
    program_path, environment = sanitized(sanitizer, program)
    threads = [6] if program == "search_threads" else []
    run([program_path, *arguments, *threads, COUNT], **environment, **options)
