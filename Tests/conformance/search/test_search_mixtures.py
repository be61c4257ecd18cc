# SPDX-License-Identifier: Apache-2.0
"""Whatever a program does and a server does wrong: the events that came are the first there are, in order, each once."""

import random
import select
import threading
import time

import pytest

from harness import Client
from searches import END, ERROR, EVENT, Search
from servers.behaviours import reply, sending
from servers.list_server import World, items

BROKEN = sending(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{", "cut")
FAULTS = {"1.1": [reply(500), reply(200, b"{}"), reply(503), sending(b"", "reset"), BROKEN],
          "2": [reply(500), reply(200, b"{}"), reply(503), lambda stream: stream.break_off(2), lambda stream: stream.go_away()]}


def unreliable(world, version, seed, rate):
    """A fault instead of every so many-th answer."""
    generator, lock = random.Random(seed), threading.Lock()

    def answer(exchange):
        with lock:
            fault = generator.choice(FAULTS[version]) if generator.random() < rate else world
        fault(exchange)
    return answer


class Program:
    """Waits and polls, cancels now and then, and goes on after each error."""

    def __init__(self, generator, client, search):
        self.generator, self.client, self.search = generator, client, search
        self.found, self.has_ended = [], False
        self.poller = None
        if generator.random() < 0.5:
            self.poller = select.poll()
            self.poller.register(search.fd, select.POLLIN)

    def run(self, most_events):
        deadline = time.monotonic() + 20
        while len(self.found) < most_events and not self.has_ended:
            assert time.monotonic() < deadline, "it does not end"
            if self.generator.random() < 0.02:
                self.client.cancel()
            if self.poller is not None:
                assert self.poller.poll(10_000), "the descriptor is quiet"
                self.take(0)
            else:
                self.take(self.generator.choice([-1, 0, 1, 5, 50]))

    def take(self, timeout_ms):
        status, value = self.search.step(timeout_ms)
        while status == ERROR and self.poller is not None:
            assert not self.poller.poll(0), "quiet after an error until the next call"
            status, value = self.search.step(0)
        if status == EVENT:
            self.found.append(value[0])
        self.has_ended = status == END


@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.parametrize("seed", range(12))
def test_any_mixture(serve, version, seed):
    generator = random.Random(f"{version} {seed}")
    world = World(items(generator.choice([0, 1, 5, 60, 205, 400])), to_inclusive=generator.random() < 0.5)
    settings = serve(unreliable(world, version, seed, generator.choice([0, 0.1, 0.4])), version)
    expected = [event.id for event in reversed(world.events)]
    with Client(**settings, max_retries=generator.choice([0, 3])) as client:
        for most_events in (generator.randrange(200), 1000):
            with Search(client, page_size=generator.choice([1, 20, 40, 1000])) as search:
                program = Program(generator, client, search)
                program.run(most_events)
                assert program.found == expected[:len(program.found)]
                assert not program.has_ended or program.found == expected
