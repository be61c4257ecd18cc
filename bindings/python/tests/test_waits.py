# SPDX-License-Identifier: Apache-2.0
"""A call that waits takes no time, and lets go on what can."""

import signal
import subprocess
import sys
import time

import pytest

from servers.behaviours import EVENT, reply
from support import program


def be_silent(exchange):
    exchange.be_silent()


CALLS = ["client.get_failure('slow')", "list(client.get_failures(['slow']))"]


@pytest.mark.parametrize("call", CALLS)
def test_control_c_interrupts_a_blocking_call(settings, server, call):
    server.answer("slow", be_silent)
    process = program(f"try:\n    {call}\nexcept KeyboardInterrupt:\n    print('interrupted')\n", settings)
    while not server.requests_for("slow"):
        assert process.poll() is None
        time.sleep(0.01)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    output, trouble = process.communicate(timeout=10)
    assert (output, trouble, process.returncode) == ("interrupted\n", "", 0)
    assert time.monotonic() - before < 2


def test_waiting_threads_take_no_time(settings, server):
    server.answer("slow", be_silent)
    process = program("""
import threading, time
for _ in range(50):
    threading.Thread(target=client.get_failure, args=["slow"], daemon=True).start()
sys.stdin.readline()
before = time.process_time()
time.sleep(2)
print(time.process_time() - before, flush=True)
import os; os._exit(0)
""", settings, stdin=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while len(server.requests_for("slow")) < 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    output, trouble = process.communicate("go\n", timeout=20)
    assert trouble == "" and float(output) < 0.03, "seconds of processor time in 2 s"


GEVENT = """
from gevent import monkey
monkey.patch_all()
import gevent, libdora, time
client = libdora.Client(**{settings!r})
ticks = []
def tick():
    while True:
        ticks.append(time.monotonic())
        gevent.sleep(0.01)
ticker = gevent.spawn(tick)
calls = [gevent.spawn(client.get_failure, "slow") for _ in range(5)]
many = gevent.spawn(lambda: list(client.get_failures(["slow"] * 5)))
before = time.monotonic()
gevent.joinall([*calls, many])
print(time.monotonic() - before, len(ticks))
assert all(call.value.name == "Database outage" for call in calls)
try:
    with gevent.Timeout(0.1):
        client.get_failure("silent")
except gevent.Timeout:
    print("timeout")
assert client.get_failure("slow").name == "Database outage"
"""


def test_gevent_goes_on_during_a_call(settings, server):
    def slow(exchange):
        exchange.wait(0.5)
        reply(200, EVENT.replace(b'"event"', b'"slow"'))(exchange)
    server.answer("slow", slow)
    server.answer("silent", be_silent)
    result = subprocess.run([sys.executable, "-c", GEVENT.format(settings=settings)], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
    facts, timeout = result.stdout.splitlines()
    seconds, ticks = map(float, facts.split())
    # One after the other, the six calls would take 3 s, with a tick after each.
    assert timeout == "timeout" and seconds < 2.5 and ticks > 10
