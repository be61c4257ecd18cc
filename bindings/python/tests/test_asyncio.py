# SPDX-License-Identifier: Apache-2.0
"""The client for asyncio."""

import asyncio
import concurrent.futures
import contextlib
import gc
import os
import threading
import time

import pytest

import libdora
from servers.behaviours import EVENT, reply
from servers.external import nginx


def be_silent(exchange):
    exchange.be_silent()


@pytest.mark.parametrize("http2", [True, False])
def test_a_thousand_awaits_on_one_thread(tmp_path, authority, settings, http2):
    """Without a thread, and with turns for other tasks meanwhile."""
    async def main(base_url):
        turns = 0

        async def take_turns():
            nonlocal turns
            while True:
                await asyncio.sleep(0.001)
                turns += 1

        async with libdora.AsyncClient(**{**settings, "base_url": base_url}) as client:
            other = asyncio.create_task(take_turns())
            threads = threading.active_count()
            # Over HTTP/1.1 with 32 TLS handshakes at once.
            events = await asyncio.gather(*(client.get_failure("event") for _ in range(1000)))
            assert threading.active_count() == threads
            other.cancel()
        assert {event.name for event in events} == {"Database outage"}
        return turns

    with nginx(tmp_path, authority, http2=http2) as (base_url, _):
        assert asyncio.run(main(base_url)) >= 10


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


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_one_run_after_the_other_on_one_client(settings, server):
    server.answer("event", reply(200, EVENT))
    client = libdora.AsyncClient(**settings)

    async def main():
        return [event.name for event in await asyncio.gather(*(client.get_failure("event") for _ in range(5)))]

    assert [asyncio.run(main()) for _ in range(6)] == [["Database outage"] * 5] * 6
    client.close()


def test_threads_with_a_loop_each_share_a_client(settings, server):
    server.answer("event", reply(200, EVENT))

    async def main():
        for _ in range(5):
            events = await asyncio.gather(*(client.get_failure("event") for _ in range(10)))
            assert {event.name for event in events} == {"Database outage"}

    with contextlib.closing(libdora.AsyncClient(**settings)) as client, concurrent.futures.ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(asyncio.run, main()) for _ in range(12)]:
            done.result(timeout=30)


def test_a_loop_that_closes_frees_its_queue(settings, server):
    """However it is closed, and whether or not the client is."""
    server.answer("event", reply(200, EVENT))
    client = libdora.AsyncClient(**settings)
    asyncio.run(client.get_failure("event"))
    before = descriptors()
    for _ in range(5):
        asyncio.run(client.get_failure("event"))
        loop = asyncio.new_event_loop()
        loop.run_until_complete(client.get_failure("event"))
        loop.close()
    assert descriptors() <= before
    loop = asyncio.new_event_loop()
    loop.run_until_complete(client.get_failure("event"))
    client.close()
    loop.close()
    del loop
    gc.collect()
    assert descriptors() <= before


def test_cancelled_awaits_give_their_places_back(settings, server):
    """All places are taken by calls that never end. Once they are cancelled the next call goes at once."""
    server.answer("event", reply(200, EVENT))
    server.answer("slow", be_silent)

    async def main():
        async with libdora.AsyncClient(**settings, max_in_flight=4) as client:
            slow = [asyncio.create_task(client.get_failure("slow")) for _ in range(10)]
            await asyncio.sleep(0.2)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            before = time.monotonic()
            await client.get_failure("event")
            return time.monotonic() - before

    assert asyncio.run(main()) < 5


def test_max_in_flight_is_the_most_at_once(settings, server):
    server.answer("slow", be_silent)

    async def main():
        async with libdora.AsyncClient(**settings, max_in_flight=3) as client:
            tasks = [asyncio.create_task(client.get_failure("slow")) for _ in range(9)]
            await asyncio.sleep(0.5)
            assert len(server.requests_for("slow")) == 3
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {libdora.CancelledError}

    asyncio.run(main())


def test_a_thousand_awaits_half_of_them_cancelled(tmp_path, authority, settings):
    async def main(base_url):
        async with libdora.AsyncClient(**{**settings, "base_url": base_url}) as client:
            tasks = [asyncio.create_task(client.get_failure("event")) for _ in range(1000)]
            await asyncio.sleep(0.01)
            for task in tasks[::2]:
                task.cancel()
            before = time.monotonic()
            good = await asyncio.gather(*tasks[1::2])
            took = time.monotonic() - before
            cancelled = await asyncio.gather(*tasks[::2], return_exceptions=True)
            began = time.process_time()
            await asyncio.sleep(0.5)
            idle = time.process_time() - began
        assert {event.name for event in good} == {"Database outage"}
        # A few may have been complete before they were cancelled.
        assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in cancelled) > 250
        return took, idle

    with nginx(tmp_path, authority) as (base_url, _):
        took, idle = asyncio.run(main(base_url))
    assert took < 10 and idle < 0.1


@pytest.mark.parametrize("where", ["another thread", "the loop", "the logger"])
def test_closing(settings, server, where):
    """Awaits end with CancelledError, whoever closes the client."""
    server.answer("slow", be_silent)

    class ClosingLogger:
        armed = False

        def log(self, *_arguments):
            if self.armed:
                client.close()

    logger = ClosingLogger()
    client = libdora.AsyncClient(**settings, logger=logger)

    async def main():
        tasks = [asyncio.create_task(client.get_failure("slow")) for _ in range(3)]
        await asyncio.sleep(0.2)
        if where == "another thread":
            await asyncio.get_running_loop().run_in_executor(None, client.close)
        elif where == "the loop":
            client.close()
        else:
            logger.armed = True
            client.cancel()
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert {type(outcome) for outcome in outcomes} == {libdora.CancelledError}
        if where != "the logger":
            with pytest.raises(ValueError, match="closed"):
                await client.get_failure("event")

    asyncio.run(main())


def test_what_the_logger_raises_is_told_to_the_loop(settings, server):
    server.answer("event", reply(200, EVENT))

    class RaisingLogger:
        def log(self, *_arguments):
            raise LookupError("no such log")

    async def main():
        told = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
        async with libdora.AsyncClient(**settings, logger=RaisingLogger()) as client:
            assert (await client.get_failure("event")).name == "Database outage"
        return told

    assert {type(error) for error in asyncio.run(main())} == {LookupError}
