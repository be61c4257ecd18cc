# SPDX-License-Identifier: Apache-2.0
"""The client for asyncio."""

from __future__ import annotations

import types
from weakref import WeakValueDictionary

from ._handle import Handle
from ._lazy import TYPE_CHECKING, Lazy
from ._queue import Queue
from ._settings import Settings
from .errors import CancelledError, Error, InternalError
from .failure import Failure
from .search import AsyncSearch, Instant, SearchPart

if TYPE_CHECKING:
    import asyncio
else:
    asyncio = Lazy("asyncio")

# How long results are handed out before other tasks have their turn.
_TURN_S = 0.002


class AsyncClient(Settings):
    """Fetches incident events on asyncio: any number of awaits at once.

        async with libdora.AsyncClient() as client:
            failure = await client.get_failure("failure-id")

    One client serves any number of event loops, one after the other or each on a thread of its own.
    """

    def _prepare(self) -> None:
        # By the id of the loop, which each of them holds. They are held by their loops alone: a loop that is
        # closed lets go of its queue.
        self._queues: WeakValueDictionary[int, LoopQueue] = WeakValueDictionary()

    async def __aenter__(self) -> AsyncClient:
        self._opened()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        traceback: types.TracebackType | None) -> None:
        self.close()

    async def get_failure(self, failure_id: str) -> Failure:
        """As Client.get_failure. An await that is cancelled is over for the library, too, and leaves the
        others alone."""
        return await self._loop_queue().fetch(failure_id)

    def search(self, query: str | None = None, *, since: Instant | None = None, until: Instant | None = None,
               page_size: int = 1000) -> AsyncSearch:
        """As Client.search, for `async for`."""
        return AsyncSearch(SearchPart(self._opened(), query, since, until, page_size))

    def close(self) -> None:
        super().close()
        for reference in self._queues.valuerefs():  # a list, which other threads leave alone
            if (loop_queue := reference()) is not None:
                loop_queue.close()

    close.__doc__ = Settings.close.__doc__

    def _loop_queue(self) -> LoopQueue:
        from asyncio import get_running_loop
        handle, loop = self._opened(), get_running_loop()
        found = self._queues.get(id(loop))
        if found is None:
            found = self._queues[id(loop)] = LoopQueue(handle, loop, self._max_in_flight)
            if self._handle is None:  # a close on another thread has missed it
                found.close()
                self._opened()
        return found


class LoopQueue:
    """A client's queue on one event loop, whose thread alone uses it."""

    def __init__(self, handle: Handle, loop: asyncio.AbstractEventLoop, max_in_flight: int) -> None:
        self._loop: asyncio.AbstractEventLoop = loop
        self._queue: Queue = Queue(handle, max_in_flight)
        self._waiting: dict[int, asyncio.Future[Failure | Error]] = {}
        self._last_tag: int = 0
        self._closed: bool = False
        self._descriptor: int = self._queue.descriptor()
        if self._descriptor < 0:
            self._queue.free()
            raise InternalError("the system refuses the descriptor that an event loop waits on")
        loop.add_reader(self._descriptor, self._advance)

    async def fetch(self, failure_id: str) -> Failure:
        self._last_tag += 1
        tag = self._last_tag
        self._queue.add(failure_id, tag)
        future = self._waiting[tag] = self._loop.create_future()
        try:
            outcome: Failure | Error = await future
        finally:
            if self._waiting.pop(tag, None) is not None and not self._closed:  # the await was cancelled
                self._queue.cancel(tag)
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends it, from any thread."""
        from asyncio import _get_running_loop
        if _get_running_loop() is self._loop:
            self._end()
            return
        try:
            self._loop.call_soon_threadsafe(self._end)
        except RuntimeError:  # the loop is closed, and has let go of the descriptor
            pass

    def _advance(self) -> None:
        """Hands out what is complete. Of what is left the descriptor goes on to tell."""
        end = self._loop.time() + _TURN_S
        while not self._closed and (completion := self._queue.poll()) is not None:
            tag, outcome = completion
            hand_out(self._waiting.pop(tag, None), outcome)
            if self._loop.time() >= end:
                break
        self._queue.client.log.check()  # the loop's exception handler is told

    def _end(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._descriptor)
        while self._waiting:
            hand_out(self._waiting.popitem()[1], CancelledError("the client was closed"))
        self._queue.free()


def hand_out(future: asyncio.Future[Failure | Error] | None, outcome: Failure | Error) -> None:
    if future is not None and not future.done():
        future.set_result(outcome)
