# SPDX-License-Identifier: Apache-2.0
"""examples/c/search.c: the list, the sums, and how it ends."""

import contextlib
import json
import os
import pty
import re
import signal
import statistics
import subprocess
import time

import pytest

from paths import EXAMPLES
from servers.behaviours import reply
from servers.list_server import SECOND, START, World, item, items, read

PROGRAM = EXAMPLES / "c" / "search.c"
KEYS = {"DD_API_KEY": "an-api-key", "DD_APP_KEY": "an-application-key"}


@pytest.fixture
def start(compile_c, server, authority):
    """Starts the example on the fault server; ended with the test."""
    with contextlib.ExitStack() as started:
        def run(*arguments, behaviour=None, keys=KEYS, **options):
            if behaviour is not None:
                server.answer_list(behaviour)
            process = subprocess.Popen(
                [compile_c(PROGRAM), "--base-url", server.base_url, "--ca-file", authority.ca_file, *arguments],
                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
                text=True, env={**os.environ, **keys}, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            started.enter_context(process)
            started.callback(process.kill)
            return process
        yield run


@pytest.fixture
def search(start):
    """Runs it to its end: the status and what was printed."""
    def run(*arguments, **options):
        process = start(*arguments, **options)
        stdout, stderr = process.communicate(timeout=60)
        return process.returncode, stdout, stderr
    return run


def outage(failure_id, started, lasted_s=None, **attributes):
    end = {} if lasted_s is None else {"finished_at": started + lasted_s * SECOND}
    return item(failure_id, started, as_integer=True, **{**end, **attributes})


def test_a_table_and_its_sums(search):
    world = World([
        outage("a", START, 30, severity="SEV-1", services=["checkout"], name="Down"),
        outage("b", START + 60 * SECOND, 3 * 3600 + 120, severity="SEV-2", services=["checkout", "payments", "x"], name="Slow"),
        outage("c", START + 120 * SECOND, None, severity="SEV-1", service="identity", name="Not over"),
        outage("d", START + 180 * SECOND, 2 * 86_400, severity=None, name="Tüte \x1b[31m red\x07\x9b\nnext"),
        outage("e", START + 240 * SECOND, 90, severity="SEV-1", services=["日本語"], name=None),
    ])
    assert search(behaviour=world) == (0, """\
STARTED (UTC)       DURATION SEVERITY SERVICE          NAME
2026-03-01 12:04:00 1m 30s   SEV-1    日本語              -
2026-03-01 12:03:00 2d 00h   -        -                Tüte ?[31m red??\
?next
2026-03-01 12:02:00 -        SEV-1    identity         Not over
2026-03-01 12:01:00 3h 02m   SEV-2    checkout +2      Slow
2026-03-01 12:00:00 30s      SEV-1    checkout         Down
5 events: 3 SEV-1, 1 SEV-2, 1 none
time to restore: mean 12h 46m, median 1h 31m (4 restored)
""", "")


def test_nothing_found(search):
    assert search("service:none", behaviour=World([])) == (0, "0 events\n", "")


def test_json_is_one_line_an_event_and_nothing_else(search):
    world = World(items(2500))
    status, stdout, stderr = search("--json", behaviour=world)
    assert [json.loads(line)["data"]["id"] for line in stdout.splitlines()] == [event.id for event in reversed(world.events)]
    assert (status, stderr) == (0, "2500 events: 2500 High\n")


def test_a_year_of_the_local_api(compile_c, local_api):
    """The sums are those that Python makes of the list."""
    program = compile_c(PROGRAM)
    environment = {**os.environ, "DD_API_KEY": local_api["api_key"], "DD_APP_KEY": local_api["app_key"]}
    options = ["--base-url", local_api["base_url"], "--ca-file", local_api["ca_file"]]
    result = subprocess.run([program, *options, "--json"], env=environment, capture_output=True, text=True, timeout=60)
    events = [json.loads(line)["data"]["attributes"] for line in result.stdout.splitlines()]
    assert (result.returncode, len(events)) == (0, 403)

    def moment(value):
        return value if isinstance(value, int) else read(value)
    lengths = [(moment(event["finished_at"]) - moment(event["started_at"])) // SECOND
               for event in events if "finished_at" in event]
    mean, median = (f"{seconds // 3600}h {seconds % 3600 // 60:02}m"
                    for seconds in (round(statistics.mean(lengths)), int(statistics.median(lengths))))
    assert result.stderr == (
        "403 events: 80 Urgent, 65 High, 60 SEV-3, 59 SEV-2, 56 Normal, 47 SEV-4, 36 SEV-1\n"
        f"time to restore: mean {mean}, median {median} ({len(lengths)} restored)\n")


def test_many_severities(search):
    world = World([outage(f"event-{number}", START + number * SECOND, severity=f"S{number % 40:02}") for number in range(400)])
    _, stdout, _ = search(behaviour=world)
    sums = stdout.splitlines()[-1].split(": ")[1].split(", ")
    assert len(sums) == 32 and sum(int(text.split()[0]) for text in sums) == 400
    assert sums[0] == "90 other" and sums[1:] == sorted(sums[1:])


# When

@pytest.mark.parametrize("text, sent", [
    ("2026-05-01T10:00:00Z", "2026-05-01T09:59:59Z"), ("2026-05-01", "2026-04-30T23:59:59Z"),
    ("2026-05-01T10:00:00.5Z", "2026-05-01T09:59:59Z"), ("2026-05-01T10:00:00+02:00", "2026-05-01T07:59:59Z"),
    ("2026-05-01T10:00:00.123456789-05:30", "2026-05-01T15:29:59Z"), ("2024-02-29T00:00:00Z", "2024-02-28T23:59:59Z"),
    ("1970-01-01", "1970-01-01T00:00:00Z"),
])
def test_from(search, text, sent):
    world = World([])
    assert search("--from", text, behaviour=world)[0] == 0
    assert world.requests[0]["from"] == sent


@pytest.mark.parametrize("text, seconds", [("30d", 30 * 86_400), ("12h", 12 * 3600), ("45m", 2700), ("0h", 0), ("0001d", 86_400)])
def test_how_long_ago(search, text, seconds):
    world = World([])
    before = time.time()
    search("--from", text, behaviour=world)
    assert before - seconds - 2.1 <= read(world.requests[0]["from"]) / SECOND <= time.time() - seconds


def test_from_is_inclusive_and_to_exclusive(search):
    world = World(items(5))
    _, stdout, _ = search("--json", "--from", "2026-03-01T12:01:00Z", "--to", "2026-03-01T12:03:00Z", "a query", behaviour=world)
    assert [json.loads(line)["data"]["id"] for line in stdout.splitlines()] == ["event-2", "event-1"]
    assert world.requests[0]["query"] == "a query"


@pytest.mark.parametrize("arguments", [
    ["--from"], ["--from", "yesterday"], ["--to", "30"], ["--to", "30x"], ["--from", "30dd"], ["--from", "-30d"], ["--from", ""],
    ["--from", "2026-13-01"], ["--from", "2026-05-01T10:00:00"], ["--from", "2026-05-01T10:00:00Zx"], ["--from", "99999999999d"],
    ["--from", "9999-01-01"], ["--from", "1969-12-31"], ["--from", "2026-05-01T25:00:00Z"], ["--unknown", "x"], ["one", "two"],
    ["--json=1"]])
def test_wrong_usage(search, arguments):
    status, stdout, stderr = search(*arguments)
    assert (status, stdout) == (2, "")
    assert stderr.splitlines()[-1].startswith("usage: search ")
    assert len(stderr.splitlines()) <= 2


def test_a_query_that_begins_with_a_minus(search):
    world = World([])
    assert search("-severity:SEV-4", behaviour=world)[0] == 0
    assert search("--", "--x", behaviour=world)[0] == 0
    assert {request["query"] for request in world.requests} == {"-severity:SEV-4", "--x"}


# The end

def failing_after(pages, behaviour):
    def answer(exchange):
        (behaviour if exchange.attempt <= pages else reply(403, {"errors": ["Forbidden"]}))(exchange)
    return answer


def test_an_error_ends_the_list_and_says_how_to_go_on(search):
    world = World(items(1500))
    status, stdout, stderr = search("--json", behaviour=failing_after(1, world))
    first = [json.loads(line)["data"]["id"] for line in stdout.splitlines()]
    assert (status, len(first)) == (1, 1000)
    sums, error, remedy = stderr.splitlines()
    assert sums == "1000 events: 1000 High"
    assert error.startswith("search: ") and "403" in error
    last = re.search(r"--to (\S+),", remedy)[1]
    status, stdout, stderr = search("--json", "--to", last, behaviour=world)
    second = [json.loads(line)["data"]["id"] for line in stdout.splitlines()]
    assert status == 0
    assert set(first) | set(second) == {event.id for event in world.events} and len(set(first) & set(second)) == 1


def test_an_error_before_the_first_event(search):
    status, stdout, stderr = search(behaviour=reply(400, {"errors": [{"title": "Bad Request", "detail": "no such field"}]}))
    assert (status, stdout) == (1, "")
    assert stderr.startswith("search: ") and "no such field" in stderr and stderr.count("\n") == 1


def test_an_incomplete_search_names_the_narrower_query(search):
    world = World([item(f"event-{number}", START) for number in range(1200)])
    status, _, stderr = search(behaviour=world)
    assert status == 1 and "2026-03-01T12:00:00Z" in stderr and "narrower query" in stderr and "--to" not in stderr


def test_an_interrupt_ends_the_list(start):
    """Ctrl-C while the second page is waited for."""
    world = World(items(1500))
    process = start("--json", behaviour=lambda exchange: (world if exchange.attempt == 1 else type(exchange).be_silent)(exchange))
    lines = [process.stdout.readline() for _ in range(900)]
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 1
    assert len(lines) + len(stdout.splitlines()) <= 1000 and json.loads(lines[-1])
    assert "cancelled" in stderr and "--to " in stderr


def test_output_that_is_lost(search):
    with open("/dev/full", "w") as full:
        status, _, stderr = search("--json", behaviour=World(items(3)), stdout=full)
    assert status == 1 and stderr.endswith("search: No space left on device\n")


def test_without_keys(search):
    status, stdout, stderr = search(behaviour=World([]), keys={})
    assert (status, stdout) == (1, "") and "api_key" in stderr and stderr.count("\n") == 1


def test_progress_on_a_terminal(start):
    world = World(items(1500))

    def slow(exchange):
        if exchange.attempt > 1:
            exchange.wait(0.5)
        world(exchange)
    terminal, stderr = pty.openpty()
    process = start("--json", behaviour=slow, stderr=stderr)
    os.close(stderr)
    stdout, _ = process.communicate(timeout=30)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while data := os.read(terminal, 65536):
            shown += data
    os.close(terminal)
    updates = shown.decode().split("\r\x1b[K")
    assert (process.returncode, len(stdout.splitlines())) == (0, 1500)
    assert "1000 events, back to 2026-03-01 20:20" in updates
    assert updates[-1].startswith("1500 events: 1500 High")


@pytest.mark.slow
def test_memory(compile_c, server, authority):
    world = World([outage(f"event-{number}", START + number * SECOND, 60) for number in range(1100)])
    server.answer_list(failing_after(1, world))
    result = subprocess.run(
        ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9",
         compile_c(PROGRAM), "--base-url", server.base_url, "--ca-file", authority.ca_file],
        env={**os.environ, **KEYS}, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and "==" not in result.stderr, result.stderr
