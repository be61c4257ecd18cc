# SPDX-License-Identifier: Apache-2.0
"""What a Python program notices."""

import asyncio
import concurrent.futures
import dataclasses
import datetime
import logging
import multiprocessing
import os
import pickle
import signal
import threading
import time

import pytest

import libdora
from servers.behaviours import in_turn, reply
from servers.external import nginx
from support import EVENT, fetch_with_own_client, program

# The memory test's calls; DORA_MEMORY_CALLS=100000 is the full number, and takes minutes.
MEMORY_CALLS = int(os.environ.get("DORA_MEMORY_CALLS", "3000"))


def be_silent(exchange):
    exchange.be_silent()


def test_an_event_is_frozen_plain_data(client):
    event = client.get_failure("event")
    assert (event.name, event.services, event.git_repository_id) == ("Database outage", ("shopist",), None)
    assert event.started_at == datetime.datetime(2023, 8, 31, 14, 26, 14, tzinfo=datetime.timezone.utc)
    assert event.finished_at_ns == 1693491984000000000
    assert event.custom_tag("language") == "java" and event.custom_tag("absent") is None
    assert event.value("/data/attributes/git")["commit_sha"] == event.git_commit_sha
    with pytest.raises(KeyError):
        event.value("/absent")
    assert event.json == EVENT and event.response.status == 200
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.name = "another"
    assert pickle.loads(pickle.dumps(event)) == event
    assert libdora.Failure.parse(EVENT) == dataclasses.replace(event, response=None)


def test_nanoseconds_are_exact():
    event = libdora.Failure.parse(b'{"data":{"attributes":{"started_at":-1,"finished_at":1693491974123456789,"team":1}}}')
    assert (event.started_at_ns, event.finished_at_ns) == (-1, 1693491974123456789)
    assert event.started_at == datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, datetime.timezone.utc)
    assert event.finished_at.microsecond == 123456
    assert event.violations == ("/data/attributes/team: " + event.violations[0].split(": ", 1)[1],)


@pytest.mark.parametrize("status, kind", [
    (400, "BadRequestError"), (401, "UnauthenticatedError"), (403, "ForbiddenError"), (404, "NotFoundError"),
    (429, "RateLimitedError"), (503, "ServerError"), (302, "HTTPError")])
def test_errors_are_classes(client, server, status, kind):
    server.answer("event", reply(status, {"errors": [{"title": "A title", "meta": {"n": 1}}]}, ("Retry-After", "7")))
    with pytest.raises(getattr(libdora, kind)) as caught:
        client.get_failure("event")
    assert caught.value.response.status == status
    assert caught.value.items[0]["title"] == "A title" and caught.value.items[0]["meta"] == {"n": 1}
    assert caught.value.retry_after == (7.0 if status in (429, 503) else caught.value.retry_after)
    assert pickle.loads(pickle.dumps(caught.value)).code == caught.value.code


def test_errors_of_the_standard_library_catch_them(settings, server, closed_port):
    server.answer("slow", be_silent)
    with pytest.raises(TimeoutError), libdora.Client(**{**settings, "timeout": 0.2}) as client:
        client.get_failure("slow")
    with pytest.raises(ConnectionError), libdora.Client(**{**settings, "base_url": f"https://127.0.0.1:{closed_port}"}) as client:
        client.get_failure("event")
    with pytest.raises(ValueError, match="site"):
        libdora.Client(**{**settings, "base_url": None, "site": "example.com"})


def test_every_setting_reaches_the_library(settings, server, authority, caplog):
    server.answer("event", reply(200, EVENT))
    log = logging.getLogger("test-dora")
    with caplog.at_level(logging.DEBUG, "test-dora"), libdora.Client(
            **settings, access_token=None, proxy="", user_agent="probe/1", headers={"X-Probe": "yes"},
            client_certificate=authority.client_files(), connect_timeout=5, attempt_timeout=2.5,
            retry_backoff=(0.01, 0.1), max_response_bytes=1 << 40, compression=False, strict=True, logger=log) as client:
        client.get_failure("event")
    headers = server.requests[-1].headers
    assert headers["user-agent"].startswith("probe/1 ") and headers["x-probe"] == "yes"
    assert "accept-encoding" not in headers
    assert any(record.levelno == logging.INFO and "HTTP 200" in record.message for record in caplog.records)


@pytest.mark.parametrize("wrong", [{"timeout": -1}, {"timeout": 2 ** 32}, {"max_retries": -1}, {"api_key": "a\0b"}])
def test_what_c_cannot_say_is_a_value_error(settings, wrong):
    with pytest.raises(ValueError):
        libdora.Client(**{**settings, **wrong})


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


def test_many_events(client, server):
    server.answer("absent", reply(404, {"errors": ["Not Found"]}))
    ids = [failure_id for _ in range(700) for failure_id in ("event", "absent", "")]
    results = list(client.get_failures(iter(ids), max_in_flight=8))
    assert sorted(result.failure_id for result in results) == sorted(ids)
    for result in results:
        kind = {"event": type(None), "absent": libdora.NotFoundError, "": libdora.InvalidArgumentError}[result.failure_id]
        assert isinstance(result.error, kind) and (result.failure is None) == (result.failure_id != "event")


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
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(client)


@pytest.mark.parametrize("call", ["client.get_failure('slow')", "list(client.get_failures(['slow']))"])
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
    assert time.monotonic() - before < 1


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


async def late_ticks(late):
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        late.append(time.perf_counter() - before - 0.01)


@pytest.mark.parametrize("http2", [True, False])
def test_a_thousand_awaits_on_one_thread(tmp_path, authority, settings, http2):
    async def main(base_url):
        late = []
        async with libdora.AsyncClient(**{**settings, "base_url": base_url}) as client:
            ticker = asyncio.create_task(late_ticks(late))
            await asyncio.sleep(0.03)
            threads = threading.active_count()
            # Over HTTP/1.1 with 32 TLS handshakes at once.
            events = await asyncio.gather(*(client.get_failure("event") for _ in range(1000)))
            assert threading.active_count() == threads
            await asyncio.sleep(0.03)
            ticker.cancel()
        assert {event.name for event in events} == {"Database outage"}
        return max(late)

    with nginx(tmp_path, authority, http2=http2) as (base_url, _):
        assert asyncio.run(main(base_url)) <= 0.25


def test_awaits_are_cancelled_one_by_one_and_all_together(settings, server):
    server.answer("event", reply(200, EVENT))
    server.answer("slow", be_silent)

    async def main():
        async with libdora.AsyncClient(**settings) as client:
            slow = [asyncio.create_task(client.get_failure("slow")) for _ in range(5)]
            good = [asyncio.create_task(client.get_failure("event")) for _ in range(5)]
            await asyncio.sleep(0.05)
            slow[0].cancel()
            assert {event.name for event in await asyncio.gather(*good)} == {"Database outage"}
            assert slow[0].cancelled() and not any(task.done() for task in slow[1:])
            for task in slow:
                task.cancel()
            outcomes = await asyncio.gather(*slow, return_exceptions=True)
            assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
            assert (await client.get_failure("event")).name == "Database outage"
            with pytest.raises(libdora.InvalidArgumentError):
                await client.get_failure("")
            waiting = asyncio.create_task(client.get_failure("slow"))
            await asyncio.sleep(0.05)
        with pytest.raises(libdora.CancelledError):
            await waiting
        with pytest.raises(ValueError, match="closed"):
            await client.get_failure("event")

    asyncio.run(main())


def test_a_rate_limit_is_waited_for(settings, server):
    limited = reply(429, {"errors": ["slow down"]}, ("Retry-After", "1"))
    server.answer("event", in_turn(limited, reply(200, EVENT)))
    with libdora.Client(**{**settings, "max_retries": 1}) as client:
        assert client.get_failure("event").response.attempts == 2
