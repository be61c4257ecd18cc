# SPDX-License-Identifier: Apache-2.0
"""Each setting of dora.h does something: with it a call goes another way than without."""

import gzip
import re
import time
import types

import pytest

import capi
from harness import API_KEY, APP_KEY, Client, DoraError
from paths import REPOSITORY
from servers.behaviours import API_TYPE, DOCUMENTED, event, head, reply
from servers.tunnel import tunnel

SETTERS = sorted(set(re.findall(r"\bdora_config_((?:set|add)_\w+)\(", (REPOSITORY / "include" / "dora.h").read_text())))


def slow(exchange):
    exchange.wait(5)
    event(exchange)


@pytest.fixture
def outcome(server, local):
    """What a call with settings came to: its request, its event or error, how many attempts it took and how long."""
    def outcome(**settings):
        server.requests.clear()
        server.attempts.clear()
        began = time.monotonic()
        result = types.SimpleNamespace(event=None, error=None, message="", code=None)
        try:
            with Client(**{**local, "max_retries": 0, **settings}) as client:
                result.event = client.get("string")
        except DoraError as error:
            result.error, result.message, result.code = error, error.message, error.code
        result.seconds = time.monotonic() - began
        result.attempts = len(server.requests)
        result.headers = server.requests[0].headers if server.requests else {}
        return result

    server.answer("string", event)
    return outcome


def add_header(outcome, **_):
    assert "x-trace" not in outcome().headers
    assert outcome(headers=[("X-Trace", "7")]).headers["x-trace"] == "7"


def set_access_token(outcome, **_):
    headers = outcome(api_key=None, app_key=None, access_token="token-of-another-kind").headers
    assert headers["authorization"] == "Bearer token-of-another-kind"
    assert "dd-api-key" not in headers and "dd-application-key" not in headers


def set_api_key(outcome, **_):
    assert [outcome(api_key=key).headers["dd-api-key"] for key in (API_KEY, "another-key")] == [API_KEY, "another-key"]


def set_app_key(outcome, **_):
    names = [outcome(app_key=key).headers["dd-application-key"] for key in (APP_KEY, "another-key")]
    assert names == [APP_KEY, "another-key"]


def set_attempt_timeout_ms(outcome, server, **_):
    server.answer("string", slow)
    result = outcome(attempt_timeout_ms=100, max_retries=2)
    assert (result.code, result.attempts) == ("timeout", 3)
    assert result.seconds < 3


def set_base_url(outcome, start_server, authority, **_):
    other = start_server(authority.context())
    other.answer("string", event)
    assert outcome(base_url=other.base_url).event and len(other.requests) == 1
    assert outcome().event and len(other.requests) == 1
    other.stop()


def set_ca_file(outcome, **_):
    assert outcome(ca_file=None).code == "tls"
    assert outcome().event


def set_client_certificate(outcome, start_server, authority, **_):
    strict = start_server(authority.context(client_certificate=True))
    strict.answer("string", event)
    assert outcome(base_url=strict.base_url).code in ("tls", "connection")
    assert outcome(base_url=strict.base_url, client_certificate=authority.client_files()).event
    strict.stop()


def set_compression(outcome, server, **_):
    body = gzip.compress(DOCUMENTED)
    sent = head(200, ("Content-Type", API_TYPE), ("Content-Encoding", "gzip"), ("Content-Length", len(body)))
    assert "gzip" in outcome(compression=True).headers["accept-encoding"]
    assert "gzip" not in outcome(compression=False).headers.get("accept-encoding", "")
    server.answer("string", lambda exchange: exchange.send(sent + b"\r\n" + body))
    assert outcome(compression=True).event
    assert outcome(compression=False).error


def set_connect_timeout_ms(outcome, deaf_port, **_):
    result = outcome(base_url=f"https://127.0.0.1:{deaf_port}", connect_timeout_ms=100)
    assert (result.code, result.seconds < 3) == ("timeout", True)


def set_logger(outcome, **_):
    lines = []
    logger = capi.LogFunction(lambda _context, _level, line: lines.append(line))
    assert outcome(logger=(logger, None)).event
    assert lines


def set_max_response_bytes(outcome, **_):
    assert outcome(max_response_bytes=len(DOCUMENTED)).event
    assert outcome(max_response_bytes=len(DOCUMENTED) - 1).code == "response_too_large"


def set_max_retries(outcome, server, **_):
    server.answer("string", reply(503))
    assert [outcome(max_retries=retries).attempts for retries in (0, 1, 3)] == [1, 2, 4]


def set_proxy(outcome, server, start_server, **_):
    proxy = start_server(plain=True)
    proxy.behaviours[f"127.0.0.1:{server.port}"] = tunnel
    assert outcome().event and proxy.requests == []
    assert outcome(proxy=proxy.base_url).event and len(proxy.requests) == 1
    proxy.stop()


def set_retry_backoff_ms(outcome, server, **_):
    server.answer("string", reply(503))
    pauses, quick = (outcome(max_retries=12, retry_backoff_ms=(most, most)) for most in (300, 1))
    # Each of the 12 is random, 150 ms on average: together they are shorter than this once in 100,000 times.
    assert pauses.seconds >= 0.6 > quick.seconds


def set_site(outcome, start_server, **_):
    proxy = start_server(plain=True)
    for site in ("us5.datadoghq.com", "datadoghq.eu"):
        assert outcome(base_url=None, site=site, proxy=proxy.base_url).error
    # It knows no way there.
    assert [request.target for request in proxy.requests] == ["api.us5.datadoghq.com:443", "api.datadoghq.eu:443"]
    proxy.stop()


def set_strict(outcome, server, **_):
    server.answer("string", reply(200, DOCUMENTED.replace(b'"id": "string"', b'"id": 7')))
    assert outcome(strict=False).event.violations
    assert outcome(strict=True).code == "malformed_response"


def set_timeout_ms(outcome, server, **_):
    server.answer("string", slow)
    result = outcome(timeout_ms=100, max_retries=5)
    assert (result.code, result.attempts) == ("timeout", 1)
    assert result.seconds < 3


def set_user_agent(outcome, **_):
    assert "fleet-agent/2" not in outcome().headers["user-agent"]
    assert "fleet-agent/2" in outcome(user_agent="fleet-agent/2").headers["user-agent"]


@pytest.mark.parametrize("setter", SETTERS)
def test_a_setting_shows(setter, outcome, server, start_server, authority, deaf_port):
    """Promise: what dora.h lets a program set is applied. A new setting gets a function of its name here."""
    shows = globals().get(setter)
    assert shows is not None, f"nothing here shows what dora_config_{setter} does"
    shows(outcome=outcome, server=server, start_server=start_server, authority=authority, deaf_port=deaf_port)
