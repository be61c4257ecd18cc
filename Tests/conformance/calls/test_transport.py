# SPDX-License-Identifier: Apache-2.0
"""TLS, connecting and deadlines."""

import ssl
import time

import pytest

from harness import Client, DoraError
from servers.behaviours import event
from servers.certificates import Authority


@pytest.fixture
def failing():
    """The error of a call that can't succeed, and the seconds that it took."""
    def failing(**settings):
        with Client(**settings) as client:
            began = time.monotonic()
            with pytest.raises(DoraError) as caught:
                client.get("event")
            return caught.value, time.monotonic() - began
    return failing


def test_an_unknown_authority(server, failing, tmp_path):
    error, _ = failing(base_url=server.base_url, ca_file=Authority(tmp_path).ca_file)
    assert (error.code, error.retryable, error.response) == ("tls", False, None)
    assert error.curl_code != 0
    assert "certificate" in error.message
    assert server.requests == []


def test_the_system_s_authorities_are_the_default(server, failing):
    error, _ = failing(base_url=server.base_url)
    assert error.code == "tls"
    assert server.requests == []


@pytest.mark.parametrize("options", [
    {"names": ["example.com"]},
    {"expired": True},
    {"version": ssl.TLSVersion.TLSv1_1},
], ids=["wrong host", "expired", "TLS 1.1"])
def test_a_server_not_to_trust(start_server, authority, failing, options):
    names = options.pop("names", [])
    server = start_server(authority.context(*names, **options))
    error, _ = failing(base_url=server.base_url, ca_file=authority.ca_file)
    assert (error.code, error.retryable) == ("tls", False)
    assert server.connections == 1, "such an error is not worth a second try"
    assert server.requests == []
    server.stop()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_versions_of_tls(start_server, authority, version):
    server = start_server(authority.context(version=version))
    server.answer("event", event)
    with Client(base_url=server.base_url, ca_file=authority.ca_file) as client:
        assert client.get("event").id == "string"
    server.stop()


def test_a_client_certificate(start_server, authority, failing):
    server = start_server(authority.context(client_certificate=True))
    server.answer("event", event)
    settings = {"base_url": server.base_url, "ca_file": authority.ca_file}
    with Client(**settings, client_certificate=authority.client_files()) as client:
        assert client.get("event").id == "string"
    error, _ = failing(**settings, max_retries=0)
    assert error.code in ("tls", "connection")
    server.stop()


def test_plain_http_on_loopback(start_server):
    server = start_server(plain=True)
    server.answer("event", event)
    with Client(base_url=server.base_url) as client:
        assert client.get("event").id == "string"
    server.stop()


def test_a_refused_connection(failing, closed_port):
    error, _ = failing(base_url=f"https://127.0.0.1:{closed_port}", max_retries=1)
    assert (error.code, error.retryable, error.response, error.body) == ("connection", True, None, None)
    assert error.curl_code == 7
    assert str(closed_port) in error.message


def test_an_unknown_host(failing):
    error, _ = failing(base_url="https://host.invalid", max_retries=0, proxy="")
    assert error.code == "connection"
    assert "host.invalid" in error.message


def test_a_silent_server(server, local, failing):
    server.answer("event", lambda exchange: exchange.be_silent())
    error, seconds = failing(**local, attempt_timeout_ms=300, max_retries=0)
    assert (error.code, error.retryable) == ("timeout", True)
    assert 0.29 <= seconds < 2


def test_the_deadline_of_the_whole_call(server, local, failing):
    server.answer("event", lambda exchange: exchange.be_silent())
    error, seconds = failing(**local, attempt_timeout_ms=200, timeout_ms=500, max_retries=1000)
    assert error.code == "timeout"
    assert 0.35 <= seconds < 2
    assert 2 <= len(server.requests) <= 3


def test_connecting_takes_too_long(failing, deaf_port):
    error, seconds = failing(base_url=f"https://127.0.0.1:{deaf_port}", connect_timeout_ms=300, max_retries=0)
    assert error.code == "timeout"
    assert 0.29 <= seconds < 2


def test_a_handshake_that_takes_too_long(start_server, authority, failing):
    server = start_server(on_connect=lambda connection: bool(connection.recv(1)) and time.sleep(5))
    error, seconds = failing(base_url=server.base_url, ca_file=authority.ca_file, connect_timeout_ms=300, max_retries=0)
    assert error.code == "timeout"
    assert 0.29 <= seconds < 2
    server.stop()


def test_no_limit_is_no_limit(server, local):
    server.answer("event", lambda exchange: (exchange.wait(0.3), event(exchange)))
    with Client(**local, connect_timeout_ms=0, attempt_timeout_ms=0, timeout_ms=0) as client:
        assert client.get("event").id == "string"


def test_a_connection_is_kept(server, local):
    server.answer("event", event)
    with Client(**local) as client:
        first = client.get("event").response
        second = client.get("event").response
    assert len({request.connection for request in server.requests}) == 1
    lookup, connect, tls, first_byte, total = first.times_us
    assert 0 <= lookup <= connect <= tls <= first_byte <= total
    assert tls > 0
    assert second.times_us[:3] == [0, 0, 0]
    assert first.http_version == "1.1"
