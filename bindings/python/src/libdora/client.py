# SPDX-License-Identifier: Apache-2.0
"""The client for threads."""

from __future__ import annotations

import types
from operator import itemgetter
from time import monotonic

from ._arguments import whole
from ._lazy import TYPE_CHECKING, Lazy
from ._queue import Queue
from ._settings import Settings
from .errors import Error, InvalidArgumentError
from .failure import Failure
from .search import Instant, Search, SearchPart

if TYPE_CHECKING:
    from collections import abc
else:
    abc = Lazy("collections.abc")

# Queues that are kept for later calls, with their connections. More than so many threads that call at
# once make some anew.
_IDLE_QUEUES = 64
# An id that its source took longer for is followed by a look at the results before the next one is taken.
_SLOW_SOURCE_S = 0.001


class Result(tuple[str, "Failure | None", "Error | None"]):
    """How one event of get_failures came out: either `failure` or `error` is None. A tuple of the id and these two."""

    __slots__ = ()
    failure_id: str = property(itemgetter(0), doc="The id that was asked for.")  # type: ignore[assignment]
    failure: Failure | None = property(itemgetter(1), doc="The event.")  # type: ignore[assignment]
    error: Error | None = property(itemgetter(2), doc="Why there is no event.")  # type: ignore[assignment]

    def __new__(cls, failure_id: str, failure: Failure | None = None, error: Error | None = None) -> Result:
        return _new_tuple(cls, (failure_id, failure, error))

    def __getnewargs__(self) -> tuple[str, Failure | None, Error | None]:
        return self.failure_id, self.failure, self.error

    def __repr__(self) -> str:
        return f"Result(failure_id={self.failure_id!r}, failure={self.failure!r}, error={self.error!r})"

    def get(self) -> Failure:
        """The event, or the error raised."""
        failure = self.failure
        if failure is None:
            raise self.error or TypeError("a Result with neither an event nor an error")
        return failure


_new_tuple = tuple.__new__


class Client(Settings):
    """Fetches incident events. Any number of threads may use one client at once, and so may a child after fork.

        with libdora.Client() as client:
            failure = client.get_failure("failure-id")

    A call that waits lets other threads run and, where gevent has patched `select`, other greenlets.
    """

    def _prepare(self) -> None:
        self._idle: list[Queue] = []

    def __enter__(self) -> Client:
        self._opened()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: types.TracebackType | None) -> None:
        self.close()

    def get_failure(self, failure_id: str) -> Failure:
        """Fetches one incident event and waits for it, retries included. Raises Error."""
        handle = self._opened()
        idle = self._idle  # after a close another one: a queue that was in use is given back to nobody
        try:
            queue = idle.pop()
        except IndexError:
            queue = Queue(handle, 1)  # dora_get_failure would not let Python run its signal handlers
        try:
            queue.add(failure_id, 0)
            self._opened()  # a close on another thread would have come too early to cancel this
            completion = queue.wait()
        except BaseException:  # Ctrl-C too: what is in flight is in vain
            queue.free()
            raise
        if len(idle) < _IDLE_QUEUES:
            idle.append(queue)
        else:
            queue.free()
        assert completion is not None
        _, outcome = completion
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def get_failures(self, failure_ids: abc.Iterable[str], max_in_flight: int | None = None) -> abc.Iterator[Result]:
        """Fetches many events side by side, in the order of completion.

        Ids are taken from `failure_ids` as there is room for them: there may be any number, and the source may
        take its time. What it raises is raised after the results of the ids before. `max_in_flight` is the
        client's unless it is given. The iterator belongs to one thread at a time.
        """
        most = self._max_in_flight if max_in_flight is None else whole("max_in_flight", max_in_flight, least=1)
        return self._results(Queue(self._opened(), most), most, ids_of(failure_ids))

    def search(self, query: str | None = None, *, since: Instant | None = None, until: Instant | None = None,
               page_size: int = 1000) -> Search:
        """All events with since <= started_at < until that match the query, newest first: an iterator.

        `query` is in Datadog's search syntax, "env:production severity:SEV-1"; None is all. `since` and `until`
        are aware datetimes, or ints of nanoseconds since 1970; None is no bound. `page_size` events are asked
        for at a time, at most 1,000. Nothing is sent before the first event is asked for.
        """
        return Search(SearchPart(self._opened(), query, since, until, page_size))

    def close(self) -> None:
        super().close()
        self._idle = []

    close.__doc__ = Settings.close.__doc__

    def _results(self, queue: Queue, most: int, failure_ids: abc.Iterator[str]) -> abc.Iterator[Result]:
        source, handle = _Source(failure_ids), queue.client
        pending: dict[int, str] = {}
        tag = 0
        try:
            while True:
                while len(pending) < most and (failure_id := source.next()) is not None:
                    tag += 1
                    try:
                        queue.add(failure_id, tag)
                        pending[tag] = failure_id
                    except InvalidArgumentError as error:
                        yield Result(failure_id, error=error)
                    if source.pause:
                        break
                if not pending and source.ended:
                    break
                if self._handle is not handle:
                    self._opened()
                if not pending:
                    continue
                completion = queue.wait(None if len(pending) >= most or source.ended else source.pause)
                if completion is not None:
                    done, outcome = completion
                    if isinstance(outcome, Failure):
                        yield Result(pending.pop(done), outcome)
                    else:
                        yield Result(pending.pop(done), None, outcome)
        finally:
            queue.free()
        if source.error is not None:
            raise source.error


class _Source:
    """The ids. `pause` is how long results are waited for before the next id is taken: as long as a slow
    source took for the last one, so that neither holds up the other for long."""

    def __init__(self, failure_ids: abc.Iterator[str]) -> None:
        self._failure_ids: abc.Iterator[str] = failure_ids
        self.ended: bool = False
        self.error: Exception | None = None
        self.pause: float = 0.0

    def next(self) -> str | None:
        if self.ended:
            return None
        before = monotonic()
        try:
            failure_id = next(self._failure_ids)
            if not isinstance(failure_id, str):
                raise TypeError(f"failure_ids: a str is expected, not {type(failure_id).__name__}")
        except StopIteration:
            self.ended = True
            return None
        except Exception as error:
            self.ended, self.error = True, error
            return None
        took = monotonic() - before
        self.pause = took if took > _SLOW_SOURCE_S else 0.0
        return failure_id


def ids_of(failure_ids: abc.Iterable[str]) -> abc.Iterator[str]:
    if isinstance(failure_ids, (str, bytes)):
        raise TypeError(f"failure_ids: an iterable of str is expected, not one {type(failure_ids).__name__}")
    return iter(failure_ids)
