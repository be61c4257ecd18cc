# SPDX-License-Identifier: Apache-2.0
"""The completion queue in C programs: memory, forks, and a checker over its whole life."""

import re

import pytest

from programs import run_checked as run
from servers.behaviours import event, in_turn, reply, sending
from servers.external import nginx


@pytest.fixture
def arguments(server, authority):
    """A server for the programs c/queue_*.c."""
    server.answer("event", event)
    server.answer("absent", reply(404, {"errors": ["Not Found"]}))
    server.answer("silent", lambda exchange: exchange.be_silent())
    for index in range(600):
        server.answer(f"flaky-{index}", in_turn([reply(503), sending(b"", "reset")][index % 2], event))
    return server.base_url, authority.ca_file


def test_the_whole_life_of_a_queue(host, arguments):
    host("queue_life", *arguments, 600)


def test_threads_with_a_queue_each(host, arguments):
    host("queue_threads", *arguments, 4, 600)


@pytest.mark.slow
def test_nothing_is_lost_and_no_access_is_invalid(host, arguments, tmp_path):
    log = tmp_path / "valgrind.log"
    host("queue_life", *arguments, 60, wrapper=[
        "valgrind", f"--log-file={log}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
        "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99", "--num-callers=30"])
    report = log.read_text()
    assert "ERROR SUMMARY: 0 errors" in report
    for kind in ("definitely", "indirectly"):
        assert re.search(rf"{kind} lost: 0 bytes|All heap blocks were freed", report), report


@pytest.mark.parametrize("before", [0, 1, 100])
def test_a_queue_after_fork(server, arguments, host, before):
    """Parent and child each get all that was pending, on connections of their own."""
    host("queue_fork", *arguments, 300, before)
    # At the fork there were up to 8 in flight, which both ask for, or complete and unread, which nobody asks for again.
    assert abs(len(server.requests) - (300 + (300 - before) + 2)) <= 8
    assert server.connections >= 2


@pytest.mark.slow
def test_a_million_ids_take_little_memory(tmp_path, authority, host):
    with nginx(tmp_path, authority, gzip=False, keepalive_requests=1_000_000) as (base_url, _):
        host("queue_memory", base_url, authority.ca_file, 1_000_000, 20_000, 128)


def test_ten_thousand_events(tmp_path, authority, host):
    """Each of the ids that were added is fetched, over HTTP/2."""
    with nginx(tmp_path, authority, gzip=False, keepalive_requests=1_000_000) as (base_url, access_log):
        host("queue_memory", base_url, authority.ca_file, 10_000, 10_000, 512)
    lines = access_log.read_text().splitlines()
    assert len(lines) == 10_001
    assert len({line.split(" ")[2] for line in lines}) == 10_001, "each id once, and one beforehand"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sanitizer, options", [("thread", {"TSAN_OPTIONS": "halt_on_error=1"}),
                                                ("address", {"ASAN_OPTIONS": "detect_leaks=1"})])
def test_the_sanitizer_is_silent(sanitized, arguments, sanitizer, options):
    program, environment = sanitized(sanitizer, "queue_threads")
    run([program, *arguments, 4, 600], **environment, **options)
