# SPDX-License-Identifier: Apache-2.0
"""Searches: an iterator of events, and an asynchronous one."""

import asyncio
import concurrent.futures
import datetime
import gc
import itertools
import os
import pickle
import time

import pytest

import libdora
from servers.behaviours import in_turn, reply
from servers.list_server import START, World, items
from support import program

UTC = datetime.timezone.utc
SINCE = datetime.datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(server):
    made = World(items(2500))
    server.answer_list(made)
    return made


def test_all_events(client, world):
    events = list(client.search())
    assert [event.id for event in events] == [f"event-{number}" for number in reversed(range(2500))]
    assert events[-1].started_at == SINCE and events[0].response.status == 200
    assert events[0].json.startswith(b'{"data":{') and events[0].violations == ()


def test_a_span_and_a_query(client, world):
    until = datetime.datetime(2026, 3, 1, 14, 10, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    found = [event.id for event in client.search("env:production", since=SINCE, until=until, page_size=100)]
    assert found == [f"event-{number}" for number in reversed(range(10))]
    assert {request["query"] for request in world.requests} == {"env:production"}
    assert world.requests[0]["limit"] == 100
    in_nanoseconds = client.search(since=START + 1, until=START + 600 * 10**9)
    assert [event.id for event in in_nanoseconds] == found[:-1]


def test_microseconds_are_exact(client, world):
    """A datetime far from 1970 is not rounded on its way through floats."""
    after = SINCE + datetime.timedelta(microseconds=1)
    assert len(list(client.search(since=after, until=SINCE + datetime.timedelta(minutes=10)))) == 9
    assert len(list(client.search(since=SINCE, until=after))) == 1


@pytest.mark.parametrize("arguments, kind, message", [
    ({"since": datetime.datetime(2026, 1, 1)}, ValueError, "since: 2026-01-01 00:00:00 has no time zone"),
    ({"until": datetime.datetime(2026, 1, 1)}, ValueError, "until: 2026-01-01 00:00:00 has no time zone"),
    ({"since": datetime.date(2026, 1, 1)}, TypeError, "since: an aware datetime"),
    ({"since": 1.7e18}, TypeError, "since: an aware datetime"), ({"since": "2026-01-01"}, TypeError, "since: "),
    ({"since": True}, TypeError, "since: "), ({"since": 1 << 63}, ValueError, "since: "),
    ({"until": datetime.datetime(2300, 1, 1, tzinfo=UTC)}, ValueError, "until: "),
    ({"until": 1_772_366_400}, ValueError, "nanoseconds"), ({"since": START, "until": START}, ValueError, ""),
    ({"query": 5}, TypeError, "query: a str"), ({"query": "a\0b"}, ValueError, "query: holds a NUL"),
    ({"query": "q" * 5000}, ValueError, "query"), ({"page_size": 0}, ValueError, "page_size: 0 is out of range, which is 1"),
    ({"page_size": 1001}, ValueError, "page_size: 1001"), ({"page_size": "10"}, TypeError, "page_size: an int"),
    ({"size": 10}, TypeError, "size")])
def test_what_it_refuses(client, arguments, kind, message):
    with pytest.raises(kind) as caught:
        client.search(**arguments)
    assert message in str(caught.value)


def test_after_an_error_it_goes_on(client, server, world):
    server.answer_list(in_turn(world, reply(500, {"errors": ["no"]}), world))
    search, found, errors = client.search(page_size=500), [], []
    while True:
        try:
            found.append(next(search).id)
        except libdora.ServerError as error:
            errors.append(error)
        except StopIteration:
            break
    assert len(errors) == 1 and found == [f"event-{number}" for number in reversed(range(2500))]


def test_incomplete(client, server):
    server.answer_list(World(items(50, seconds_between=0), clamp=20))
    with pytest.raises(libdora.IncompleteError, match="narrower"):
        list(client.search())


def test_an_odd_item_travels(client, server):
    server.answer_list(reply(200, b'{"data":[5]}'))
    odd = next(client.search())
    assert odd.id is None and odd.violations == ("/data: not an object",)
    travelled = pickle.loads(pickle.dumps(odd))
    assert travelled == odd and travelled.violations == odd.violations and travelled.to_dict() == odd.to_dict()
    assert travelled.name is None and travelled.response.status == 200


def test_events_outlive_the_search(client, world):
    search = client.search()
    event = next(search)
    search.close()
    search.close()
    del search
    client.close()
    gc.collect()
    assert event.id == "event-2499" and event.response.header("content-type")
    assert client.__class__ is libdora.Client


def test_memory_stays_flat(settings, server):
    """DORA_MEMORY_CALLS=100000 is the full number."""
    count = max(10_000, int(os.environ.get("DORA_MEMORY_CALLS", "0")))
    server.answer_list(World(items(count)))
    process = program("""
import resource
seen = 0
for failure in client.search():
    assert failure.name
    seen += 1
    if seen == 3000:
        first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(seen, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first)
""", settings)
    output, trouble = process.communicate(timeout=110)
    assert trouble == ""
    seen, more = map(int, output.split())
    assert seen == count
    assert more <= 1024, "KiB over what the first three pages took"


def test_closed(client, world):
    search = client.search()
    next(search)
    search.close()
    assert list(search) == []
    with client.search() as search:
        next(search)
    assert next(search, None) is None
    search = client.search()
    client.close()
    with pytest.raises(ValueError, match="closed"):
        next(search)


def test_left_early_nothing_stays_open(client, world):
    next(client.search())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        assert len(list(itertools.islice(client.search(), 3))) == 3
    assert len(os.listdir("/proc/self/fd")) <= before


def test_threads_do_not_share_one(client, server, world):
    def slow(exchange):
        exchange.wait(0.5)
        world(exchange)
    server.answer_list(slow)
    search = client.search()
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        first = threads.submit(next, search)
        time.sleep(0.2)
        for use in (lambda: next(search), search.close):
            with pytest.raises(ValueError, match="in use"):
                use()
        assert first.result().id == "event-2499"


def test_cancel_and_close_end_a_wait(client, server):
    server.answer_list(lambda exchange: exchange.be_silent())
    search = client.search()
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        for end in (client.cancel, client.close):
            waiting = threads.submit(next, search)
            time.sleep(0.2)
            end()
            with pytest.raises(libdora.CancelledError):
                waiting.result(timeout=10)


def test_what_the_logger_raises_costs_no_event(settings, world):
    class RaisingLogger:
        def log(self, *_arguments):
            raise LookupError("no log")

    found, errors = [], 0
    with libdora.Client(**settings, logger=RaisingLogger()) as client:
        search = client.search(page_size=1000)
        while True:
            try:
                found.append(next(search).id)
            except LookupError:
                errors += 1
            except StopIteration:
                break
    assert errors > 0 and found == [f"event-{number}" for number in reversed(range(2500))]


def test_on_asyncio(settings, world):
    async def main():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                await asyncio.sleep(0)
                ticks += 1

        async with libdora.AsyncClient(**settings) as client:
            ticker = asyncio.create_task(tick())
            # A turn is a matter of time: one search may be over after a few.
            found = [event.id for _ in range(4) async for event in client.search(since=SINCE)]
            ticker.cancel()
            assert len(found) == 4 * 2500 and ticks > 10, "other tasks have their turn, though events are there"
            searches = [client.search(page_size=300) for _ in range(5)]

            async def count(search):
                return len([event async for event in search])
            assert await asyncio.gather(*map(count, searches)) == [2500] * 5
        with pytest.raises(ValueError, match="closed"):
            client.search()

    asyncio.run(main())


def test_on_asyncio_cancelled_and_closed(settings, server, world):
    async def main():
        server.answer_list(lambda exchange: exchange.be_silent())
        async with libdora.AsyncClient(**settings) as client:
            search = client.search()
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(search.__anext__(), 0.1)
            waiting = asyncio.create_task(search.__anext__())
            await asyncio.sleep(0.05)
            with pytest.raises(ValueError, match="in use"):
                await search.__anext__()
            with pytest.raises(ValueError, match="in use"):
                search.close()
            client.cancel()
            with pytest.raises(libdora.CancelledError):
                await waiting
            async with search:
                pass
            assert [event async for event in search] == []
            waiting = asyncio.create_task(client.search().__anext__())
            await asyncio.sleep(0.05)
        with pytest.raises(libdora.CancelledError):
            await waiting

    asyncio.run(main())
