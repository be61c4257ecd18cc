# SPDX-License-Identifier: Apache-2.0
"""Completion queues as the tests use them: results as plain Python values, everything freed."""

import select
import time
import types
from ctypes import c_void_p

from harness import DoraError, call, dora, encoded, event_of


def result_of(pointer):
    """A copy of a result: tag, id, and either event or error. Frees the result."""
    failure = dora.dora_result_take_failure(pointer)
    error = dora.dora_result_take_error(pointer)
    assert (failure is None) != (error is None), "exactly one of the two"
    result = types.SimpleNamespace(
        tag=dora.dora_result_tag(pointer),
        id=dora.dora_result_failure_id(pointer).decode(),
        event=None if failure is None else event_of(failure),
        error=None if error is None else DoraError(c_void_p(error)))
    assert dora.dora_result_take_failure(pointer) is None, "a result moves once"
    assert dora.dora_result_take_error(pointer) is None, "a result moves once"
    dora.dora_result_free(pointer)
    return result


class Queue:
    """A dora_queue of a harness.Client."""

    def __init__(self, client, max_in_flight=0):
        self.pointer = call(dora.dora_queue_new, client.pointer, max_in_flight)

    def add(self, failure_id, tag=0):
        call(dora.dora_queue_add, self.pointer, encoded(failure_id), tag)

    def next(self, timeout_ms=-1):
        pointer = dora.dora_queue_next(self.pointer, timeout_ms)
        return None if pointer is None else result_of(pointer)

    def drain(self):
        """All results, however long they take."""
        results = []
        while (result := self.next()) is not None:
            results.append(result)
        assert self.pending == 0
        return results

    def drain_by_polling(self, seconds, each_time):
        """All results, with no other wait than poll(2) on the descriptor.

        `each_time` is how many calls may follow one readiness: None for as many as give a result.
        """
        poller = select.poll()
        poller.register(self.fd, select.POLLIN)
        results = []
        deadline = time.monotonic() + seconds
        while self.pending > 0:
            left = deadline - time.monotonic()
            assert left > 0 and poller.poll(left * 1000), f"nothing to do, and {self.pending} are pending"
            calls = 0
            while (each_time is None or calls < each_time) and (result := self.next(0)) is not None:
                results.append(result)
                calls += 1
        return results

    @property
    def pending(self):
        return dora.dora_queue_pending(self.pointer)

    @property
    def fd(self):
        return dora.dora_queue_fd(self.pointer)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        dora.dora_queue_free(self.pointer)
