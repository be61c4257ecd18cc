# SPDX-License-Identifier: Apache-2.0
"""The client, on threads and in other processes."""

import concurrent.futures
import multiprocessing
import os
import pickle
import time

import pytest

import libdora
from servers.behaviours import EVENT, in_turn, reply
from servers.external import nginx
from support import fetch_with_own_client, program

# The memory test's calls; DORA_MEMORY_CALLS=100000 is the full number, and takes minutes.
MEMORY_CALLS = int(os.environ.get("DORA_MEMORY_CALLS", "3000"))


def be_silent(exchange):
    exchange.be_silent()


def test_a_closed_client(client):
    results = client.get_failures(["event"] * 3)
    assert next(results).failure.name == "Database outage"
    client.close()
    client.close()
    for call in (lambda: client.get_failure("event"), client.cancel, lambda: client.get_failures(["event"]),
                 lambda: list(results)):
        with pytest.raises(ValueError, match="closed"):
            call()


@pytest.mark.parametrize("end", ["cancel", "close"])
def test_ending_a_call_of_another_thread(client, server, end):
    server.answer("slow", be_silent)
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(client.get_failure, "slow") for _ in range(2)]
        while len(server.requests_for("slow")) < 2:
            time.sleep(0.01)
        getattr(client, end)()
        for call in calls:
            with pytest.raises(libdora.CancelledError):
                call.result(timeout=10)


def test_threads_share_a_client(client):
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert {event.name for event in threads.map(client.get_failure, ["event"] * 200)} == {"Database outage"}


def fetch_in_child(client, queue):
    queue.put([client.get_failure("event").name for _ in range(5)])


def test_multiprocessing_fork(client):
    context = multiprocessing.get_context("fork")
    client.get_failure("event")
    queue = context.Queue()
    child = context.Process(target=fetch_in_child, args=(client, queue))
    child.start()
    parents = [client.get_failure("event").name for _ in range(5)]
    assert queue.get(timeout=30) == parents == ["Database outage"] * 5
    child.join(30)
    assert child.exitcode == 0


def test_multiprocessing_spawn(client, settings):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    child = context.Process(target=fetch_with_own_client, args=(settings, queue))
    child.start()
    assert queue.get(timeout=60) == ["Database outage"] * 5
    child.join(30)
    assert child.exitcode == 0
    with pytest.raises(TypeError, match="copied or pickled"):
        pickle.dumps(client)


def test_memory_stays_flat(tmp_path, authority, settings):
    with nginx(tmp_path, authority, keepalive_requests=1_000_000) as (base_url, _):
        process = program("""
import resource
def fetch(count):
    for _ in range(count):
        client.get_failure("event")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
calls = int(sys.argv[1])
first = fetch(calls // 10)
print(fetch(calls) - first)
""", {**settings, "base_url": base_url}, str(MEMORY_CALLS))
        output, trouble = process.communicate(timeout=110)
    assert trouble == ""
    assert int(output) <= 512, "KiB over what the first tenth took"


def test_a_rate_limit_is_waited_for(settings, server):
    limited = reply(429, {"errors": ["slow down"]}, ("Retry-After", "1"))
    server.answer("event", in_turn(limited, reply(200, EVENT)))
    with libdora.Client(**{**settings, "max_retries": 1}) as client:
        assert client.get_failure("event").response.attempts == 2
