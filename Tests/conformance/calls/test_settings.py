# SPDX-License-Identifier: Apache-2.0
"""Each setting of dora.h is applied: a fetch with it goes otherwise than one without."""

import pytest

import capi
from harness import Client, DoraError
from servers.behaviours import DOCUMENTED, event, reply

# A value that another value of the request, of the event or of the error comes from.
VALUES = {
    "api_key": "another", "app_key": "another", "access_token": "token", "user_agent": "shop/1.0",
    "proxy": "http://127.0.0.1:1", "timeout_ms": 100, "attempt_timeout_ms": 100, "max_retries": 0,
    "max_response_bytes": 100, "compression": False, "strict": True,
}


def slow(exchange):
    exchange.wait(0.5)
    event(exchange)


# What happens to the fetch, if not that it succeeds.
BEHAVIOURS = {
    "timeout_ms": slow, "attempt_timeout_ms": slow,
    "max_retries": reply(503), "strict": reply(200, {"data": {"id": "event", "attributes": {"name": 1}}}),
}
# What one fetch can't show, and the test that does.
ELSEWHERE = {
    "site": "BaseURLTests.swift", "base_url": "each test here needs it", "ca_file": "test_transport.py",
    "client_certificate": "test_transport.py", "connect_timeout_ms": "test_deadlines.py",
    "retry_backoff_ms": "test_retries.py", "logger": "test_secrets.py",
}
SETTINGS = [name.removeprefix("dora_config_set_") for name in capi.FUNCTIONS if name.startswith("dora_config_set_")]


def outcome(server, settings):
    """What the program gets, and what the last request carried."""
    first = len(server.requests)
    try:
        with Client(**settings) as client:
            failure = client.get("event")
        result = (failure.name, failure.json == DOCUMENTED)
    except DoraError as error:
        result = (error.code, error.response and error.response.attempts)
    return result, [sorted(request.headers.items()) for request in server.requests[first:]][-1:]


@pytest.mark.parametrize("name", [name for name in SETTINGS if name not in ELSEWHERE])
def test_a_setting_is_applied(server, local, name):
    assert name in VALUES, f"give {name} a value that a fetch shows, or say in ELSEWHERE which test shows it"
    server.answer("event", BEHAVIOURS.get(name, event))
    usual = {**local, "max_retries": 1}
    without = outcome(server, usual)
    assert outcome(server, usual) == without
    assert outcome(server, {**usual, name: VALUES[name]}) != without, f"{name} changes nothing"
