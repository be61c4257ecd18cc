# SPDX-License-Identifier: Apache-2.0
"""`internal` is a bug: what a server or a setting can do wrong has a code of its own, and a
message says what is so."""

import re
from ctypes import byref, c_void_p

import pytest

from harness import Client, DoraError, dora
from servers.behaviours import DOCUMENTED, chunked, event, raw, reply, sending
from servers.http2_server import HTTP2Server
from time_limits import error_of

ONCE = {"max_retries": 0}


@pytest.fixture
def http_2_server(authority):
    server = HTTP2Server(authority.context())
    yield server
    server.stop()


def header_of(client, failure_id, name):
    """A header of the response that an event came with."""
    error = c_void_p()
    failure = dora.dora_get_failure(client.pointer, failure_id.encode(), byref(error))
    assert failure, DoraError(error)
    value = dora.dora_response_header(dora.dora_failure_response(failure), name.encode())
    dora.dora_failure_free(failure)
    return value


# ----------------------------------------------------------------- Trailers

TRAILERS_THAT_ARE_OFF = {
    "without a colon": b"no colon\r\n",
    "with a control character": b"X-\x01: \x02\r\n",
    "with a bare line feed": b"X-A: 1\nX-B: 2\n",
    "with a NUL": b"X-A: \x00\r\n",
    "with a space before the colon": b"X-A : 1\r\n",
    "that begins with a space": b" X-A: 1\r\n",
    "that is a status line": b"HTTP/1.1 200 OK\r\n",
    "with a name of nothing": b": 1\r\n",
}


@pytest.mark.parametrize("name", TRAILERS_THAT_ARE_OFF)
def test_a_malformed_trailer_is_no_bug_of_ours(server, local, name):
    """Promise: a malformed trailer ends in the event, or in an error that speaks of the server, never in `internal`."""
    server.answer("event", event)
    server.answer("trailer", raw(chunked(DOCUMENTED, end=b"0\r\n" + TRAILERS_THAT_ARE_OFF[name] + b"\r\n")))
    with Client(**local, **ONCE) as client:
        try:
            assert client.get("trailer").json == DOCUMENTED
        except DoraError as error:
            assert error.code in ("connection", "malformed_response"), str(error)
            assert "report this" not in error.message
        assert client.get("event").json == DOCUMENTED


@pytest.mark.parametrize("field, value", [("Retry-After", "100"), ("X-RateLimit-Remaining", "0"),
                                          ("Content-Type", "text/html"), ("X-Only-In-The-Trailer", "1")])
def test_trailers_are_no_headers(server, local, field, value):
    """Promise: dora_response_header gives the headers; what comes after the body is none."""
    headers = [("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", "1"), ("X-RateLimit-Limit", "9")]
    trailer = f"{field}: {value}\r\nX-RateLimit-Reset: 3600\r\n".encode()
    server.answer("event", raw(chunked(DOCUMENTED, end=b"0\r\n" + trailer + b"\r\n", headers=headers)))
    with Client(**local) as client:
        assert header_of(client, "event", "x-ratelimit-remaining") == b"7"
        assert header_of(client, "event", field) != value.encode()
        assert client.get("event").response.rate_limit_reset_s == 1


def test_trailers_over_http_2_are_no_headers(http_2_server, authority):
    """Promise: the same over HTTP/2."""
    def with_trailer(stream):
        stream.headers(200, ("Content-Type", "application/json"))
        stream.data(DOCUMENTED)
        stream.protocol.send_headers(stream.id, [("x-trailer", "1"), ("content-type", "text/html")], end_stream=True)

    http_2_server.answer("event", with_trailer)
    with Client(base_url=http_2_server.base_url, ca_file=authority.ca_file) as client:
        assert header_of(client, "event", "X-Trailer") is None
        assert header_of(client, "event", "Content-Type") == b"application/json"


def test_headers_of_an_interim_response_are_no_headers(server, local):
    """Promise: nor is what came before: the headers are the final response's."""
    server.answer("event", raw(b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
                               b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(DOCUMENTED), DOCUMENTED)))
    with Client(**local) as client:
        assert header_of(client, "event", "X-Early") is None


# ---------------------------------------------------------------- Addresses

@pytest.mark.parametrize("base_url", ["https://[1]", "https://[:]", "https://[::1::]", "https://[1.2.3.4]", "https://[12345::]",
                                      "https://[::1.2.3.456]", "https://[1:2:3:4:5:6:7:8:9]", "https://[.]", "https://[::]:0",
                                      "https://..", "https://-", "https://a..b", "https://" + "a" * 64 + ".example",
                                      "https://" + ".".join(["a" * 60] * 5)])
def test_an_address_that_is_none_is_refused(base_url):
    """Promise: a base URL that libcurl can't read is refused by its name when the client is made, or fails as a
    connection does; it is never `internal`."""
    try:
        with Client(base_url=base_url, **ONCE, timeout_ms=3000) as client:
            error = error_of(client)
    except DoraError as refusal:
        assert refusal.code == "invalid_argument" and refusal.message.startswith("base_url"), str(refusal)
    else:
        assert error.code == "connection", str(error)


@pytest.mark.parametrize("base_url", ["https://[::1]", "https://[::ffff:127.0.0.1]", "https://[2001:db8::1]:8443"])
def test_an_address_of_version_6_is_taken(base_url):
    """Promise: every IPv6 address serves as a host."""
    with Client(base_url=base_url, **ONCE):
        pass


# -------------------------------------------------------- Bodies that are off

OFF = {
    "a negative chunk size": chunked(end=b"-1\r\n"),
    "a chunk size that is no number": chunked(end=b"zz\r\n\r\n"),
    "a chunk size of 17 digits": chunked(end=b"11111111111111111\r\n"),
    "two content lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "a content length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
    "a negative content length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
    "a content length of 30 digits": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n{}",
    "an unknown transfer coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n{}",
    "an unknown content coding": b"HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 2\r\n\r\n{}",
    "many content codings": b"HTTP/1.1 200 OK\r\nContent-Encoding: " + b"gzip, " * 50 + b"gzip\r\nContent-Length: 2\r\n\r\n{}",
    "a header with a NUL": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\n{}",
    "a status of two digits": b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n{}",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/3 over TCP": b"HTTP/3 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/2 that was not agreed on": b"HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "an upgrade that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
    "an authentication that is unknown": b"HTTP/1.1 401 No\r\nWWW-Authenticate: Whatever x=y\r\nContent-Length: 0\r\n\r\n",
    "a range": b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\n{}",
    "416": b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n",
    "417": b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("name", OFF)
def test_no_answer_is_a_bug_of_ours(server, local, name):
    """Promise: whatever a server answers, the code is one that tells what to do, in bounded time."""
    server.answer("event", event)
    server.answer("off", sending(OFF[name], "hang_up"))
    with Client(**{**local, "timeout_ms": 5000}, **ONCE) as client:
        error = error_of(client, "off")
        assert error.code not in ("internal", "timeout"), str(error)
        assert client.get("event").json == DOCUMENTED


# ------------------------------------------------------------------ Messages

def test_501_is_not_to_be_tried_again(server, local):
    """Promise: a message that says "try again" belongs to an error that is retryable."""
    for status in (400, 403, 404, 408, 429, 500, 501, 502, 503, 504, 505, 511):
        server.answer("event", reply(status, b""))
        with Client(**local, **ONCE) as client:
            error = error_of(client)
        assert ("again" in error.message) <= error.retryable, f"{status}: {error}"


@pytest.mark.parametrize("headers", [[("Retry-After", "47")], [("X-RateLimit-Reset", "47")]], ids=["retry-after", "reset"])
def test_a_429_says_how_long_to_wait(server, local, headers):
    """Promise: the wait that the server named is in the message."""
    server.answer("event", reply(429, b"", *headers))
    with Client(**local, **ONCE) as client:
        error = error_of(client)
    assert error.retry_after_ms == 47_000
    assert re.search(r"\b47 s\b|\b47 seconds\b|\b47,?000 ms\b", error.message), error.message


def test_a_message_names_settings_and_no_c_function(server, local):
    """Promise: a message that speaks of a setting is right in every language: `timeout_ms`, not
    dora_config_set_timeout_ms."""
    messages = []

    def note(failing, **settings):
        try:
            with Client(**{**local, **ONCE, **settings}) as client:
                messages.append(error_of(client, failing).message)
        except DoraError as error:
            messages.append(error.message)

    server.answer("large", reply(200, b" " * 9999))
    server.answer("slow", lambda exchange: exchange.be_silent())
    server.answer("later", reply(503, b"", ("Retry-After", "60")))
    note("large", max_response_bytes=100)
    note("slow", timeout_ms=50)
    note("later", max_retries=3, timeout_ms=500)
    note("x", api_key=None)
    note("x", app_key=None)
    note("x", site="nowhere")
    note("x", base_url="nowhere")
    note("x", proxy="no:where:at:all")
    note("x", retry_backoff_ms=(2, 1))
    note("", base_url=server.base_url)
    with pytest.raises(DoraError) as caught:
        with Client(**local) as client:
            client.get(None)
    messages.append(caught.value.message)
    assert len(messages) == 11
    for message in messages:
        assert "dora_config_" not in message, message
