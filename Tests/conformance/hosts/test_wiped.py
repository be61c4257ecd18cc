# SPDX-License-Identifier: Apache-2.0
"""What the library itself leaves in memory after its frees."""

import re
import subprocess

import pytest

from paths import C_PROGRAMS, REPOSITORY
from servers.behaviours import event, reply
from servers.tunnel import tunnel


@pytest.fixture
def leaves(server, start_server, authority, compile_c):
    """Whether the library frees a block with the secret in it."""
    server.answer("event", event)
    server.answer("echo", lambda exchange: reply(403, {"errors": [{
        "title": f"Key {exchange.request.headers['dd-api-key']} is not valid",
        "detail": f"Key {exchange.request.headers['dd-application-key']}"}]},
        ("X-Echo", exchange.request.headers["dd-api-key"]))(exchange))
    proxy = start_server(plain=True)
    proxy.behaviours[f"127.0.0.1:{server.port}"] = tunnel

    def run(what, calls, proxied=False):
        program = compile_c(C_PROGRAMS / "freed_secrets.c")
        address = f"127.0.0.1:{proxy.port}" if proxied else "-"
        command = [program, server.base_url if calls else "-", authority.ca_file, address, what]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        assert result.returncode in (0, 1) and (result.returncode == 0) == (result.stderr == ""), result
        assert result.stderr == "" or "blocks that the library freed" in result.stderr, result.stderr
        return result.returncode == 1

    yield run
    proxy.stop()


def security_says(pattern):
    return re.search(pattern, (REPOSITORY / "docs" / "security.md").read_text(), re.S | re.I)


@pytest.mark.parametrize("calls", [False, True], ids=["without-a-call", "with-calls"])
@pytest.mark.parametrize("what", ["keys", "token"])
def test_keys_are_wiped(leaves, what, calls):
    """Promise: the library's own copies of the keys and the token are wiped when they are freed, those of a call too."""
    assert not leaves(what, calls)


@pytest.mark.parametrize("calls", [False, True], ids=["without-a-call", "with-calls"])
def test_the_proxy_s_password_is_wiped(leaves, calls):
    """Promise: the proxy's password is wiped, or docs/security.md says that it is not."""
    if leaves("proxy", calls, proxied=True):
        assert security_says(r"proxy[^.]*password[^.]*not wiped|not wiped[^.]*proxy"), "docs/security.md must say so"


@pytest.mark.parametrize("calls", [False, True], ids=["without-a-call", "with-calls"])
def test_the_values_of_headers_are_wiped(leaves, calls):
    """Promise: the values of dora_config_add_header are wiped, or docs/security.md says that they are not."""
    if leaves("header", calls):
        assert security_says(r"header[^.]*not wiped|not wiped[^.]*header"), "docs/security.md must say so"


def test_keys_that_a_server_echoed_are_wiped(leaves):
    """Promise: keys in bodies and headers that a server sent back are wiped, or docs/security.md says that they are not."""
    if leaves("echo", True):
        assert security_says(r"echo[^.]*not wiped|not wiped[^.]*(echo|bod)"), "docs/security.md must say so"
