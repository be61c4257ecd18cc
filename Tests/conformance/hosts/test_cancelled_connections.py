# SPDX-License-Identifier: Apache-2.0
"""Connections that are cancelled while they are made, and the host's descriptors that come after them."""

import pytest

from servers.behaviours import event
from servers.http2_server import HTTP2Server

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.parametrize("who", ["nobody", "caller", "child"])
def test_the_host_s_sockets_after_cancels(server, authority, host, version, who):
    """Promise: what the library closed is nobody's any more: it neither reads from, shuts down nor closes the sockets that
    the host opens under the same numbers, whenever the connection's call was cancelled; nor does a child that inherits it."""
    target = HTTP2Server(authority.context()) if version == "2" else server
    target.answer("event", event)
    try:
        host("cancel_sockets", target.base_url, authority.ca_file, 192, who)
    finally:
        if version == "2":
            target.stop()
