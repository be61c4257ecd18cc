# SPDX-License-Identifier: Apache-2.0
"""The logger, and that no secret is in anything that a person may read."""

import base64

import pytest

import capi
from harness import API_KEY, APP_KEY, Client, DoraError
from servers.behaviours import event, in_turn, reply, sending
from servers.certificates import Authority

TOKEN = "bearer-token-0123456789"
PASSWORD = "proxy-password"
SECRETS = [API_KEY, APP_KEY, TOKEN, PASSWORD, base64.b64encode(f"user:{PASSWORD}".encode()).decode()]

ERROR, WARNING, INFO, DEBUG = 1, 2, 3, 4


class Log:
    """A logger's messages as (level, text)."""

    def __init__(self):
        self.messages = []
        self.setting = (capi.LogFunction(self.write), None)

    def write(self, _user_data, level, message):
        self.messages.append((level, message.decode()))

    def of(self, level):
        return [message for message_level, message in self.messages if message_level == level]


def assert_no_secret(*texts):
    for text in texts:
        for secret in SECRETS:
            assert secret not in text
        assert "\n" not in text


def attempt(log, **settings):
    """A call whatever comes of it; returns what a person may see of it."""
    with Client(**settings, logger=log.setting) as client:
        try:
            client.get("event")
            return ""
        except DoraError as error:
            return error.message


def echo(exchange):
    """An API that repeats the key that it does not like."""
    key = exchange.request.headers.get("dd-api-key") or exchange.request.headers["authorization"].split()[1]
    reply(403, {"errors": [{"title": f"Key {key} is not valid", "detail": f"{key}\r\n{key}"}]})(exchange)


BEHAVIOURS = {
    "event": event,
    "retried": in_turn(reply(503), sending(b"", "reset"), event),
    "refused": reply(403, b'{"errors": ["Forbidden"]}'),
    "echoed": echo,
    "redirect": reply(302, b"", ("Location", f"https://127.0.0.1:1/?api_key={API_KEY}")),
    "broken": sending(b"HTTP/1.1 200 OK\r\nContent-Le", "reset"),
    "malformed": reply(200, API_KEY.encode()),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
@pytest.mark.parametrize("credentials", [{}, {"api_key": None, "app_key": None, "access_token": TOKEN}],
                         ids=["keys", "token"])
def test_no_secret_is_printed(server, local, name, credentials):
    server.answer("event", BEHAVIOURS[name])
    log = Log()
    message = attempt(log, **local, **credentials)
    assert_no_secret(message, *(text for _, text in log.messages))
    assert log.of(INFO) and log.of(DEBUG)


def test_no_secret_is_printed_when_tls_fails(server, tmp_path):
    log = Log()
    message = attempt(log, base_url=server.base_url, ca_file=Authority(tmp_path).ca_file)
    assert_no_secret(message, *(text for _, text in log.messages))


def test_no_secret_of_a_proxy_is_printed(start_server, local):
    proxy = start_server(plain=True)
    log = Log()
    message = attempt(log, **local, proxy=f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}", max_retries=1)
    assert message
    assert_no_secret(message, *(text for _, text in log.messages))
    proxy.stop()


def test_one_line_an_attempt(server, local):
    server.answer("event", in_turn(reply(503), event))
    log = Log()
    attempt(log, **local)
    lines = log.of(INFO)
    assert len(lines) == 2
    assert "503" in lines[0] and "200" in lines[1]
    for number, line in enumerate(lines, start=1):
        assert "GET" in line
        assert f"{server.base_url}/api/v2/dora/failures/event" in line
        assert f"attempt {number}" in line
        assert "ms" in line


def test_connections_and_retries_are_told_at_debug(server, local):
    server.answer("event", in_turn(reply(503), event))
    log = Log()
    attempt(log, **local)
    assert any("attempt 2 in" in line for line in log.of(DEBUG))
    assert any("connect" in line.lower() for line in log.of(DEBUG))


def test_user_data_reaches_the_logger(server, local):
    server.answer("event", event)
    seen = set()
    function = capi.LogFunction(lambda user_data, level, message: seen.add(user_data))
    with Client(**local, logger=(function, 4242)) as client:
        client.get("event")
    assert seen == {4242}


def test_without_a_logger_nothing_is_printed(server, local, capfd):
    server.answer("event", BEHAVIOURS["retried"])
    with Client(**local) as client:
        client.get("event")
    assert capfd.readouterr() == ("", "")


def test_keys_travel_to_no_other_host(server, start_server, authority, local):
    """Neither a redirect nor an Alt-Svc or Refresh header leads a request elsewhere."""
    other = start_server(authority.context())
    elsewhere = [("Alt-Svc", f'h2="127.0.0.1:{other.port}", http/1.1="127.0.0.1:{other.port}"'),
                 ("Refresh", f"0; url={other.base_url}/"), ("Location", f"{other.base_url}/")]
    server.answer("event", reply(200, b"{}", *elsewhere))
    with Client(**local) as client:
        for _ in range(3):
            with pytest.raises(DoraError):
                client.get("event")
    assert other.connections == 0
    assert len(server.requests) == 3
    other.stop()
