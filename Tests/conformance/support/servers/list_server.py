# SPDX-License-Identifier: Apache-2.0
"""The list endpoint, as the servers of the tests have it: a world of events, and what a server makes of bounds,
order and size. Whatever is not known of Datadog's can be either way."""

import bisect
import dataclasses
import datetime
import itertools
import json
import re
import threading

from servers.behaviours import API_TYPE, head
from servers.fault_server import LIST

SECOND = 10**9
UNITS = {"ns": 1, "ms": 10**6, "s": SECOND}
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

# 2026-03-01T12:00:00Z: where most worlds begin.
START = 1_772_366_400 * SECOND

DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


def written(nanoseconds, unit="ns"):
    """An RFC 3339 date-time: no fraction where it is zero."""
    nanoseconds -= nanoseconds % UNITS[unit]
    moment = EPOCH + datetime.timedelta(seconds=nanoseconds // SECOND)
    fraction = f".{nanoseconds % SECOND:09}".rstrip("0") if nanoseconds % SECOND else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def read(text):
    """The nanoseconds of a date-time as the endpoint accepts it: a `Z`, and nothing else."""
    match = DATE_TIME.fullmatch(text)
    assert match, f"not what the endpoint accepts: {text!r}"
    whole = datetime.datetime.fromisoformat(match[1] + "+00:00") - EPOCH
    return (whole.days * 86_400 + whole.seconds) * SECOND + int((match[2] or "").ljust(9, "0"))


@dataclasses.dataclass(frozen=True)
class Item:
    """An event of a world: what it sorts by, and how it is sent."""
    started: int
    raw: bytes
    id: "str | None" = None


def item(failure_id, started, shown="ns", as_integer=False, **attributes):
    shown_start = started - started % UNITS[shown] if as_integer else written(started, shown)
    document = {"type": "dora_failure", "id": failure_id,
                "attributes": {"name": f"Outage {failure_id}", "severity": "High", "started_at": shown_start, **attributes}}
    return Item(started, json.dumps(document, separators=(",", ":")).encode(), failure_id)


def items(count, seconds_between=60.0, first=START, prefix="event", **options):
    """Events at even distances, the oldest first."""
    step = round(seconds_between * SECOND)
    return [item(f"{prefix}-{number}", first + number * step, **options) for number in range(count)]


class World:
    """A server's events and its reading of a list request. Called with an Exchange, it answers one.

    `compares`: to which unit times and bounds are compared; `takes`: to which unit bounds are cut when they are
    read; `refuses_finer`: bounds with a fraction are a 400; `clamp`: the most events of a page; `sorts`: whether
    `sort` is followed, else `order` says what comes; `sorts_by`: the unit that it goes by, with equal times in the same
    order whichever way; `keeps_bounds`: whether bounds are.
    """

    def __init__(self, events, *, from_inclusive=True, to_inclusive=True, compares="ns", takes="ns", refuses_finer=False,
                 clamp=1000, sorts=True, sorts_by="ns", order=None, keeps_bounds=True, doubles=False):
        self.from_inclusive, self.to_inclusive = from_inclusive, to_inclusive
        self.compares, self.takes = UNITS[compares], UNITS[takes]
        self.refuses_finer, self.clamp = refuses_finer, clamp
        self.sorts, self.order, self.keeps_bounds, self.doubles = sorts, order, keeps_bounds, doubles
        self.sorts_by = UNITS[sorts_by]
        self.lock = threading.Lock()
        self.requests = []  # the attributes of each
        self.events = []
        self.arrive(*events)

    def arrive(self, *events):
        """More events, also while a search goes on."""
        with self.lock:
            self.events = sorted([*self.events, *events], key=lambda event: event.started)
            self.starts = [event.started // self.compares for event in self.events]

    def leave(self, *ids):
        with self.lock:
            self.events = [event for event in self.events if event.id not in ids]
            self.starts = [event.started // self.compares for event in self.events]

    def __call__(self, exchange):
        status, body = self.answer(exchange.request)
        exchange.send(head(status, ("Content-Type", API_TYPE), ("Content-Length", len(body))) + b"\r\n" + body)

    def answer(self, request):
        """The status and the body of an answer."""
        attributes = attributes_of(request)
        with self.lock:
            self.requests.append(attributes)
            first, last = read(attributes["from"]), read(attributes["to"])
            if self.refuses_finer and (first % SECOND or last % SECOND):
                return 400, b'{"errors":[{"status":"400","title":"Bad Request","detail":"error decoding attribute"}]}'
            return 200, page_of(self.select(first, last, attributes))

    def select(self, first, last, attributes):
        first, last = ((bound - bound % self.takes) // self.compares for bound in (first, last))
        low = (bisect.bisect_left if self.from_inclusive else bisect.bisect_right)(self.starts, first)
        high = (bisect.bisect_right if self.to_inclusive else bisect.bisect_left)(self.starts, last)
        if not self.keeps_bounds:
            low, high = 0, len(self.events)
        limit = min(attributes.get("limit", 10), self.clamp)
        if not self.sorts:
            chosen = self.events[low:high]
            return (self.order(chosen) if self.order else chosen)[:limit]
        sign = 1 if attributes.get("sort", "-started_at") == "started_at" else -1
        if self.sorts_by > 1:
            chosen = sorted(self.events[low:high], key=lambda event: sign * (event.started // self.sorts_by))[:limit]
        elif sign == 1:
            chosen = self.events[low:min(high, low + limit)]
        else:
            chosen = self.events[max(low, high - limit):high][::-1]
        return [event for event in chosen for _ in range(2)][:limit] if self.doubles else chosen

    def within(self, first, last):
        """The ids of the events with first <= started < last."""
        return {event.id for event in self.events if first <= event.started < last}


def attributes_of(request):
    """The attributes of a list request, of which everything else is as it must be."""
    assert (request.method, request.target) == ("POST", LIST), (request.method, request.target)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    document = json.loads(request.body)
    assert list(document) == ["data"] and set(document["data"]) == {"type", "attributes"}
    assert document["data"]["type"] == "dora_failures_list_request"
    return document["data"]["attributes"]


def page_of(events):
    return b'{"data":[' + b",".join(event.raw for event in events) + b"]}"


# What a server does beside answering

def at_times(number_fails, faults, behaviour):
    """The requests of which `number_fails` is true meet the faults in turn, the others the behaviour."""
    numbers, kinds, lock = itertools.count(1), itertools.cycle(faults), threading.Lock()

    def answer(exchange):
        with lock:
            fault = next(kinds) if number_fails(next(numbers)) else None
        (fault or behaviour)(exchange)
    return answer


def slow(seconds, behaviour):
    def answer(exchange):
        exchange.wait(seconds)
        behaviour(exchange)
    return answer


def first_slow(seconds, behaviour):
    """The first request takes so long."""
    return at_times(lambda number: number == 1, [slow(seconds, behaviour)], behaviour)


def limited(remaining, reset, name=None):
    headers = [("X-RateLimit-Limit", 5), ("X-RateLimit-Period", max(1, reset)), ("X-RateLimit-Remaining", remaining),
               ("X-RateLimit-Reset", reset)]
    return headers + ([("X-RateLimit-Name", name)] if name else [])
