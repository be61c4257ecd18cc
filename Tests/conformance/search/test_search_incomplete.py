# SPDX-License-Identifier: Apache-2.0
"""Never a short result without an error: INCOMPLETE, or the whole."""

import random

import pytest

from harness import Client
from searches import ERROR, EVENT, Search, check_whole_or_incomplete, outcome
from servers.list_server import SECOND, START, World, item, items


@pytest.mark.parametrize("compares, spread", [("ns", 1), ("ms", 900), ("s", 250_000)])
@pytest.mark.parametrize("to_inclusive", [True, False])
def test_more_at_one_instant_than_a_page_holds(serve, list_servers, compares, spread, to_inclusive):
    """2,003 events at an instant of the server's, with others before and behind."""
    crowd = [item(f"crowd-{number}", START + 5000 * SECOND + (number * spread if spread > 1 else 0)) for number in range(2003)]
    world = World([*items(50), *crowd, *items(50, first=START + 9000 * SECOND, prefix="later")],
                  compares=compares, to_inclusive=to_inclusive)
    settings = serve(world)
    with Client(**settings) as client, Search(client) as search:
        found = []
        while (step := search.step())[0] == EVENT:
            found.append(step[1][0])
        status, error = step
        assert (status, error.code) == (ERROR, "incomplete")
        assert not error.retryable
        assert "2026-03-01T13:23:20" in error.message and "1000" in error.message.replace(",", "")
        assert "narrower query" in error.message and "\n" not in error.message
        check_whole_or_incomplete(world, found, error)
        assert {event.id for event in world.events if event.id.startswith("later")} <= set(found)
        sent = len(list_servers["1.1"].requests)
        for timeout_ms in (0, -1, 5):
            assert search.step(timeout_ms)[0] == ERROR
            again = search.step(timeout_ms)[1]
            assert (again.code, again.message) == (error.code, error.message)
        assert len(list_servers["1.1"].requests) == sent, "later calls send nothing"


@pytest.mark.parametrize("clamp", [3, 10, 100])
@pytest.mark.parametrize("more", [0, 1])
def test_a_clamped_page(serve, clamp, more):
    """As many events at one instant as the server gives at most, or one more. What can't be known is not claimed."""
    crowd = [item(f"crowd-{number}", START + 100 * SECOND) for number in range(clamp + more)]
    others = [*items(30, first=START - 86_400 * SECOND), *items(30, first=START + 900 * SECOND, prefix="later")]
    world = World([*others, *crowd], clamp=clamp)
    found, error = outcome(serve(world))
    check_whole_or_incomplete(world, found, error)
    if more:
        assert error is not None and str(clamp) in error.message


def newest_first(events):
    return events[::-1]


def by_id(events):
    return sorted(events, key=lambda event: event.id)


SEVERAL = [2, 5, 9, 10, 11, 39, 40, 41, 100, 999, 1000, 1001]


@pytest.mark.parametrize("page_size", [10, 1000])
@pytest.mark.parametrize("count", SEVERAL)
@pytest.mark.parametrize("order", ["oldest first", "newest first", "shuffled", "by id"])
def test_a_server_that_ignores_the_order(serve, page_size, count, order):
    orders = {"oldest first": None, "newest first": newest_first, "by id": by_id,
              "shuffled": lambda events: random.Random(count).sample(events, len(events))}
    world = World(items(count), sorts=False, order=orders[order])
    found, error = outcome(serve(world), page_size)
    check_whole_or_incomplete(world, found, error)
    if order == "newest first" and count > 11:
        assert error is None, "that is the order that was asked for"


@pytest.mark.parametrize("page_size", [10, 1000])
@pytest.mark.parametrize("count", SEVERAL)
@pytest.mark.parametrize("sorts", [True, False])
def test_a_server_that_ignores_the_bounds(serve, page_size, count, sorts):
    world = World(items(count), keeps_bounds=False, sorts=sorts)
    found, error = outcome(serve(world), page_size)
    check_whole_or_incomplete(world, found, error)
    if count > 1000:
        assert error is not None


def test_a_server_that_ignores_the_bounds_of_a_span(serve):
    """Promise: what is outside of the span does not come in any case."""
    world = World(items(500), keeps_bounds=False)
    first, last = world.events[100].started, world.events[200].started
    with Client(**serve(world)) as client, Search(client, None, first, last) as search:
        found = []
        while (step := search.step())[0] == EVENT:
            found.append(step[1][0])
    assert set(found) <= world.within(first, last)
    assert (step[0] == ERROR and step[1].code == "incomplete") or set(found) == world.within(first, last)


def random_world(generator):
    """Anything that is not known of the endpoint, either way."""
    count = generator.choice([0, 1, 2, 3, 7, 12, 25, 60, 130])
    gaps = generator.choice([[0, 1], [0, 1000, 10**6], [10**8, SECOND], [SECOND, 60 * SECOND], [0, 1, 10**6, 10**9, 10**12]])
    shown = generator.choice(["ns", "ms", "s"])
    events, moment = [], START
    for number in range(count):
        events.append(item(f"event-{number}", moment, shown, generator.random() < 0.3))
        moment += generator.choice(gaps)
    return World(events, from_inclusive=generator.random() < 0.5, to_inclusive=generator.random() < 0.5,
                 compares=generator.choice(["ns", "ms", "s"]), takes=generator.choice(["ns", "ns", "ms", "s"]),
                 refuses_finer=generator.random() < 0.15, clamp=generator.choice([1000, 1000, 100, 20, 10, 3]),
                 sorts=generator.random() < 0.9, keeps_bounds=generator.random() < 0.9, doubles=generator.random() < 0.1,
                 order=generator.choice([None, newest_first, by_id]))


@pytest.mark.parametrize("seed", range(8))
def test_random_worlds(serve, seed):
    generator = random.Random(seed)
    for _ in range(15):
        world = random_world(generator)
        found, error = outcome(serve(world), generator.choice([1, 10, 11, 40, 1000]))
        check_whole_or_incomplete(world, found, error)
