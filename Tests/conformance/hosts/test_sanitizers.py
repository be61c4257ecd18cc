# SPDX-License-Identifier: Apache-2.0
"""The debug build under ThreadSanitizer and AddressSanitizer, with a C program as host."""


import pytest

from programs import run_checked as run
from servers.behaviours import DOCUMENTED, chunked, event, reply, sending


@pytest.fixture
def arguments(server, authority):
    server.answer("event", event)
    return server.base_url, authority.ca_file


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thread_sanitizer_is_silent(sanitized, server, arguments):
    server.answer("broken", sending(chunked(DOCUMENTED[:99], end=b""), "cut"))
    server.answer("unavailable", reply(503))
    program, environment = sanitized("thread", "threads")
    run([program, *arguments, 16, 300, "broken=9", "unavailable=7"], **environment,
        TSAN_OPTIONS="halt_on_error=1")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_address_sanitizer_is_silent(sanitized, server, arguments):
    server.answer("broken", sending(chunked(DOCUMENTED[:99], end=b""), "cut"))
    server.answer("unavailable", reply(503))
    program, environment = sanitized("address", "threads")
    run([program, *arguments, 4, 100, "broken=9", "unavailable=7"], **environment,
        ASAN_OPTIONS="detect_leaks=1")
