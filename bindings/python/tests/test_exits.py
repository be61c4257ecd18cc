# SPDX-License-Identifier: Apache-2.0
"""A program may end in any state: at once, with its own exit status and nothing on stderr."""

import signal
import time

import pytest

from support import program

STATES = {
    "client open": "pass",
    "after a call": "client.get_failure('event')",
    "iterator half read": "results = client.get_failures(['event'] * 50); next(results)",
    "daemon thread in a call": """
import threading
threading.Thread(target=client.get_failure, args=["silent"], daemon=True).start()
threading.Thread(target=lambda: list(client.get_failures(["silent"] * 3)), daemon=True).start()
import time; time.sleep(0.2)""",
    "many daemon threads that call": """
import threading
def call():
    while True: client.get_failure("event")
for _ in range(8): threading.Thread(target=call, daemon=True).start()
import time; time.sleep(0.2)""",
    "threads that finish their calls": """
import threading
for _ in range(4): threading.Thread(target=client.get_failure, args=["event"]).start()""",
    "loop never closed": """
import asyncio
other = libdora.AsyncClient(**settings)
loop = asyncio.new_event_loop()
loop.run_until_complete(other.get_failure("event"))""",
    "at exit": "import atexit; atexit.register(lambda: client.get_failure('event'))",
    "in a finalizer": """
class Last:
    def __init__(self): self.client = client
    def __del__(self):
        try: self.client.get_failure("event")
        except ValueError: pass  # the client was finalized before itlast = Last(); last.self = last""",
    "logger in a thread": """
import threading, logging
other = libdora.Client(**settings, logger=logging.getLogger("x"))
threading.Thread(target=other.get_failure, args=["silent"], daemon=True).start()
import time; time.sleep(0.2)""",
    "events and errors held": """
event = client.get_failure("event")
try: client.get_failure("absent")
except libdora.Error as error: held = error
circle = [event, held, client]; circle.append(circle)""",
}


@pytest.mark.parametrize("state", STATES)
def test_exit(client, settings, server, state):
    server.answer("silent", lambda exchange: exchange.be_silent())
    process = program(STATES[state] + "\nsys.exit(7)", settings)
    before = time.monotonic()
    output, trouble = process.communicate(timeout=30)
    assert (process.returncode, output, trouble) == (7, "", "")
    assert time.monotonic() - before < 10


def test_a_signal_ends_a_call(settings, server):
    server.answer("silent", lambda exchange: exchange.be_silent())
    process = program("client.get_failure('silent')", settings)
    while not server.requests_for("silent"):
        assert process.poll() is None
        time.sleep(0.01)
    process.terminate()
    assert process.communicate(timeout=10) == ("", "") and process.returncode == -signal.SIGTERM
