# SPDX-License-Identifier: Apache-2.0
"""The client for asyncio."""

import asyncio
import threading
import time

import pytest

import libdora
from servers.behaviours import reply
from servers.external import nginx
from support import EVENT


def be_silent(exchange):
    exchange.be_silent()


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
