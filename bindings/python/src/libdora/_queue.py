# SPDX-License-Identifier: Apache-2.0
"""The completion queue, which both clients fetch with."""

from __future__ import annotations

import select
import time

from ._arguments import text
from ._handle import Handle, Part, closed
from ._library import c
from .errors import Error, call, take_error
from .failure import Failure, take_failure

# Where the system refuses the queue its descriptor, results are looked for this often.
_NO_DESCRIPTOR_S = 0.02

# What each event calls is looked up once.
_add, _next, _tag, _take_failure, _free_result = (
    c.queue_add, c.queue_next, c.result_tag, c.result_take_failure, c.result_free)


class Queue(Part):
    """A dora_queue."""

    def __init__(self, client: Handle, max_in_flight: int) -> None:
        super().__init__(client, call(c.queue_new, client.pointer, max_in_flight), c.queue_free)

    def descriptor(self) -> int:
        """To be asked for each time: in a child after fork it is another one. -1 if the system refuses it."""
        descriptor: int = c.queue_fd(self.pointer)
        return descriptor

    def add(self, failure_id: str, tag: int) -> None:
        encoded = text("failure_id", failure_id)
        pointer = self.pointer
        if pointer == 0 or self.client.pointer == 0:
            raise closed()
        self._inside += 1
        try:
            added = _add(pointer, encoded, tag, self._error)
        finally:
            self._inside -= 1
            if self._freed:
                self.free()
        if not added:
            raise take_error(self._error.value or 0)

    def cancel(self, tag: int) -> None:
        pointer = self.enter()
        try:
            c.queue_cancel(pointer, tag)
        finally:
            self.leave()

    def poll(self) -> tuple[int, Failure | Error] | None:
        """The tag and the outcome of the next event that is complete."""
        pointer = self.pointer
        if pointer == 0 or self.client.pointer == 0:
            raise closed()
        self._inside += 1
        try:
            result = _next(pointer, 0)
        finally:
            self._inside -= 1
            if self._freed:
                self.free()
        if result is None:
            return None
        tag, failure = _tag(result), _take_failure(result)
        outcome = take_error(c.result_take_error(result)) if failure is None else take_failure(failure)
        _free_result(result)
        return tag, outcome

    def wait(self, seconds: float | None = None) -> tuple[int, Failure | Error] | None:
        """The same, waited for as long as it takes or until the time is up. Raises what the logger raised
        meanwhile."""
        log = self.client.log
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            completion = self.poll()
            if log.raised:
                log.check()
            if completion is not None:
                return completion
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return None
            wait_readable(self.descriptor(), left)


def wait_readable(descriptor: int, seconds: float | None) -> None:
    """Waits for a descriptor. Signal handlers run meanwhile, and so do other greenlets: the names are looked
    up at each call because gevent puts its own functions there."""
    if descriptor < 0:
        time.sleep(_NO_DESCRIPTOR_S if seconds is None else min(seconds, _NO_DESCRIPTOR_S))
        return
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    poller.poll(None if seconds is None else seconds * 1000)
