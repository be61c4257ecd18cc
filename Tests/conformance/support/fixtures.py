# SPDX-License-Identifier: Apache-2.0
"""What tests are given: servers, settings that lead to them, compiled programs. Of the bindings' tests, too."""

import os
import signal
import socket
import subprocess
import time

import pytest

# The environment of whoever runs the tests must not reach the library. This
# comes before the library is loaded.
for name in list(os.environ):
    if name.startswith("DD_") or name.lower().endswith("_proxy"):
        del os.environ[name]

# A shell's background jobs ignore SIGINT, and so would the programs that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

from stage import problem

if PROBLEM := problem():
    pytest.exit(PROBLEM, returncode=4)

from paths import C_PROGRAMS
from programs import compiled, pkg_config
from servers.certificates import Authority
from servers.fault_server import FaultServer


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def start_server(authority):
    """Starts fault servers that the end of the run stops."""
    servers = []

    def start(context=None, plain=False, **options):
        server = FaultServer(None if plain else context or authority.context(), **options)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def shared_server(start_server):
    return start_server()


@pytest.fixture
def server(shared_server):
    """The fault server, with no memory of earlier tests."""
    shared_server.behaviours.clear()
    shared_server.requests.clear()
    shared_server.attempts.clear()
    yield shared_server
    assert shared_server.troubles == []


@pytest.fixture
def local(server, authority):
    """The settings that lead a client to the fault server."""
    return {"base_url": server.base_url, "ca_file": authority.ca_file}


@pytest.fixture
def closed_port():
    """A port that nobody listens on, taken so that nobody will."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def deaf_port():
    """A port where connecting takes for ever: the queue of connections is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(listener.getsockname())
            waiting.append(connection)
        time.sleep(0.05)
        yield listener.getsockname()[1]
        for connection in waiting:
            connection.close()


@pytest.fixture(scope="session")
def compile_c():
    """Compiles a C program as a user would: through pkg-config. Returns its path."""
    def compile(source, linked=True):
        libraries = [*pkg_config("--libs"), f"-Wl,-rpath,{pkg_config('--variable=libdir')[0]}"] if linked else []
        return compiled(source, "cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-pthread",
                        *pkg_config("--cflags"), *libraries, "-ldl")

    return compile


@pytest.fixture(scope="session")
def host(compile_c):
    """Runs a program of Tests/conformance/c to its end, which must be a good one."""
    def run(name, *arguments, wrapper=(), linked=True, **environment):
        program = compile_c(C_PROGRAMS / f"{name}.c", linked)
        result = subprocess.run([*wrapper, program, *map(str, arguments)], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=110, env={**os.environ, **environment})
        assert result.returncode == 0, f"{name} ended with {result.returncode}\n{result.stdout}\n{result.stderr}"
        assert result.stdout + result.stderr == "", "neither the program nor the library prints anything"

    return run
