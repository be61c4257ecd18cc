# SPDX-License-Identifier: Apache-2.0
"""Descriptors and memory run short; and what a queue leaves behind."""

import re

import pytest

from paths import REPOSITORY
from servers.behaviours import event, reply


@pytest.fixture
def arguments(server, authority):
    server.answer("event", event)
    server.answer("silent", lambda exchange: exchange.be_silent())
    server.answer("soon", lambda exchange: (exchange.wait(0.1), event(exchange)))
    server.answer("large", reply(200, b'{"data": {"id": "large", "x": "' + b"x" * 700_000 + b'"}}'))
    return server.base_url, authority.ca_file


@pytest.mark.parametrize("moment", ["call", "queue", "watched"])
def test_no_descriptor_is_left(arguments, host, moment):
    """Promise: a lack of descriptors, at whatever moment, is told as what it is, as an error that may pass; the same
    client serves once there are some again."""
    host("descriptors", *arguments, moment)


def test_a_moment_without_descriptors_stops_no_watched_queue(arguments, host):
    """Promise: the queue's descriptor is readable when a deadline passes, also if the moment had no descriptor left
    at which its timer would have been made."""
    host("descriptors", *arguments, "timer")


def test_no_memory_is_left(arguments, host):
    """Promise: near the limit of the address space every call ends by its own deadline, whatever libcurl says, or the
    process ends; nothing hangs."""
    host("address_space", *arguments, 0, 160, 5)
    host("address_space", *arguments, 160, 6400, 14)


def test_descriptors_of_engines_that_are_made_at_once(arguments, host):
    """Promise: every descriptor of the library is closed on exec, with 8 threads that make engines at the same time;
    the host's own are left as they are."""
    host("exec_threads", *arguments, 8, 15)


@pytest.mark.slow
def test_a_queue_that_could_not_be_made_leaves_no_memory(arguments, host, tmp_path):
    """Promise: dora_queue_new that fails leaves nothing behind."""
    log = tmp_path / "valgrind.log"
    host("queue_ends", *arguments, "refused", 20, wrapper=[
        "valgrind", f"--log-file={log}", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect",
        "--error-exitcode=99", "--num-callers=30"])
    report = log.read_text()
    for kind in ("definitely", "indirectly"):
        assert re.search(rf"{kind} lost: 0 bytes|All heap blocks were freed", report), report


@pytest.mark.parametrize("plain", [True, False], ids=["plain", "tls"])
def test_a_freed_queue_leaves_few_connections(start_server, authority, host, plain):
    """Promise: of the connections of a queue with 200 in flight a few are kept after dora_queue_free."""
    server = start_server(plain=plain)
    server.answer("soon", lambda exchange: (exchange.wait(1.5 if not plain else 0.5), event(exchange)))
    host("queue_ends", server.base_url, authority.ca_file, "connections", 200)
    server.stop()


def test_a_queue_s_descriptor_is_closed_with_it(arguments, host):
    """Promise: the descriptor is owned by the queue: it is closed by dora_queue_free."""
    host("queue_ends", *arguments, "descriptor", 6)


def test_a_logger_that_frees_its_queue(arguments, host, tmp_path):
    """Promise: dora.h forbids a logger to free the queue, as it does for the client, or it works."""
    header = (REPOSITORY / "include" / "dora.h").read_text()
    comment = re.search(r"/\*\*((?:(?!/\*\*).)*?)\*/\s*typedef void \(\*dora_log_function\)", header, re.S)[1]
    text = re.sub(r"\s*\n \*\s*", " ", comment)
    if re.search(r"must not [^.]*free [^.]*queue", text):
        return
    log = tmp_path / "valgrind.log"
    host("logger_frees", *arguments, wrapper=["valgrind", f"--log-file={log}", "--error-exitcode=99"])
