# SPDX-License-Identifier: Apache-2.0
"""Children that inherit queues and clients, at any moment and for any use."""

import pytest

from servers.behaviours import event, in_turn, reply
from servers.http2_server import HTTP2Server

ACTIONS = ["cancel-and-add", "cancel-and-take", "cancel", "add", "add-and-take", "count", "take", "visit", "watch", "free",
           "add-and-free", "use-and-free", "fetch", "new-queue", "grandchild", "grandchild-after-use", "exit"]


@pytest.fixture
def http_1(server, authority):
    server.answer("event", event)
    server.answer("slow", lambda exchange: (exchange.wait(1), event(exchange)))
    server.answer("soon", lambda exchange: (exchange.wait(0.1), event(exchange)))
    return server.base_url, authority.ca_file


@pytest.fixture
def http_2(authority):
    server = HTTP2Server(authority.context())
    server.answer("event", event)
    server.answer("slow", lambda stream: stream.later(1, event))
    yield server.base_url, authority.ca_file
    server.stop()
    assert server.troubles == []


@pytest.mark.parametrize("action", ACTIONS)
def test_the_parent_goes_on_whatever_the_child_does(http_2, host, action):
    """Promise: the parent's transfers go on undisturbed, over HTTP/2, whichever function the child calls first on the
    queue and the client that it inherited; and the child's do what they say."""
    host("fork_parent", *http_2, action)


@pytest.mark.parametrize("action", ["cancel-and-add", "cancel-and-take", "take", "watch", "grandchild"])
def test_the_parent_goes_on_over_http_1(http_1, host, action):
    """Promise: the same over HTTP/1.1."""
    host("fork_parent", *http_1, action)


@pytest.mark.parametrize("count", [2, 8])
def test_a_child_that_takes_a_ready_result(http_1, host, count):
    """Promise: what a child takes from its copy of the queue leaves the parent's descriptor readable."""
    host("fork_ready", *http_1, count)


@pytest.mark.parametrize("what", ["queue", "client"])
@pytest.mark.parametrize("how", ["library", "daemon"])
def test_the_files_of_a_child(http_1, host, how, what):
    """Promise: nothing of the host program is touched: a child's own files under the numbers of inherited
    descriptors are neither written to nor closed."""
    host("fork_files", *http_1, how, what)


@pytest.mark.parametrize("what", ["calls", "queue", "both", "idle"])
def test_a_chain_of_forks(http_1, host, what):
    """Promise: no generation gains descriptors: what was inherited is closed by the first use."""
    host("fork_chain", *http_1, 10, what)


def test_a_fork_amid_the_first_client(http_1, host):
    """Promise: a child that was forked while another thread was in its first dora_client_new can make clients."""
    host("fork_startup", *http_1, 12)


def test_a_fork_amid_other_threads_handshakes(http_1, host):
    """Promise: a child is not left with a lock of libcurl's or OpenSSL's that another thread held at the fork."""
    host("fork_calls", *http_1, 60)


def test_a_fork_in_a_logger(server, http_1, host):
    """Promise: a fork does not wait for the call whose log line it is made for."""
    server.answer("retried", in_turn(reply(503), event))
    host("fork_logger", *http_1, "retried")


def test_threads_that_fork_without_pause(http_1, host):
    """Promise: other threads' calls get their turn between the forks."""
    host("fork_storm", *http_1, 20)


def test_a_lock_of_the_program_s_that_a_fork_waits_for(http_1, host):
    """Promise: a call with a lock held that a fork handler waits for goes on."""
    host("fork_handler", *http_1, 3)


@pytest.mark.parametrize("how", ["getpid", "namespace"])
def test_a_child_with_its_parent_s_process_id(server, http_1, host, how):
    """Promise: a fork is noticed otherwise than by the process id, which PID namespaces give out again."""
    for name in ("parent", "child"):
        server.answer(name, event)
    server.answer("slow-parent", lambda exchange: (exchange.wait(1), event(exchange)))
    host("same_pid", *http_1, how)
    connections = [{request.connection for request in server.requests_for(name)} for name in ("parent", "child")]
    assert not connections[0] & connections[1], "no connection is used by two processes"
