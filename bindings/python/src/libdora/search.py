# SPDX-License-Identifier: Apache-2.0
"""Searches: all events of a span of time, page by page."""

from __future__ import annotations

import types
from _thread import allocate_lock
from ctypes import c_void_p
from datetime import datetime

from ._arguments import nanoseconds, text, whole
from ._handle import Handle, Part, closed
from ._lazy import TYPE_CHECKING, Lazy
from ._library import c
from ._queue import wait_readable
from .errors import Error, InternalError, call, take_error
from .failure import Failure, take_failure

if TYPE_CHECKING:
    import asyncio
    import typing
else:
    asyncio, typing = Lazy("asyncio"), Lazy("typing")

Instant: typing.TypeAlias = datetime | int

# DORA_SEARCH_ constants.
_EVENT, _WAITING, _END = 1, 2, 3

_NO_SINCE, _NO_UNTIL = -(1 << 63), (1 << 63) - 1
_MOST_A_PAGE = 1000
# How long events that are there already are handed out before other tasks have their turn.
_TURN_S = 0.002


# What each event calls is looked up once.
_next = c.search_next


class SearchPart(Part):
    """A dora_search."""

    def __init__(self, client: Handle, query: typing.Any, since: typing.Any, until: typing.Any, page_size: typing.Any) -> None:
        encoded = None if query is None else text("query", query)
        first = _NO_SINCE if since is None else nanoseconds("since", since)
        last = _NO_UNTIL if until is None else nanoseconds("until", until)
        size = whole("page_size", page_size, least=1, most=_MOST_A_PAGE)
        pointer = call(c.search_failures, client.pointer, encoded, first, last)
        super().__init__(client, pointer, c.search_free)
        self._failure: c_void_p = c_void_p()
        call(c.search_set_page_size, pointer, size)

    def descriptor(self) -> int:
        """To be asked for each time: in a child after fork it is another one. -1 if the system refuses it."""
        descriptor: int = c.search_fd(self.pointer)
        return descriptor

    def poll(self) -> Failure | Error | None:
        """The next event or error that is there. None where there is none yet, or at the end: `pointer` is 0
        then."""
        pointer = self.pointer
        if pointer == 0 or self.client.pointer == 0:
            raise closed()
        self._inside += 1
        try:
            status = _next(pointer, 0, self._failure, self._error)
        finally:
            self._inside -= 1
            if self._freed:
                self.free()
        if status == _EVENT:
            return take_failure(self._failure.value or 0)
        if status == _WAITING:
            return None
        if status == _END:
            self.free()
            return None
        return take_error(self._error.value or 0)


class _Searching:
    """What both kinds of search have in common."""

    def __init__(self, part: SearchPart) -> None:
        self._part: SearchPart = part
        # A search belongs to one thread, and to one task, at a time: who uses it holds this.
        self._lock: typing.Any = allocate_lock()
        # What was there when the logger raised: it comes next.
        self._kept: Failure | Error | None = None

    def close(self) -> None:
        """Ends the search. To close twice does nothing."""
        self._enter()
        try:
            self._part.free()
        finally:
            self._lock.release()

    def _enter(self) -> None:
        if not self._lock.acquire(False):
            raise ValueError("the search is in use by another thread or task")

    def _check(self) -> None:
        if self._part.client.closed and self._part.pointer != 0:  # a search that has ended goes on saying so
            raise closed()

    def _next(self) -> Failure | None:
        """The next event; None if it is to be waited for, or at the end."""
        if self._part.pointer == 0 and self._kept is None:
            return None
        outcome, self._kept = self._kept or self._part.poll(), None
        if self._part.client.log.raised:
            self._kept = outcome
            self._part.client.log.check()
            self._kept = None
        if isinstance(outcome, Error):
            raise outcome
        return outcome


class Search(_Searching):
    """The events that Client.search finds, an iterator.

        for failure in client.search("env:production", since=datetime(2026, 1, 1, tzinfo=timezone.utc)):
            print(failure.id, failure.name)

    Each event comes exactly once, newest first by second, or the search ends in IncompleteError: never with a
    silent gap. After any other Error the search is where it was, and `next` goes on from there. A loop that is
    left early leaves nothing open once the search is dropped or closed.
    """

    def __iter__(self) -> Search:
        return self

    def __next__(self) -> Failure:
        self._enter()
        try:
            self._check()
            while (found := self._next()) is None:
                if self._part.pointer == 0:
                    raise StopIteration
                wait_readable(self._part.descriptor(), None)
            return found
        finally:
            self._lock.release()

    def __enter__(self) -> Search:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: types.TracebackType | None) -> None:
        self.close()


class AsyncSearch(_Searching):
    """The events that AsyncClient.search finds, an asynchronous iterator: as Search otherwise.

        async for failure in client.search("env:production"):
            print(failure.id, failure.name)
    """

    _turn_ends: float = 0.0

    def __aiter__(self) -> AsyncSearch:
        return self

    async def __anext__(self) -> Failure:
        from asyncio import get_running_loop, sleep
        loop = get_running_loop()
        self._enter()
        try:
            self._check()
            if loop.time() > self._turn_ends:
                await sleep(0)
                self._turn_ends = loop.time() + _TURN_S
            while (found := self._next()) is None:
                if self._part.pointer == 0:
                    raise StopAsyncIteration
                await _readable(loop, self._part.descriptor())
            return found
        finally:
            self._lock.release()

    async def aclose(self) -> None:
        """Ends the search. To close twice does nothing."""
        self.close()

    async def __aenter__(self) -> AsyncSearch:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        traceback: types.TracebackType | None) -> None:
        self.close()


async def _readable(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    if descriptor < 0:
        raise InternalError("the system refuses the descriptor that an event loop waits on")
    from asyncio import Event
    readable = Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
