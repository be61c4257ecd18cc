# SPDX-License-Identifier: Apache-2.0
"""A server's rate limit, and what a queue makes of it."""

import math
import threading
import time

from completion_queue import Queue
from harness import Client
from servers.behaviours import DOCUMENTED, event, in_turn, reply


class Limiter:
    """So many requests in each second, from the first request after the last window's end."""

    def __init__(self, limit, aligned=False, headers=True):
        self.limit = limit
        self.aligned = aligned
        self.headers = headers
        self.end = -math.inf
        self.refusals = []
        self.first = None
        self.lock = threading.Lock()

    def __call__(self, exchange):
        with self.lock:
            now = time.time()
            if self.first is None:
                self.first = now
            if now >= self.end:
                self.end = (math.floor(now) if self.aligned else now) + 1
                self.used = 0
            self.used += 1
            allowed = self.used <= self.limit
            if not allowed:
                self.refusals.append(now - self.first)
            reset = math.ceil(self.end - now)
            remaining = max(0, self.limit - self.used)
        headers = [("X-RateLimit-Limit", self.limit), ("X-RateLimit-Period", 1), ("X-RateLimit-Remaining", remaining),
                   ("X-RateLimit-Reset", reset)] if self.headers else [("Retry-After", reset)]
        reply(200 if allowed else 429, DOCUMENTED if allowed else b"{}", *headers)(exchange)


def fetch_all(server, limiter, settings, count, max_in_flight):
    """The seconds that it took to fetch as many events."""
    for index in range(count):
        server.answer(f"event-{index}", limiter)
    with Client(**settings) as client, Queue(client, max_in_flight) as queue:
        for index in range(count):
            queue.add(f"event-{index}", index)
        began = time.monotonic()
        results = queue.drain()
        seconds = time.monotonic() - began
    assert sorted(result.tag for result in results) == list(range(count))
    assert [result.error for result in results if result.error is not None] == []
    return seconds


def starts_after_a_refusal(server, settings, seconds):
    """When 20 requests came, in seconds, of which the one before them was refused for so many."""
    moments = []

    def noted(exchange):
        moments.append(time.monotonic())
        event(exchange)

    server.answer("refused", in_turn(reply(429, b"", ("Retry-After", seconds)), event))
    for index in range(20):
        server.answer(f"event-{index}", noted)
    with Client(**settings) as client, Queue(client, 1) as queue:
        queue.add("refused", 100)
        for index in range(20):
            queue.add(f"event-{index}", index)
        began = time.monotonic()
        results = queue.drain()
    assert sorted(result.tag for result in results) == [*range(20), 100]
    assert all(result.event for result in results)
    return [moment - began for moment in moments]
