# SPDX-License-Identifier: Apache-2.0
"""A descriptor is quiet where nothing is to be done."""

import contextlib
import os
import re
import select
import subprocess
import sys
import time

import pytest

import capi
from completion_queue import Queue
from harness import API_KEY, APP_KEY, Client
from paths import PYTHON_PACKAGE, REPOSITORY
from servers.behaviours import event, sending
from servers.fault_server import Hangup
from servers.http2_server import HTTP2Server

MOST_WAKES = 5
# Longer than the timers that libcurl may have left: connecting has 10 s.
WATCHED_SECONDS = 11


def wakes_of(queues, seconds):
    """How often each descriptor was readable; each wake is followed by a visit, as a program's loop does."""
    poller = select.poll()
    by_descriptor = {queue.fd: name for name, queue in queues.items()}
    for descriptor in by_descriptor:
        poller.register(descriptor, select.POLLIN)
    wakes = dict.fromkeys(queues, 0)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        for descriptor, _ in poller.poll(left * 1000):
            name = by_descriptor[descriptor]
            wakes[name] += 1
            assert queues[name].next(0) is None
            if wakes[name] > 1000:
                poller.unregister(descriptor)  # the defect is shown
    return wakes


def fetched(queue, failure_id):
    """One event, as an event loop fetches it."""
    assert queue.fd >= 0
    queue.add(failure_id)
    assert queue.drain_by_polling(8, None)[0].event


@pytest.mark.slow
def test_an_idle_descriptor_wakes_nobody(start_server, authority):
    """Promise: after the last result the descriptor stays unreadable until something is to be done: after a fast
    answer, a slow one, a server's close of the kept connection, its silence after an error, and over HTTP/2."""
    server = start_server()
    server.answer("fast", event)
    server.answer("slow", lambda exchange: (exchange.wait(1.2), event(exchange)))
    server.answer("closing", lambda exchange: (event(exchange), exchange.wait(0.4), exchange.hang_up()))
    server.answer("reset", lambda exchange: (event(exchange), exchange.wait(0.4), exchange.reset()))
    server.answer("last", lambda exchange: (event(exchange), (_ for _ in ()).throw(Hangup)))
    server.answer("stray", lambda exchange: (event(exchange), time.sleep(0.3), exchange.send(b"HTTP/1.1 408 x\r\n\r\n")))
    server.answer("retried", lambda exchange: [sending(b"", "reset"), event][min(exchange.attempt, 2) - 1](exchange))
    http_2 = HTTP2Server(authority.context())
    http_2.answer("fast", event)
    http_2.answer("slow", lambda stream: stream.later(1.2, event))
    http_2.answer("closing", lambda stream: (event(stream), stream.later(0.4, lambda late: late.hang_up())))
    http_2.answer("going-away", lambda stream: (event(stream), stream.later(0.4, lambda late: late.go_away())))
    with contextlib.ExitStack() as stack:
        queues = {}
        for version, target in (("1.1", server), ("2", http_2)):
            for failure_id in sorted(path.rsplit("/", 1)[1] for path in target.behaviours):
                client = stack.enter_context(Client(base_url=target.base_url, ca_file=authority.ca_file))
                queue = stack.enter_context(Queue(client))
                fetched(queue, failure_id)
                queues[f"{failure_id} over {version}"] = queue
        unused = stack.enter_context(Client(base_url=server.base_url, ca_file=authority.ca_file))
        queues["never used"] = stack.enter_context(Queue(unused))
        assert len(queues) == 12
        wakes = wakes_of(queues, WATCHED_SECONDS)
        noisy = {name: count for name, count in wakes.items() if count > MOST_WAKES}
        assert not noisy, f"wakes in {WATCHED_SECONDS} s: {noisy}"
        for queue in queues.values():
            fetched(queue, "fast")
    server.stop()
    http_2.stop()


def test_a_descriptor_is_quiet_while_a_slow_answer_is_waited_for(server, local):
    """Promise: nothing to do, no wake: an answer that takes 2 s costs a handful."""
    server.answer("slow", lambda exchange: (exchange.wait(2), event(exchange)))
    with Client(**local) as client, Queue(client) as queue:
        queue.add("slow")
        poller = select.poll()
        poller.register(queue.fd, select.POLLIN)
        wakes = 0
        while queue.next(0) is None:
            assert poller.poll(5000)
            wakes += 1
    assert wakes < 25, f"{wakes} wakes for one event"


def test_stopping_early_is_safe(server, local):
    """Promise: a loop that takes one result a turn misses none: the descriptor is level-triggered."""
    for tag in range(100):
        server.answer(f"event-{tag}", event)
    with Client(**local) as client, Queue(client, 32) as queue:
        for tag in range(100):
            queue.add(f"event-{tag}", tag)
        results = queue.drain_by_polling(10, 1)
    assert sorted(result.tag for result in results) == list(range(100))


def test_the_header_says_that_stopping_early_is_safe():
    """Promise: dora.h tells a loop that it need not call until NULL, and why."""
    header = (REPOSITORY / "include" / "dora.h").read_text()
    comment = re.search(r"/\*\*((?:(?!/\*\*).)*?)\*/\s*int dora_queue_fd", header, re.S)[1]
    assert re.search(r"level.triggered", comment), comment


IDLE_CLIENT = """
import asyncio, sys, time
sys.path.insert(0, sys.argv[1])
import libdora

async def main():
    async with libdora.AsyncClient(base_url=sys.argv[2], ca_file=sys.argv[3], api_key="a", app_key="b") as client:
        await client.get_failure("fast")
        keeper = asyncio.ensure_future(client.get_failure("silent"))
        await asyncio.sleep(0.3)
        began = time.process_time()
        await asyncio.sleep(2)
        waiting = time.process_time() - began
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await client.get_failure("fast")
        began = time.process_time()
        await asyncio.sleep(2)
        print(waiting, time.process_time() - began)

asyncio.run(main())
"""


def test_an_idle_asyncio_client_takes_no_processor_time(server, local):
    """Promise: the Python asyncio client uses no measurable processor time while it is idle or waits."""
    server.answer("fast", event)
    server.answer("silent", lambda exchange: exchange.be_silent())
    result = subprocess.run([sys.executable, "-c", IDLE_CLIENT, PYTHON_PACKAGE, local["base_url"], local["ca_file"]],
                            env={**os.environ, "DORA_LIBRARY": str(capi.LIBRARY), "DD_API_KEY": API_KEY,
                                 "DD_APP_KEY": APP_KEY}, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    waiting, idle = map(float, result.stdout.split())
    assert waiting < 0.1 and idle < 0.1, f"{waiting:.3f} s waiting, {idle:.3f} s idle, of 2 s each"
