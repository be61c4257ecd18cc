# SPDX-License-Identifier: Apache-2.0
"""Sandboxes that refuse a system call."""

import errno

import pytest

from servers.behaviours import event

CALLS = ["eventfd", "epoll_create", "epoll_ctl", "timerfd_create", "timerfd_settime", "poll", "getrandom", "socketpair"]


@pytest.fixture
def arguments(server, authority):
    server.answer("event", event)
    server.answer("silent", lambda exchange: exchange.be_silent())
    return server.base_url, authority.ca_file


def test_without_a_sandbox(arguments, host):
    """The program itself: all of it works where nothing is refused."""
    host("refused_calls", *arguments, "none", errno.EPERM, "first")


@pytest.mark.parametrize("when", ["first", "later"])
@pytest.mark.parametrize("call", CALLS)
def test_a_refused_call_is_named(arguments, host, call, when):
    """Promise: where a system call is refused the message names it and the reason, not a remedy that does not help;
    every deadline holds; a descriptor that can't keep time is not handed out."""
    host("refused_calls", *arguments, call, errno.EPERM, when)


@pytest.mark.parametrize("call", ["eventfd", "timerfd_create"])
def test_a_call_that_the_kernel_does_not_have(arguments, host, call):
    """Promise: the same for a kernel, or an emulation of one, that does not know the call."""
    host("refused_calls", *arguments, call, errno.ENOSYS, "first")
