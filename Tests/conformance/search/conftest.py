# SPDX-License-Identifier: Apache-2.0
import pytest

from servers.fault_server import FaultServer
from servers.http2_server import HTTP2Server


@pytest.fixture(scope="session")
def list_servers(authority):
    """The list endpoint over HTTP/1.1 and over HTTP/2."""
    servers = {"1.1": FaultServer(authority.context()), "2": HTTP2Server(authority.context())}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def serve(list_servers, authority):
    """Sets what the list endpoint does; returns the settings that lead there."""
    def set_up(behaviour, version="1.1"):
        server = list_servers[version]
        server.answer_list(behaviour)
        return {"base_url": server.base_url, "ca_file": authority.ca_file}

    for server in list_servers.values():
        server.behaviours.clear()
        server.requests.clear()
        server.attempts.clear()
    yield set_up
    for server in list_servers.values():
        assert server.troubles == []
