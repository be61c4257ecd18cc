# SPDX-License-Identifier: Apache-2.0
"""Open defects."""

import pytest

from searches import check_whole_or_incomplete, outcome
from servers.list_server import SECOND, START, World, item


@pytest.mark.parametrize("shown", ["s", "ms", "ns"])
@pytest.mark.parametrize("compares", ["ms", "ns"])
@pytest.mark.parametrize("to_inclusive", [True, False])
def test_a_server_that_sorts_less_finely_than_it_compares(serve, shown, compares, to_inclusive):
    """Five events in one second, of which pages show three, those that came first: finer bounds can hide the others."""
    events = [item("before", START),
              *(item(f"event-{number}", START + SECOND + number * SECOND // 10, shown) for number in range(5)),
              *(item(f"after-{number}", START + (2 + number) * SECOND) for number in range(6))]
    world = World(events, clamp=3, sorts_by="s", compares=compares, to_inclusive=to_inclusive)
    found, error = outcome(serve(world))
    check_whole_or_incomplete(world, found, error)


def test_a_second_of_more_than_a_page_that_is_shown_as_one_instant(serve):
    """Datadog's own largest page: whole seconds are shown and sorted by, bounds are compared finer."""
    crowd = [item(f"event-{number}", START + SECOND + number * 500_000, "s") for number in range(1300)]
    after = [item(f"after-{number}", START + (3 + number) * SECOND) for number in range(6)]
    world = World([item("before", START), *crowd, *after],
                  sorts_by="s")
    found, error = outcome(serve(world))
    check_whole_or_incomplete(world, found, error)
