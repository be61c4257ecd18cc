# SPDX-License-Identifier: Apache-2.0
"""examples/c/get_many.c and examples/c/event_loop.c, the programs on the completion queue."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import time

import pytest

from paths import EXAMPLES
from servers.behaviours import DATE_TIME, DOCUMENTED, in_turn, reply

NOT_FOUND = reply(404, {"errors": [{"status": "404", "title": "Not Found"}]})
KEYS = {"DD_API_KEY": "an-api-key", "DD_APP_KEY": "an-application-key"}


@pytest.fixture
def start(compile_c, server, authority):
    """Starts an example on the fault server, which knows two events; ended with the test."""
    server.answer("documented", reply(200, DOCUMENTED))
    server.answer("date-time", reply(200, DATE_TIME))
    server.answer("absent", NOT_FOUND)
    with contextlib.ExitStack() as started:
        def run(name, *more, stdout=subprocess.PIPE, stderr=subprocess.PIPE, keys=KEYS):
            process = subprocess.Popen(
                [compile_c(EXAMPLES / "c" / f"{name}.c"), "--base-url", server.base_url, "--ca-file", authority.ca_file, *more],
                stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, text=True, env={**os.environ, **keys})
            started.enter_context(process)
            started.callback(process.kill)
            return process
        yield run


def ended(process, ids=()):
    """The exit status and what was printed, after all ids were given."""
    stdout, stderr = process.communicate("".join(f"{failure_id}\n" for failure_id in ids), timeout=60)
    return process.returncode, stdout, stderr


def test_get_many_writes_one_line_of_json_per_event(start, server):
    server.answer("limited-once", in_turn(reply(429, {"errors": ["Too many requests"]}), reply(200, DOCUMENTED)))
    status, stdout, stderr = ended(start("get_many"), [*["documented", "date-time"] * 100, "", "limited-once"])
    events = [json.loads(line) for line in stdout.splitlines()]
    assert (status, stderr, len(events)) == (0, "", 201)
    assert events.count(json.loads(DOCUMENTED)) == 101
    assert events.count(json.loads(DATE_TIME)) == 100


def test_get_many_names_each_failure_and_goes_on(start):
    status, stdout, stderr = ended(start("get_many"), ["absent", "documented", "..", "date-time", "absent"])
    assert (status, len(stdout.splitlines())) == (1, 2)
    lines = sorted(stderr.splitlines())
    assert [line.split(": ")[:2] for line in lines] == [["get_many", ".."], ["get_many", "absent"], ["get_many", "absent"]]
    assert "HTTP 404" in lines[1]


def test_get_many_without_ids_does_nothing(start, server):
    assert ended(start("get_many")) == (0, "", "")
    assert server.requests == []


def test_get_many_shows_its_progress_on_a_terminal(start, server):
    server.answer("slow", lambda exchange: (exchange.wait(0.7), reply(200, DOCUMENTED)(exchange)))
    terminal, stderr = pty.openpty()
    process = start("get_many", stderr=stderr)
    os.close(stderr)
    status, stdout, _ = ended(process, ["documented"] * 10 + ["absent", "slow"])
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes to it any more
        while data := os.read(terminal, 65536):
            shown += data
    os.close(terminal)
    assert (status, len(stdout.splitlines())) == (1, 11)
    updates = shown.decode().split("\r\x1b[K")
    assert any(update.startswith("11 of 12, ") and "/s, 0:0" in update and update.endswith(" left, 1 failed")
               for update in updates)
    assert updates[-1].startswith("12 of 12, ") and updates[-1].endswith("\n")
    assert any(update.startswith("get_many: absent: ") for update in updates)


def test_get_many_notices_that_its_output_is_lost(start):
    with open("/dev/full", "w") as full:
        status, _, stderr = ended(start("get_many", stdout=full), ["documented"])
    assert (status, stderr) == (1, "get_many: No space left on device\n")


@pytest.mark.parametrize("name", ["get_many", "event_loop"])
def test_the_programs_without_keys_or_with_wrong_usage(start, name):
    status, stdout, stderr = ended(start(name, keys={}), ["documented"])
    assert (status, stdout, "DD_API_KEY" in stderr) == (1, "", True)
    for more in (["documented"], ["--unknown", "x"], ["--base-url"]):
        status, stdout, stderr = ended(start(name, *more))
        assert (status, stdout, stderr.startswith(f"usage: {name} ")) == (2, "", True)


def test_event_loop_serves_input_and_requests_at_the_same_time(start, server):
    server.answer("slow", lambda exchange: (exchange.wait(1), reply(200, DATE_TIME)(exchange)))
    process = start("event_loop")
    process.stdin.write("slow\ndocumented\n")
    process.stdin.flush()
    assert process.stdout.readline() == "documented: Database outage (SEV-1)\n"
    process.stdin.write("documented")  # a line may come in parts
    process.stdin.flush()
    assert process.stdout.readline().startswith("slow: ")
    assert ended(process, [""]) == (0, "documented: Database outage (SEV-1)\n", "")


def test_event_loop_reports_failures(start):
    status, stdout, stderr = ended(start("event_loop"), ["absent", "..", "x" * 512, "documented"])
    assert (status, stdout) == (1, "documented: Database outage (SEV-1)\n")
    assert "event_loop: absent: " in stderr and "event_loop: ..: " in stderr
    assert "event_loop: a line of more than 511 bytes is no id\n" in stderr


def processor_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def test_event_loop_sleeps_while_there_is_nothing_to_do(start):
    process = start("event_loop")
    process.stdin.write("documented\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("documented: ")
    before = processor_seconds(process)
    time.sleep(1.5)
    assert processor_seconds(process) - before < 0.1
    assert ended(process) == (0, "", "")


def test_event_loop_takes_a_few_results_a_turn_and_loses_none(start):
    """All are complete while the program is stopped: it comes back to those that it left."""
    process = start("event_loop")
    process.stdin.write("documented\n" * 300)
    process.stdin.flush()
    assert process.stdout.readline().startswith("documented: ")
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    process.send_signal(signal.SIGCONT)
    status, stdout, stderr = ended(process, ["date-time"])
    assert (status, stderr, len(stdout.splitlines())) == (0, "", 300)


@pytest.mark.parametrize("is_input_open", [True, False])
def test_event_loop_cancels_at_control_c(start, server, is_input_open):
    server.answer("slow", lambda exchange: (exchange.wait(30), reply(200, DOCUMENTED)(exchange)))
    process = start("event_loop")
    process.stdin.write("slow\ndocumented\n")
    process.stdin.flush()
    if not is_input_open:
        process.stdin.close()
        process.stdin = None
    assert process.stdout.readline().startswith("documented: ")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout) == (130, "")
    assert stderr.startswith("event_loop: slow: ") and "cancelled" in stderr
    assert time.monotonic() - began < 5


def test_event_loop_ends_at_control_c_while_it_waits_for_input(start):
    process = start("event_loop")
    process.stdin.write("documented\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith("documented: ")
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    stdout, stderr = process.communicate()
    assert (process.returncode, stdout, stderr) == (130, "", "")
