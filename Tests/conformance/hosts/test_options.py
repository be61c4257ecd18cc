# SPDX-License-Identifier: Apache-2.0
"""Options of libcurl that do not take."""

import subprocess

import pytest

from paths import C_PROGRAMS
from servers.behaviours import event

# Numbers of curl/curl.h, which never change; names of which the message holds one: libcurl's or the setting's.
PROTECTS = {
    "verification of the certificate": ([64], ["SSL_VERIFYPEER"]),
    "verification of the host": ([81], ["SSL_VERIFYHOST"]),
    "protocols": ([181, 10318], ["PROTOCOLS"]),
    "redirects": ([52], ["FOLLOWLOCATION"]),
    "CA file": ([10065], ["CAINFO", "ca_file"]),
    "CA folder": ([10097], ["CAPATH", "ca_file"]),
    "client certificate": ([10025], ["SSLCERT", "client_certificate"]),
    "client key": ([10087], ["SSLKEY", "client_certificate"]),
    "proxy": ([10004], ["PROXY"]),
    "TLS version": ([32], ["SSLVERSION"]),
    "connect timeout": ([156], ["CONNECTTIMEOUT", "connect_timeout"]),
    "timeout": ([155], ["TIMEOUT"]),
    "headers with the keys": ([10023], ["HTTPHEADER"]),
    "headers for proxies": ([229], ["HEADEROPT"]),
    "no signals": ([99], ["NOSIGNAL"]),
    "size of the body": ([20011], ["WRITEFUNCTION"]),
    "size of the headers": ([20079], ["HEADERFUNCTION"]),
    "address": ([10282, 10002], ["CURLU", "URL"]),
}

IMPROVES = {
    "one connection": ([237], ["PIPEWAIT"]),
    "keep-alive probes": ([213], ["TCP_KEEPALIVE"]),
    "HTTP/2": ([84], ["HTTP_VERSION"]),
    "compression": ([10102], ["ACCEPT_ENCODING"]),
    "lookups that are left": ([322], ["QUICK_EXIT"]),
}


@pytest.fixture
def refused(start_server, authority, compile_c):
    """Runs c/refused_options.c and returns what it printed."""
    servers = []

    def run(numbers, kind, names):
        server = start_server(authority.context(client_certificate=True))
        servers.append(server)
        server.answer("event", event)
        program = compile_c(C_PROGRAMS / "refused_options.c")
        command = [program, server.base_url, authority.ca_file, *authority.client_files(), *map(str, numbers), kind, *names]
        result = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        assert result.returncode == 0, result.stderr
        if kind == "protects" and result.stdout == "":
            assert server.requests == [], "nothing may be sent without it"
        return result.stdout

    yield run
    for server in servers:
        server.stop()


# What the library has to set whatever it does by itself.
ALWAYS_SET = ["CA file", "client certificate", "client key", "proxy", "TLS version", "headers with the keys", "address",
              "size of the body", "size of the headers"]


@pytest.mark.parametrize("name", PROTECTS)
def test_an_option_that_protects_and_does_not_take(refused, name):
    """Promise: where libcurl does not take an option that protects, the client is not made or the call fails, and the
    message names it; nothing is sent."""
    numbers, names = PROTECTS[name]
    if refused(numbers, "protects", names) != "":
        assert name not in ALWAYS_SET


@pytest.mark.parametrize("name", IMPROVES)
def test_an_option_that_improves_and_does_not_take(refused, name):
    """Promise: where it only improves, the call goes on without, and the debug log says so."""
    numbers, names = IMPROVES[name]
    refused(numbers, "improves", names)
