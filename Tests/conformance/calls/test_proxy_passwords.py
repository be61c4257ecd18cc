# SPDX-License-Identifier: Apache-2.0
"""A proxy's password goes to the proxy and into no message, however it is written."""

import base64

import pytest

import capi
from harness import Client, DoraError
from servers.behaviours import event, reply
from servers.tunnel import tunnel

PASSWORD = "s3same0pen"

# Everything between "://" and the proxy's address. libcurl takes most of these for something else than meant.
USER_INFORMATION = [
    f"user:{PASSWORD}@",
    f"user:{PASSWORD}/{PASSWORD}@",
    f"user:a/{PASSWORD}@",
    f"user:a#{PASSWORD}@",
    f"user:a?{PASSWORD}@",
    f"user:a@{PASSWORD}@",
    f"user:{PASSWORD}#@",
    f"user:{PASSWORD}?@",
    f"user:{PASSWORD}/@",
    f"user:a:{PASSWORD}@",
    f"user:a\\{PASSWORD}@",
    f"user:a%{PASSWORD}@",
    f"user:a%00{PASSWORD}@",
    f"user:a%0d%0a{PASSWORD}@",
    f"{PASSWORD}@",
    f":{PASSWORD}@",
]

# Proxies that are off in other places.
URLS_THAT_ARE_OFF = [
    f"http://user:{PASSWORD}@127.0.0.1:99999",
    f"http://user:{PASSWORD}@127.0.0.1:port",
    f"http://user:{PASSWORD}@[::1",
    f"http://user:{PASSWORD}@[::1]x",
    f"http://user:{PASSWORD}@ho st:1",
    f"http://user:{PASSWORD}@",
    f"ftp://user:{PASSWORD}@127.0.0.1:1",
    f"http:/user:{PASSWORD}@127.0.0.1:1",
    f"http//user:{PASSWORD}@127.0.0.1:1",
    f"://user:{PASSWORD}@127.0.0.1:1",
    f"user:{PASSWORD}@no-such-host.invalid:1",
    f"http://user:{PASSWORD}@no-such-host.invalid:1/path?query#fragment",
    f"http://user:{PASSWORD}@127.0.0.1:1/{PASSWORD}",
    f"http://127.0.0.1:1/?password={PASSWORD}",
    f"http://127.0.0.1:1#{PASSWORD}",
    f"http://user%3A{PASSWORD}@127.0.0.1:1",
    f"http://user:{PASSWORD}\x01@127.0.0.1:1",
    f"socks5h://user:{PASSWORD}@no-such-host.invalid:1",
]


class Log:
    def __init__(self):
        self.lines = []
        self.setting = (capi.LogFunction(lambda _user_data, _level, line: self.lines.append(line.decode())), None)


@pytest.fixture
def proxy(start_server, server):
    proxy = start_server(plain=True)
    proxy.behaviours[f"127.0.0.1:{server.port}"] = tunnel
    server.answer("event", event)
    yield proxy
    proxy.stop()


def said_about(settings):
    """All that a person may read of a call, whatever comes of it."""
    log = Log()
    try:
        with Client(**settings, logger=log.setting, max_retries=1) as client:
            client.get("event")
            return log.lines
    except DoraError as error:
        assert error.code != "internal", str(error)
        return [error.message, *log.lines]


def assert_not_told(lines, *secrets):
    encoded = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    for line in lines:
        for secret in (PASSWORD, encoded, *secrets):
            assert secret.lower() not in line.lower(), line


@pytest.mark.parametrize("source", ["setting", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("information", USER_INFORMATION)
def test_a_password_of_any_form_is_not_told(proxy, local, monkeypatch, source, information):
    """Promise: no message ever holds a proxy's password, whether the URL is used, refused or misread, from
    dora_config_set_proxy and from libcurl's variables."""
    url = f"http://{information}127.0.0.1:{proxy.port}"
    if source == "setting":
        lines = said_about({**local, "proxy": url})
    else:
        monkeypatch.setenv(source, url)
        lines = said_about(local)
    assert_not_told(lines)


@pytest.mark.parametrize("source", ["setting", "https_proxy"])
@pytest.mark.parametrize("url", URLS_THAT_ARE_OFF)
def test_a_password_in_a_url_that_is_off_is_not_told(server, local, monkeypatch, source, url):
    """Promise: the same for proxies that can't be used; none is sent around."""
    server.answer("event", event)
    if source == "setting":
        lines = said_about({**local, "proxy": url})
        assert server.requests == [], "an explicit proxy that can't be used is not gone round"
    else:
        monkeypatch.setenv(source, url)
        lines = said_about(local)
    assert_not_told(lines)


@pytest.mark.parametrize("encoded, password", [("a%2Fb", "a/b"), ("a%40b", "a@b"), ("a%3Ab", "a:b"), ("%C3%A9", "é"),
                                               ("a%23b", "a#b"), ("a%3Fb", "a?b"), ("a%25b", "a%b")])
def test_a_percent_encoded_password_reaches_the_proxy(proxy, local, encoded, password):
    """Promise: every password can be given, percent-encoded, and arrives as it is."""
    with Client(**local, proxy=f"http://user:{encoded}@127.0.0.1:{proxy.port}") as client:
        client.get("event")
    sent = proxy.requests[0].headers["proxy-authorization"]
    assert base64.b64decode(sent.split()[1]).decode() == f"user:{password}"


@pytest.mark.parametrize("sequence", ["%00", "%01", "%0d", "%0D%0A", "%7f", "%0"])
def test_an_encoded_control_character_is_refused(server, local, sequence):
    """Promise: %00, %01, %0d in a proxy are refused when the client is made: libcurl would cut there, or go on."""
    with pytest.raises(DoraError) as caught:
        Client(**local, proxy=f"http://user:{PASSWORD}{sequence}x@127.0.0.1:1")
    assert caught.value.code == "invalid_argument"
    assert caught.value.message.startswith("proxy")
    assert PASSWORD not in caught.value.message


@pytest.mark.parametrize("exception", ["127.0.0.1", "*", "localhost,127.0.0.1"])
def test_an_explicit_proxy_goes_before_no_proxy(server, proxy, local, monkeypatch, exception):
    """Promise: an explicit proxy is never bypassed: it goes before no_proxy, or is refused."""
    monkeypatch.setenv("no_proxy", exception)
    try:
        with Client(**local, proxy=proxy.base_url) as client:
            client.get("event")
    except DoraError as error:
        assert error.code == "invalid_argument" and "no_proxy" in error.message
        assert server.requests == []
    else:
        assert len(proxy.requests) == 1, "the call went round the proxy"


def test_no_proxy_counts_for_the_environment_s_proxy(server, proxy, local, monkeypatch):
    """Promise: libcurl's variables mean to libdora what they mean to libcurl."""
    monkeypatch.setenv("https_proxy", proxy.base_url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Client(**local) as client:
        client.get("event")
    assert proxy.connections == 0


def test_what_a_proxy_echoes_is_not_told(server, proxy, local):
    """Promise: a proxy that repeats the password in its refusal, in clear or encoded, finds it in no message."""
    encoded = base64.b64encode(f"user:{PASSWORD}".encode()).decode()
    proxy.behaviours[f"127.0.0.1:{server.port}"] = reply(
        403, f"user:{PASSWORD} {encoded}".encode(), ("X-Echo", encoded), ("Proxy-Authenticate", f'Basic realm="{PASSWORD}"'))
    assert_not_told(said_about({**local, "proxy": f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}"}))
