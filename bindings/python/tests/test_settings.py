# SPDX-License-Identifier: Apache-2.0
"""Settings: each reaches the library, and what it can't take is refused by name."""

import decimal
import inspect
import logging
import pathlib
import typing

import pytest

import libdora
from servers.behaviours import EVENT, reply


def test_every_setting_reaches_the_library(settings, server, authority, caplog):
    server.answer("event", reply(200, EVENT))
    log = logging.getLogger("test-dora")
    with caplog.at_level(logging.DEBUG, "test-dora"), libdora.Client(
            **settings, access_token=None, proxy="", user_agent="probe/1", headers={"X-Probe": "yes"},
            client_certificate=authority.client_files(), connect_timeout=5, attempt_timeout=2.5,
            retry_backoff=(0.01, 0.1), max_response_bytes=1 << 40, compression=False, strict=True, logger=log) as client:
        client.get_failure("event")
    headers = server.requests[-1].headers
    assert headers["user-agent"].startswith("probe/1 ") and headers["x-probe"] == "yes"
    assert "accept-encoding" not in headers
    assert any(record.levelno == logging.INFO and "HTTP 200" in record.message for record in caplog.records)


def test_paths_may_be_paths(settings, server, authority):
    server.answer("event", reply(200, EVENT))
    certificate, key = map(pathlib.Path, authority.client_files())
    with libdora.Client(**{**settings, "ca_file": pathlib.Path(settings["ca_file"])},
                        client_certificate=(certificate, key)) as client:
        assert client.get_failure("event").name == "Database outage"


def test_no_timeout_is_no_limit(settings, server):
    """None is what Python calls "no limit": a call of 0.3 s passes where 0.1 s would have ended it."""
    def slow(exchange):
        exchange.wait(0.3)
        reply(200, EVENT)(exchange)
    server.answer("event", slow)
    unlimited = {**settings, "timeout": None, "attempt_timeout": None, "connect_timeout": None}
    with libdora.Client(**unlimited) as client:
        assert client.get_failure("event").name == "Database outage"
    with pytest.raises(TimeoutError), libdora.Client(**{**unlimited, "timeout": 0.1}) as client:
        client.get_failure("event")


def test_seconds_are_any_number(settings):
    for timeout in (1, 0.07, decimal.Decimal("0.5"), 4294967.295):
        libdora.Client(**{**settings, "timeout": timeout}).close()


@pytest.mark.parametrize("wrong, message", [
    ({"timeout": 0}, "timeout: 0 s is out of range, which is more than 0 to 4294967.295; None is no limit"),
    ({"timeout": -1}, "timeout: -1 s"), ({"timeout": 2 ** 32}, "timeout: 4294967296 s"),
    ({"timeout": float("nan")}, "timeout: nan s"), ({"timeout": float("inf")}, "timeout: inf s"),
    ({"retry_backoff": (-1, 1)}, "retry_backoff: -1 s is out of range, which is 0 to"),
    ({"max_retries": -1}, "max_retries: -1 is out of range"), ({"max_retries": 2 ** 32}, "max_retries: 4294967296"),
    ({"max_response_bytes": 0}, "max_response_bytes: 0"), ({"max_in_flight": 0}, "max_in_flight: 0"),
    ({"api_key": "a\0b"}, "api_key: holds a NUL"), ({"api_key": "k\ud800"}, "api_key: holds half a surrogate"),
    ({"api_key": "sec\nret"}, "api_key"), ({"ca_file": "a\0b"}, "ca_file: holds a NUL"),
    ({"headers": {"X-A": "b\r\nc"}}, "header"), ({"headers": {"Host": "x"}}, "Host"), ({"site": "example.com"}, "site"),
])
def test_what_is_out_of_range_is_a_value_error(settings, wrong, message):
    with pytest.raises(ValueError) as caught:
        libdora.Client(**{**settings, "base_url": None, **wrong})
    assert isinstance(caught.value, libdora.InvalidArgumentError)
    assert message in str(caught.value) and "sec" not in str(caught.value).replace("seconds", "")


def test_settings_are_documented_with_their_defaults():
    parameters = inspect.signature(libdora.Client).parameters
    documentation = libdora.Client.__init__.__doc__
    for name, parameter in parameters.items():
        assert name in documentation and parameter.kind is parameter.KEYWORD_ONLY
    assert (parameters["timeout"].default, parameters["max_retries"].default) == (60, 3)
    assert inspect.signature(libdora.AsyncClient).parameters == parameters


@pytest.mark.parametrize("name", [name for name in libdora.__all__ if isinstance(getattr(libdora, name), type)])
def test_type_hints_can_be_read(name):
    """What pydantic, FastAPI, Sphinx and others do with a class."""
    kind = getattr(libdora, name)
    typing.get_type_hints(kind)
    for function in [kind.__init__, *vars(kind).values()]:
        function = getattr(function, "__func__", function)
        if inspect.isfunction(function):
            typing.get_type_hints(function)
