# SPDX-License-Identifier: Apache-2.0
"""Searches as the tests use them: events and errors as plain Python values, everything freed."""

import gc
import select
import time
from ctypes import byref, c_int64, c_void_p

from harness import Client, DoraError, call, dora, encoded, sized

EVENT, WAITING, END, ERROR = 1, 2, 3, 4

NO_FROM, NO_TO = -(2**63), 2**63 - 1


def brief_of(failure):
    """The id and the start of an event, the quick way. Frees the event."""
    started = c_int64(-1)
    has_started = dora.dora_failure_started_at(failure, byref(started))
    failure_id = dora.dora_failure_id(failure)
    dora.dora_failure_free(failure)
    return failure_id and failure_id.decode(), started.value if has_started else None


def json_of(failure):
    """The JSON of an event. Frees the event."""
    json = sized(dora.dora_failure_json, failure)
    dora.dora_failure_free(failure)
    return json


class Search:
    """A dora_search of a harness.Client. `reader` makes the value of an event, and frees the event."""

    def __init__(self, client, query=None, first=NO_FROM, last=NO_TO, page_size=None, reader=brief_of):
        self.reader = reader
        self.pointer = call(dora.dora_search_failures, client.pointer, encoded(query), first, last)
        if page_size is not None:
            self.set_page_size(page_size)

    def set_page_size(self, events):
        call(dora.dora_search_set_page_size, self.pointer, events)

    def step(self, timeout_ms=-1):
        """The status, and the event or DoraError that it stands for."""
        failure, error = c_void_p(0xDEAD), c_void_p()
        status = dora.dora_search_next(self.pointer, timeout_ms, byref(failure), byref(error))
        assert (status == EVENT) == (failure.value is not None), "*failure is NULL unless there is an event"
        assert (status == ERROR) == (error.value is not None), "*error is left alone unless there is an error"
        if status == EVENT:
            return status, self.reader(failure)
        return status, DoraError(error) if status == ERROR else None

    def next(self, timeout_ms=-1):
        """The next event; None at the end. Raises DoraError."""
        status, value = self.step(timeout_ms)
        if status == ERROR:
            raise value
        assert status in (EVENT, END), "without a limit of time nothing else comes"
        return value

    def all(self, most_errors=0):
        """All events; so many errors on the way are gone over."""
        events = []
        while True:
            try:
                event = self.next()
            except DoraError:
                most_errors -= 1
                if most_errors < 0:
                    raise
                continue
            if event is None:
                assert self.step(0) == (END, None), "the end is the end"
                return events
            events.append(event)

    def all_by_polling(self, seconds):
        """All events, with no other wait than poll(2) on the descriptor; and the longest call, in seconds."""
        gc.collect()
        gc.disable()  # a collection amid a call would count as the call's time
        try:
            return self._poll_all(time.monotonic() + seconds)
        finally:
            gc.enable()

    def _poll_all(self, deadline):
        poller = select.poll()
        poller.register(self.fd, select.POLLIN)
        events, longest = [], 0.0
        while True:
            left = deadline - time.monotonic()
            assert left > 0 and poller.poll(left * 1000), f"the descriptor is quiet after {len(events)} events"
            began = time.thread_time()
            status, value = self.step(0)
            longest = max(longest, time.thread_time() - began)
            if status == END:
                return events, longest
            if status == ERROR:
                raise value
            if status == EVENT:
                events.append(value)

    @property
    def fd(self):
        return dora.dora_search_fd(self.pointer)

    def close(self):
        dora.dora_search_free(self.pointer)
        self.pointer = None

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.pointer is not None:
            self.close()


def search_all(settings, query=None, first=NO_FROM, last=NO_TO, page_size=None, reader=brief_of):
    """What a client of its own finds."""
    with Client(**settings) as client, Search(client, query, first, last, page_size, reader) as search:
        return search.all()


def ids(found):
    return [failure_id for failure_id, _ in found]


def outcome(settings, page_size=None):
    """The ids that came, and the error that ended them: None at the end."""
    with Client(**settings) as client, Search(client, page_size=page_size) as search:
        found = []
        while True:
            status, value = search.step()
            if status == EVENT:
                found.append(value[0])
                continue
            if status == END:
                return found, None
            assert (status, value.code) == (ERROR, "incomplete"), value
            return found, value


def check_whole_or_incomplete(world, found, error):
    assert len(found) == len(set(found)), "an event came twice"
    everything = {event.id for event in world.events}
    assert set(found) <= everything
    assert error is not None or set(found) == everything, "a short result without an error"
