# SPDX-License-Identifier: Apache-2.0
"""Proxies: a tunnel, and nothing of the request's but host and port for the proxy to see."""

import base64

import pytest

from harness import API_KEY, APP_KEY, Client, DoraError
from servers.behaviours import event, reply, sending
from servers.external import tinyproxy
from servers.tunnel import tunnel

SECRETS = [API_KEY, APP_KEY, "DD-API-KEY", "DD-APPLICATION-KEY", "dora", "X-Trace"]


@pytest.fixture
def proxy(start_server, server):
    """A proxy that shows what it was sent."""
    proxy = start_server(plain=True)
    proxy.behaviours[f"127.0.0.1:{server.port}"] = tunnel
    yield proxy
    proxy.stop()


def test_a_proxy_sees_no_keys(server, proxy, local):
    server.answer("event", event)
    with Client(**local, proxy=proxy.base_url, headers=[("X-Trace", "7")]) as client:
        assert client.get("event").id == "string"
        assert client.get("event").id == "string"
    assert len(proxy.requests) == 1, "the tunnel is kept"
    connect = proxy.requests[0]
    assert connect.method == "CONNECT"
    for secret in SECRETS:
        assert secret.lower() not in connect.raw.decode().lower().replace("libdora", "")
    assert server.requests[0].headers["dd-api-key"] == API_KEY


def test_the_proxy_s_own_password_goes_to_the_proxy_alone(server, proxy, local):
    server.answer("event", event)
    with Client(**local, proxy=proxy.base_url.replace("://", "://user:0p3nsesame@")) as client:
        assert client.get("event").id == "string"
    assert proxy.requests[0].headers["proxy-authorization"] == "Basic " + base64.b64encode(b"user:0p3nsesame").decode()
    assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_from_the_environment(server, proxy, local, monkeypatch, variable):
    server.answer("event", event)
    monkeypatch.setenv(variable, proxy.base_url)
    with Client(**local) as client:
        assert client.get("event").id == "string"
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("settings, environment", [
    ({"proxy": ""}, {}),
    ({}, {"no_proxy": "127.0.0.1"}),
])
def test_no_proxy(server, proxy, local, monkeypatch, settings, environment):
    server.answer("event", event)
    monkeypatch.setenv("https_proxy", proxy.base_url)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with Client(**local, **settings) as client:
        assert client.get("event").id == "string"
    assert proxy.connections == 0


def test_plain_http_goes_past_every_proxy(start_server, proxy, monkeypatch):
    server = start_server(plain=True)
    server.answer("event", event)
    monkeypatch.setenv("http_proxy", proxy.base_url)
    monkeypatch.setenv("all_proxy", proxy.base_url)
    with Client(base_url=server.base_url) as client:
        assert client.get("event").id == "string"
    assert proxy.connections == 0
    server.stop()


@pytest.mark.parametrize("behaviour", [
    reply(403, b"<html>Filtered</html>", content_type="text/html"),
    reply(407, b"", ("Proxy-Authenticate", 'Basic realm="x"')),
    reply(502, b"<html>No route</html>", content_type="text/html"),
    sending(b"", "hang_up"),
    sending(b"HTTP/1.1 200 Conn", "hang_up"),
    sending(b"HTTP/1.1 200 Connection established\r\n\r\n", "hang_up"),
], ids=["403", "407", "502", "closed", "cut", "closed tunnel"])
def test_a_proxy_that_fails(server, proxy, local, behaviour):
    server.answer("event", event)
    target = f"127.0.0.1:{server.port}"
    proxy.behaviours[target] = behaviour
    with Client(**local, proxy=proxy.base_url.replace("://", "://user:0p3nsesame@"), max_retries=1) as client:
        with pytest.raises(DoraError) as caught:
            client.get("event")
        assert caught.value.code in ("connection", "tls")
        assert "0p3nsesame" not in caught.value.message and API_KEY not in caught.value.message
        assert server.requests == []
        proxy.behaviours[target] = tunnel
        assert client.get("event").id == "string"


def test_a_proxy_that_is_not_there(local, closed_port):
    with Client(**local, proxy=f"http://127.0.0.1:{closed_port}", max_retries=0) as client:
        with pytest.raises(DoraError) as caught:
            client.get("event")
    assert caught.value.code == "connection"
    assert "proxy" in caught.value.message


def test_tinyproxy(server, local, tmp_path):
    server.answer("event", event)
    with tinyproxy(tmp_path, server.port) as (address, log):
        with Client(**local, proxy=address) as client:
            for _ in range(3):
                assert client.get("event").id == "string"
        text = log.read_text()
    assert f"CONNECT 127.0.0.1:{server.port}" in text
    assert "dora" not in text and API_KEY not in text
    assert len({request.connection for request in server.requests}) == 1


def test_tinyproxy_with_a_password(server, local, tmp_path):
    server.answer("event", event)
    with tinyproxy(tmp_path, server.port, "BasicAuth user 0p3nsesame") as (address, _):
        with Client(**local, proxy=address.replace("://", "://user:0p3nsesame@")) as client:
            assert client.get("event").id == "string"
        with Client(**local, proxy=address.replace("://", "://user:wrong@"), max_retries=0) as client:
            with pytest.raises(DoraError) as caught:
                client.get("event")
    assert caught.value.code == "connection"
    assert "wrong" not in caught.value.message
