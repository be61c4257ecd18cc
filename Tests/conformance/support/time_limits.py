# SPDX-License-Identifier: Apache-2.0
"""How the tests look at time: what must be over by when, with room for a slow machine."""

import contextlib
import threading
import time

from harness import DoraError

# Late by scheduling on two busy processors, never by more.
SLACK_SECONDS = 0.9


@contextlib.contextmanager
def over_within(seconds, client=None):
    """Asserts that the block is over in time. A client that is given is cancelled where it is not,
    so that a defect fails the test and does not hang the run."""
    timer = threading.Timer(seconds + 4, client.cancel) if client is not None else None
    if timer is not None:
        timer.start()
    began = time.monotonic()
    try:
        yield
    finally:
        taken = time.monotonic() - began
        if timer is not None:
            timer.cancel()
    assert taken < seconds, f"took {taken:.2f} s, {seconds} s are allowed"


def error_of(client, failure_id="event"):
    """The error of a call that can't succeed."""
    try:
        client.get(failure_id)
    except DoraError as error:
        return error
    raise AssertionError("the call succeeded")
