# SPDX-License-Identifier: Apache-2.0
"""Nothing lost, nothing twice, in order: whatever the server makes of size, order, bounds and equal times.

A hundred thousand events: hosts/test_search_hosts.py.
"""

import random

import pytest

from harness import Client
from searches import NO_FROM, NO_TO, Search, search_all
from servers.list_server import SECOND, START, World, item, items

DAY = 86_400 * SECOND


def check(found, world, first=NO_FROM, last=NO_TO):
    """What was found is what is there: each once, newest first by second."""
    ids = [failure_id for failure_id, _ in found]
    assert len(ids) == len(set(ids)), "an event came twice"
    assert set(ids) == world.within(first, last)
    seconds = [started // SECOND for _, started in found]
    assert seconds == sorted(seconds, reverse=True), "the order is by second, newest first"


@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 999, 1000, 1001, 2500])
def test_any_number_of_events(serve, version, count):
    world = World(items(count))
    found = search_all(serve(world, version))
    check(found, world)
    assert found == [(event.id, event.started) for event in reversed(world.events)]
    # A page may have to be looked at again to know that it was the last; not all of them.
    assert len(world.requests) <= count // 1000 + 12


@pytest.mark.parametrize("page_size", [1, 7, 40, 1000])
@pytest.mark.parametrize("count", [0, 1, 9, 11, 120])
def test_any_page_size(serve, page_size, count):
    world = World(items(count))
    check(search_all(serve(world), page_size=page_size), world)
    assert all(10 <= request["limit"] <= 1000 for request in world.requests), "one item shows no order"


def tied(group, groups, apart_ns=60 * SECOND):
    """Groups of events that started at one instant."""
    return [item(f"tie-{number}-{index}", START + number * apart_ns) for number in range(groups) for index in range(group)]


@pytest.mark.parametrize("to_inclusive", [True, False])
@pytest.mark.parametrize("page_size, group", [(40, 2), (40, 20), (40, 38), (40, 39), (1000, 999), (10, 9), (1, 9), (7, 9)])
def test_equal_times_up_to_a_page_less_one(serve, page_size, group, to_inclusive):
    world = World(tied(group, 7 if group < 500 else 3), to_inclusive=to_inclusive)
    check(search_all(serve(world), page_size=page_size), world)


BOUNDS = [(first, last) for first in (True, False) for last in (True, False)]


@pytest.mark.parametrize("from_inclusive, to_inclusive", BOUNDS)
@pytest.mark.parametrize("compares", ["ns", "ms", "s"])
@pytest.mark.parametrize("shown", ["ns", "ms", "s"])
def test_each_reading_of_the_bounds(serve, from_inclusive, to_inclusive, compares, shown):
    """Events closer than a second to each other, in bursts; shown as finely as the server compares them or not."""
    generator = random.Random(f"{compares} {shown}")
    events, moment = [], START
    for number in range(160):
        moment += generator.choice([0, 1, 999, 10**6, 250 * 10**6, SECOND, SECOND, 90 * SECOND])
        events.append(item(f"event-{number}", moment, shown))
    world = World(events, from_inclusive=from_inclusive, to_inclusive=to_inclusive, compares=compares)
    found = search_all(serve(world), page_size=40)
    assert sorted(failure_id for failure_id, _ in found) == sorted(event.id for event in events)


@pytest.mark.parametrize("takes, refuses_finer", [("s", False), ("ms", False), ("ns", True)])
def test_bounds_that_are_cut_or_refused(serve, takes, refuses_finer):
    """A second holds more than a page of ten here and there, a page of 40 takes it."""
    events = [item(f"event-{number}", START + number * SECOND // 25) for number in range(200)]
    world = World(events, takes=takes, refuses_finer=refuses_finer)
    check(search_all(serve(world), page_size=10), world)


def test_a_second_that_holds_more_than_a_page_and_finer_bounds(serve):
    """2,400 events within one second, each at a time of its own: only finer bounds reach them all."""
    world = World([item(f"event-{number}", START + number * 400_000 + number % 7) for number in range(2400)])
    check(search_all(serve(world)), world)
    assert any("." in request["to"] for request in world.requests)


@pytest.mark.parametrize("clamp", [3, 100])
@pytest.mark.parametrize("to_inclusive", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 30, 99, 100, 101, 250])
def test_a_server_that_gives_fewer_than_asked_for(serve, clamp, to_inclusive, count):
    world = World(items(count), clamp=clamp, to_inclusive=to_inclusive)
    check(search_all(serve(world)), world)


@pytest.mark.parametrize("count", [5, 100, 1000])
def test_a_server_that_gives_doubles(serve, count):
    world = World(items(count), doubles=True)
    check(search_all(serve(world), page_size=40 if count < 1000 else 1000), world)


def test_times_as_integers(serve):
    world = World(items(300, as_integer=True))
    check(search_all(serve(world), page_size=40), world)


# Spans

@pytest.mark.parametrize("from_inclusive, to_inclusive", BOUNDS)
@pytest.mark.parametrize("compares", ["ns", "s"])
def test_adjacent_spans_tile(serve, from_inclusive, to_inclusive, compares):
    """Each event is in exactly one of several spans, and in the one that its time says, to the nanosecond."""
    cuts = [START + offset for offset in (0, 1, 2, SECOND - 1, SECOND, SECOND + 1, 5 * SECOND + 500, 60 * SECOND)]
    events = [item(f"event-{number}-{near}", cut + near) for number, cut in enumerate(cuts) for near in (-1, 0, 1)]
    events += [*items(30, first=START - 2 * DAY, prefix="before"), *items(30, first=START + 2 * DAY, prefix="after")]
    world = World(events, from_inclusive=from_inclusive, to_inclusive=to_inclusive, compares=compares)
    settings = serve(world)
    spans = list(zip([NO_FROM, *cuts], [*cuts, NO_TO]))
    with Client(**settings) as client:
        for first, last in spans:
            with Search(client, None, first, last) as search:
                check(search.all(), world, first, last)


def test_a_span_of_one_nanosecond_and_one_without_events(serve):
    world = World(items(50))
    settings = serve(world)
    exact = world.events[20]
    assert search_all(settings, None, exact.started, exact.started + 1) == [(exact.id, exact.started)]
    assert search_all(settings, None, exact.started + 1, exact.started + 2) == []
    assert search_all(settings, None, START + 1000 * DAY, START + 1001 * DAY) == []


def test_open_spans(serve):
    world = World(items(50))
    settings = serve(world)
    middle = world.events[20].started
    check(search_all(settings, None, middle, NO_TO), world, middle, NO_TO)
    check(search_all(settings, None, NO_FROM, middle), world, NO_FROM, middle)


# What happens meanwhile

def test_events_that_arrive_meanwhile(serve):
    """Newer and older ones arrive after each page. All that were there at the start come, and none comes twice."""
    before = items(700)
    world = World(before)

    def growing(exchange):
        world(exchange)
        number = len(world.requests)
        if number < 60:
            world.arrive(item(f"newer-{number}", START + (800 + number) * 60 * SECOND),
                         item(f"between-{number}", START + number * 601 * SECOND),
                         item(f"at-an-edge-{number}", before[-1 - (number * 39 % 700)].started))

    found = [failure_id for failure_id, _ in search_all(serve(growing), page_size=40)]
    assert len(found) == len(set(found)), "an event came twice"
    assert {event.id for event in before} <= set(found)


def test_events_that_leave_meanwhile(serve):
    """All that stay come, also where the last event of the page before is the one that leaves."""
    before = items(700)
    world = World(before)
    gone = set()

    def shrinking(exchange):
        world(exchange)
        number = len(world.requests)
        if number < 60:
            leaving = [before[700 - 40 * number].id, before[number * 11].id] if 40 * number < 700 else [before[number].id]
            gone.update(leaving)
            world.leave(*leaving)

    found = [failure_id for failure_id, _ in search_all(serve(shrinking), page_size=40)]
    assert len(found) == len(set(found)), "an event came twice"
    assert {event.id for event in before} - gone <= set(found)
