# SPDX-License-Identifier: Apache-2.0
"""Searches in event loops, cancelled, and on several threads."""

import select
import signal
import threading
import time

import pytest

from completion_queue import Queue
from harness import Client, DoraError
from searches import END, ERROR, EVENT, WAITING, Search, ids
from servers.behaviours import EVENT as DOCUMENTED_EVENT, reply, sending
from servers.list_server import SECOND, START, World, at_times, first_slow, item, items, limited, slow
from time_limits import SLACK_SECONDS, over_within

ALL = [event.id for event in reversed(items(205))]


def be_silent(exchange):
    exchange.be_silent()


def is_readable(search, seconds=0.0):
    poller = select.poll()
    poller.register(search.fd, select.POLLIN)
    return bool(poller.poll(seconds * 1000))


def wakes(search, seconds):
    """How often the descriptor is readable while each wake is followed by a call that finds nothing to hand out."""
    end, count = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if is_readable(search, left):
            count += 1
            assert search.step(0)[0] in (WAITING, END)
            assert count < 1000, "a loop that never sleeps"
    return count


# A loop that only polls the descriptor

@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.parametrize("count, page_size", [(0, 1000), (1, 1000), (205, 40), (2500, 1000)])
def test_a_loop_that_only_polls_the_descriptor(serve, version, count, page_size):
    world = World(items(count))
    with Client(**serve(world, version)) as client, Search(client, page_size=page_size) as search:
        found, longest = search.all_by_polling(30)
    assert ids(found) == [event.id for event in reversed(world.events)]
    assert longest < 0.02, "what one call takes of the processor"


def test_a_loop_amid_faults_and_waits(serve):
    """Retries with their pauses, a slow server and a rate limit: the descriptor tells of each."""
    world = World(items(205))
    faults = [reply(503), sending(b"", "reset"), slow(0.2, world),
              lambda exchange: reply(200, world.answer(exchange.request)[1], *limited(0, 1))(exchange)]
    settings = serve(at_times(lambda number: number % 2 == 0, faults, world))
    with Client(**settings) as client, Search(client, page_size=20) as search:
        found, _ = search.all_by_polling(30)
    assert ids(found) == ALL


def test_one_call_for_each_wake_is_enough(serve):
    """Level-triggered: whoever takes one event at a time misses nothing, with an epoll of its own."""
    world = World(items(205))
    with Client(**serve(world)) as client, Search(client, page_size=40) as search, select.epoll() as poller:
        poller.register(search.fd, select.EPOLLIN)
        found = []
        while poller.poll(10):
            status, value = search.step(0)
            if status == END:
                break
            if status == EVENT:
                found.append(value[0])
        assert found == ALL


def test_two_searches_and_a_queue_in_one_loop(serve, list_servers):
    world = World(items(205))
    settings = serve(slow(0.02, world))
    list_servers["1.1"].answer("event", reply(200, DOCUMENTED_EVENT))
    with Client(**settings) as client, Search(client, page_size=40) as first, Search(client, page_size=30) as second, \
            Queue(client) as queue:
        for tag in range(20):
            queue.add("event", tag)
        poller, open_ones, found, fetched = select.poll(), {}, {}, []
        for search in (first, second):
            open_ones[search.fd] = search
            found[search.fd] = []
            poller.register(search.fd, select.POLLIN)
        poller.register(queue.fd, select.POLLIN)
        deadline = time.monotonic() + 20
        while (open_ones or len(fetched) < 20) and time.monotonic() < deadline:
            for descriptor, _ in poller.poll(5000):
                if descriptor == queue.fd:
                    if (result := queue.next(0)) is not None:
                        fetched.append(result.tag)
                    continue
                status, value = open_ones[descriptor].step(0)
                if status == EVENT:
                    found[descriptor].append(value[0])
                elif status == END:
                    poller.unregister(descriptor)
                    del open_ones[descriptor]
        assert list(found.values()) == [ALL, ALL] and sorted(fetched) == list(range(20))


# When it is readable

def test_readable_from_the_start_until_waiting(serve):
    with Client(**serve(first_slow(0.4, World(items(5))))) as client, Search(client) as search:
        descriptor = search.fd
        assert descriptor >= 0 and is_readable(search), "from the start: there is a request to send"
        while search.step(0) != (WAITING, None) or is_readable(search, 0.05):
            pass  # connecting is done in steps
        assert not is_readable(search, 0.1)
        assert is_readable(search, 5)
        assert len(search.all()) == 5
        assert search.fd == descriptor, "one number for the search's life"


def test_readable_while_events_are_there(serve):
    with Client(**serve(World(items(30)))) as client, Search(client) as search:
        assert search.fd >= 0
        for _ in range(29):
            assert search.next() and is_readable(search)


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_quiet_after_the_end(serve, list_servers, version):
    with Client(**serve(World(items(30)), version)) as client, Search(client) as search:
        assert search.fd >= 0
        search.all_by_polling(10)
        assert not is_readable(search, 0.7)
        for _ in range(3):
            assert search.step(0) == (END, None)
        assert not is_readable(search, 0.3)


def test_quiet_after_an_error_until_the_next_call(serve, list_servers):
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [reply(403)], world))
    with Client(**settings) as client, Search(client, page_size=40) as search:
        assert search.fd >= 0
        with pytest.raises(DoraError, match="403"):
            search.all_by_polling(10)
        assert not is_readable(search, 0.7)
        requests = len(list_servers["1.1"].requests)
        status, value = search.step(0)
        assert status in (WAITING, EVENT)
        assert ids(search.all_by_polling(10)[0] if status == WAITING else [value, *search.all()]) == ALL[40:]
        assert len(list_servers["1.1"].requests) > requests


def test_quiet_after_an_error_that_stays(serve):
    world = World([item(f"event-{number}", START) for number in range(1500)])
    with Client(**serve(world)) as client, Search(client) as search:
        assert search.fd >= 0
        for _ in range(2):
            with pytest.raises(DoraError, match="narrower"):
                while search.next():
                    pass
            assert not is_readable(search, 0.3)


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_few_wakes_while_nothing_comes(serve, version):
    """Promise: an idle descriptor wakes nobody: while an answer takes its time, and while a window is waited for."""
    world = World(items(30))
    with Client(**serve(be_silent, version)) as client, Search(client) as search:
        assert wakes(search, 0.6) < 12

    def used_up(exchange):
        reply(200, world.answer(exchange.request)[1], *limited(0, 60))(exchange)
    with Client(**serve(used_up, version)) as client, Search(client, page_size=10) as search:
        for _ in range(10):
            search.next()
        assert wakes(search, 0.6) < 12


def test_an_event_loop_that_comes_late(serve):
    """The time that the loop spends elsewhere is not the page's."""
    world = World(items(205))
    settings = {**serve(slow(0.05, world)), "timeout_ms": 250, "max_retries": 0}
    with Client(**settings) as client, Search(client, page_size=40) as search:
        found, poller = [], select.poll()
        poller.register(search.fd, select.POLLIN)
        while poller.poll(10_000):
            status, value = search.step(0)
            if status == END:
                break
            assert status != ERROR, value
            if status == EVENT:
                found.append(value[0])
                if len(found) in (30, 41, 65):
                    time.sleep(0.4)
        assert found == ALL


# Cancel

def cancelled(step):
    status, value = step
    return status == ERROR and value.code == "cancelled"


def test_cancel_before_anything_was_sent(serve, list_servers):
    with Client(**serve(World(items(205)))) as client, Search(client, page_size=40) as search:
        client.cancel()
        assert cancelled(search.step())
        assert list_servers["1.1"].requests == []
        assert ids(search.all()) == ALL, "later calls work"


@pytest.mark.parametrize("position", [1, 15, 39, 40, 41])
def test_cancel_comes_before_events_that_are_there(serve, position):
    """Promise: the very next call is CANCELLED; the events that were there follow, and all others."""
    with Client(**serve(World(items(205)))) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(position))
        client.cancel()
        client.cancel()
        assert cancelled(search.step(0))
        assert found + ids(search.all()) == ALL


def test_cancel_from_another_thread_ends_a_wait(serve):
    world = World(items(205))
    settings = serve(at_times(lambda number: number == 2, [be_silent], world))
    with Client(**settings) as client, Search(client, page_size=40) as search:
        found = ids(search.next() for _ in range(40))
        timer = threading.Timer(0.3, client.cancel)
        timer.start()
        with over_within(0.3 + SLACK_SECONDS, client):
            assert cancelled(search.step())
        timer.join()
        assert found + ids(search.all()) == ALL


def test_cancel_wakes_the_descriptor(serve):
    with Client(**serve(be_silent)) as client, Search(client) as search:
        while search.step(0)[0] == WAITING and is_readable(search, 0.2):
            pass
        timer = threading.Timer(0.2, client.cancel)
        timer.start()
        assert is_readable(search, 5)
        assert cancelled(search.step(0))
        assert not is_readable(search, 0.2), "quiet after an error"
        timer.join()


def test_cancel_reaches_all_searches_of_a_client_and_no_other(serve):
    settings = serve(World(items(205)))
    with Client(**settings) as client, Client(**settings) as another, Search(client) as first, Search(client) as second, \
            Search(another) as third, Queue(client) as queue:
        first.next()
        third.next()
        client.cancel()
        assert cancelled(first.step()) and cancelled(second.step())
        assert third.next()
        assert queue.next(0) is None
        assert len(first.all()) == 204 and len(second.all()) == 205


def test_cancel_after_the_end(serve):
    with Client(**serve(World(items(5)))) as client, Search(client) as search:
        search.all()
        client.cancel()
        status, value = search.step(0)
        assert status == END or cancelled((status, value))
        assert search.step(0) == (END, None)


def test_cancels_at_any_moment_lose_nothing(serve):
    """A thread that cancels again and again: each call either gives the next event or is cancelled."""
    world = World(items(600))
    with Client(**serve(world)) as client, Search(client, page_size=30) as search:
        done = threading.Event()

        def disturb():
            while not done.wait(0.003):
                client.cancel()
        thread = threading.Thread(target=disturb)
        thread.start()
        found, cancels = [], 0
        try:
            with over_within(30):
                while (step := search.step())[0] != END:
                    if step[0] == EVENT:
                        found.append(step[1][0])
                    else:
                        assert step[1].code == "cancelled", step[1]
                        cancels += 1
                        if cancels > 20:
                            done.set()
        finally:
            done.set()
            thread.join()
    assert found == [event.id for event in reversed(world.events)] and cancels > 0


# Threads, and freeing

def test_threads_with_searches_of_one_client(serve, list_servers):
    world = World(items(600))
    settings = serve(world)
    list_servers["1.1"].answer("event", reply(200, DOCUMENTED_EVENT))
    results = {}
    with Client(**settings) as client:
        def work(number):
            with Search(client, f"query {number}", START, START + (100 + number) * 60 * SECOND, page_size=20 + number) as search:
                results[number] = ids(search.all())
            client.get("event")
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number in range(8):
        assert results[number] == [f"event-{index}" for index in reversed(range(100 + number))]


def test_a_search_may_move_between_threads(serve):
    with Client(**serve(World(items(205)))) as client, Search(client, page_size=40) as search:
        found = []
        while len(found) < 205:
            thread = threading.Thread(target=lambda: found.extend(ids(search.next() for _ in range(41))))
            thread.start()
            thread.join()
        assert found == ALL


@pytest.mark.parametrize("events_read", [0, 1, 30, 40, 205])
def test_freed_amid_a_search(serve, events_read):
    """Also while a page is on its way; the client goes on."""
    world = World(items(205))
    with Client(**serve(world)) as client:
        for _ in range(3):
            with Search(client, page_size=40) as search:
                for _ in range(events_read):
                    search.next()
                if events_read == 0:
                    search.step(0)
        with Search(client, page_size=40) as search:
            assert ids(search.all()) == ALL


def test_signals_that_interrupt_a_wait(serve):
    """A timer's signal each millisecond neither ends a wait nor hastens it."""
    count = 0

    def tick(_number, _frame):
        nonlocal count
        count += 1
    before = signal.signal(signal.SIGALRM, tick)
    try:
        with Client(**serve(slow(0.1, World(items(205))))) as client, Search(client, page_size=40) as search:
            signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
            assert ids(search.all()) == ALL
        with Client(**serve(be_silent)) as client, Search(client) as search:
            began = time.monotonic()
            assert search.step(200) == (WAITING, None)
            assert 0.195 <= time.monotonic() - began < 0.2 + SLACK_SECONDS
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert count > 0
