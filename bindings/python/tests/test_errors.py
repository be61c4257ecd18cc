# SPDX-License-Identifier: Apache-2.0
"""Errors are classes with the facts on them, and speak of Python's arguments."""

import pickle

import pytest

import libdora
from libdora import errors
from servers.behaviours import reply


def be_silent(exchange):
    exchange.be_silent()


@pytest.mark.parametrize("status, kind", [
    (400, "BadRequestError"), (401, "UnauthenticatedError"), (403, "ForbiddenError"), (404, "NotFoundError"),
    (429, "RateLimitedError"), (503, "ServerError"), (302, "HTTPError")])
def test_errors_are_classes(client, server, status, kind):
    server.answer("event", reply(status, {"errors": [{"title": "A title", "meta": {"n": 1}}, "x"]},
                                 ("Retry-After", "7"), ("X-Request-Id", "r-1")))
    with pytest.raises(getattr(libdora, kind)) as caught:
        client.get_failure("event")
    error = caught.value
    assert error.response.status == status and error.response.header("x-request-id") == "r-1"
    assert error.items[0].title == "A title" and error.items[0].meta == {"n": 1} and error.items[0].detail is None
    assert error.items[1].title == "x" and error.items[1].meta is None
    assert error.body.startswith(b'{"errors"') and error.code == type(error).code
    if status in (429, 503):
        assert error.retry_after == 7.0 and error.is_retryable
    travelled = pickle.loads(pickle.dumps(error))
    assert (type(travelled), str(travelled), vars(travelled)) == (type(error), str(error), vars(error))
    assert travelled.response.header("X-Request-Id") == "r-1"


def test_each_code_has_a_class():
    codes = [kind.code for kind in errors.CLASSES]
    assert codes[:2] == ["invalid_argument", "bad_request"] and len(set(codes)) == len(codes) and "unknown" not in codes
    assert libdora.Error.code == "unknown"
    for kind in errors.CLASSES:
        assert getattr(libdora, kind.__name__) is kind and kind.__doc__


def test_errors_of_the_standard_library_catch_them(settings, server, closed_port):
    server.answer("slow", be_silent)
    with pytest.raises(TimeoutError), libdora.Client(**{**settings, "timeout": 0.2}) as client:
        client.get_failure("slow")
    closed = {**settings, "base_url": f"https://127.0.0.1:{closed_port}"}
    with pytest.raises(ConnectionError) as caught, libdora.Client(**closed) as client:
        client.get_failure("event")
    assert caught.value.curl_code == 7 and caught.value.response is None and caught.value.body is None
    with pytest.raises(ValueError, match="site"):
        libdora.Client(**{**settings, "base_url": None, "site": "example.com"})


def test_messages_name_the_setting_as_python_does(settings, server):
    server.answer("slow", be_silent)
    for name in ("timeout", "attempt_timeout"):
        with pytest.raises(libdora.TimedOutError, match=rf"\b{name}\b") as caught, \
                libdora.Client(**{**settings, name: 0.2}) as client:
            client.get_failure("slow")
        assert "_ms" not in str(caught.value)
    with pytest.raises(libdora.InvalidArgumentError, match="retry_backoff: base is larger"):
        libdora.Client(**settings, retry_backoff=(2, 1))
