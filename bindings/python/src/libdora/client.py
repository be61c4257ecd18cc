# SPDX-License-Identifier: Apache-2.0
"""The client for threads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from ._queue import Queue
from ._settings import Settings
from .errors import Error, InvalidArgumentError
from .failure import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

# How many ids get_failures takes ahead of the results that were read.
_IDS_AHEAD = 1000


@dataclass(frozen=True)
class Result:
    """How one event of get_failures came out: one of the two is None."""

    failure_id: str
    failure: Failure | None
    error: Error | None


class Client(Settings):
    """Fetches incident events. Any number of threads may use one client at once."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._idle: list[Queue] = []  # as many as calls were in progress at once

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def get_failure(self, failure_id: str) -> Failure:
        """Fetches one incident event and waits for it, retries included. Raises Error."""
        handle, idle = self._opened(), self._idle
        try:
            queue = idle.pop()
        except IndexError:
            queue = Queue(handle, 1)  # dora_get_failure would not let Python run its signal handlers
        queue.add(failure_id, 0)
        _, outcome = queue.wait()
        idle.append(queue)
        if isinstance(outcome, Error):
            raise outcome
        return outcome

    def get_failures(self, failure_ids: Iterable[str], max_in_flight: int = 0) -> Iterator[Result]:
        """Fetches many events side by side, in the order of completion. Takes ids as their turn comes."""
        return self._results(Queue(self._opened(), max_in_flight), iter(failure_ids))

    def close(self) -> None:
        super().close()
        self._idle = []

    def _results(self, queue: Queue, failure_ids: Iterator[str]) -> Iterator[Result]:
        waiting: dict[int, str] = {}
        tagged = zip(count(), failure_ids)
        while True:
            for tag, failure_id in tagged:
                try:
                    queue.add(failure_id, tag)
                except InvalidArgumentError as error:
                    yield Result(failure_id, None, error)
                    continue
                waiting[tag] = failure_id
                if len(waiting) >= _IDS_AHEAD:
                    break
            if not waiting:
                return
            self._opened()
            tag, outcome = queue.wait()
            if isinstance(outcome, Error):
                yield Result(waiting.pop(tag), None, outcome)
            else:
                yield Result(waiting.pop(tag), outcome, None)
