# SPDX-License-Identifier: Apache-2.0
"""The client for asyncio."""

from __future__ import annotations

from itertools import count

from ._queue import Queue
from ._settings import Settings
from .errors import CancelledError, Error
from .failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio

# How long results are handed out before other tasks have their turn.
_TURN_S = 0.002


class AsyncClient(Settings):
    """Fetches incident events on asyncio: any number of awaits on one thread, of one event loop."""

    _queue: Queue | None = None
    _tags = count()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.close()

    async def get_failure(self, failure_id: str) -> Failure:
        """As Client.get_failure. An await that is cancelled leaves the others alone."""
        handle = self._opened()
        if self._queue is None:
            import asyncio
            self._queue, self._loop = Queue(handle, 0), asyncio.get_running_loop()
            self._waiting: dict[int, asyncio.Future[Failure | Error]] = {}
            self._loop.add_reader(self._queue.descriptor(), self._advance)
        tag, future = next(self._tags), self._loop.create_future()
        self._queue.add(failure_id, tag)
        self._waiting[tag] = future
        try:
            outcome: Failure | Error = await future
        finally:
            if self._waiting.pop(tag, None) is not None and not self._waiting:
                self._drop_queue()  # nobody waits any more: what is in flight is in vain
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def _advance(self) -> None:
        """Hands out what is complete. Of what is left the descriptor goes on to tell."""
        end = self._loop.time() + _TURN_S
        while self._queue is not None and (result := self._queue.poll()) is not None:
            self._hand_out(self._waiting.pop(result[0], None), result[1])
            if self._loop.time() >= end:
                return

    def close(self) -> None:
        super().close()
        self._drop_queue()

    def _drop_queue(self) -> None:
        queue, self._queue = self._queue, None
        if queue is not None and not self._loop.is_closed():
            self._loop.remove_reader(queue.descriptor())
            while self._waiting:
                self._hand_out(self._waiting.popitem()[1], CancelledError("the client was closed"))

    @staticmethod
    def _hand_out(future: asyncio.Future[Failure | Error] | None, outcome: Failure | Error) -> None:
        if future is not None and not future.done():
            future.set_result(outcome)
