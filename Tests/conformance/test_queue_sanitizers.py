# SPDX-License-Identifier: Apache-2.0
"""Queues in several threads: the release build, and the debug build under the sanitizers."""

import itertools

import pytest

from servers.behaviours import event, reply, sending
from test_sanitizers import run, sanitized  # noqa: F401 (a fixture)


@pytest.fixture
def arguments(server, authority):
    faults = itertools.cycle([event, reply(503), event, sending(b"", "reset"), event, event])
    server.answer("event", event)
    server.answer("flaky", lambda exchange: next(faults)(exchange))
    return server.base_url, authority.ca_file


def test_threads_with_a_queue_each(host, arguments):
    host("queue_threads", *arguments, 4, 600)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("sanitizer, options", [("thread", {"TSAN_OPTIONS": "halt_on_error=1"}),
                                                ("address", {"ASAN_OPTIONS": "detect_leaks=1"})])
def test_the_sanitizer_is_silent(sanitized, arguments, sanitizer, options):  # noqa: F811
    program, environment = sanitized(sanitizer, "queue_threads")
    run([program, *arguments, 4, 600], **environment, **options)
