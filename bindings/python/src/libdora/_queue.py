# SPDX-License-Identifier: Apache-2.0
"""The completion queue, which both clients fetch with."""

from __future__ import annotations

from ._convert import text_in
from ._library import c
from ._settings import Handle, unsigned
from .errors import Error, call, take_error
from .failure import Failure, take_failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# A blocking call comes back to Python this often, to run signal handlers: Ctrl-C is one.
_SLICE_MS = 20


class Queue:
    """A dora_queue, which keeps its client."""

    def __init__(self, client: Handle, max_in_flight: int) -> None:
        self.client = client
        self.pointer = None
        self.pointer = call(c.queue_new, client.pointer, unsigned(max_in_flight))

    def __del__(self, free: Callable[[int | None], None] = c.queue_free) -> None:
        free(self.pointer)

    def descriptor(self) -> int:
        descriptor: int = c.queue_fd(self.pointer)
        return descriptor

    def add(self, failure_id: str, tag: int) -> None:
        call(c.queue_add, self.pointer, text_in(failure_id), tag)

    def poll(self, timeout_ms: int = 0) -> tuple[int, Failure | Error] | None:
        """The next result and its tag, None when the time is up."""
        result = c.queue_next(self.pointer, timeout_ms)
        if result is None:
            return None
        tag, failure, error = c.result_tag(result), c.result_take_failure(result), c.result_take_error(result)
        c.result_free(result)
        return tag, take_error(error) if failure is None else take_failure(failure)

    def wait(self) -> tuple[int, Failure | Error]:
        while (result := self.poll(_SLICE_MS)) is None:
            pass
        return result
