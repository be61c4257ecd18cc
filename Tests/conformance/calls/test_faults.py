# SPDX-License-Identifier: Apache-2.0
"""Everything that a network and a server can do wrong: kind x place x retried or not.

Each row says which error comes of it, how many requests (or, where none gets
through, connections) the server sees, and what the message names. After each,
the next call on the same client must succeed.
"""

import dataclasses
import ssl
import time

import pytest

import libcurl
from harness import API_KEY, APP_KEY, Client, DoraError
from servers.behaviours import (
    DOCUMENTED,
    chunked,
    dripping,
    endless,
    event,
    gzip_bomb,
    gzipped,
    head,
    raw,
    reply,
    sending,
)
from servers.fault_server import reset

KIBIBYTE = 1024
RETRIES = {"max_retries": 2}
IMPATIENT = {"max_retries": 1, "attempt_timeout_ms": 250}
SMALL = {"max_retries": 2, "max_response_bytes": 64 * KIBIBYTE}

HEAD = head(200, ("Content-Type", "application/json"), ("Content-Length", len(DOCUMENTED))) + b"\r\n"
COMPRESSED = gzipped(DOCUMENTED)
GZIP = ("Content-Encoding", "gzip")
GZIP_HEAD = head(200, ("Content-Length", len(COMPRESSED)), GZIP) + b"\r\n"

# Where in a response it happens: the bytes that the client has had until then.
PLACES = {
    "before the header": b"",
    "in the status line": b"HTTP/1.1 2",
    "in the header": head(200, ("Content-Type", "application/json")),
    "after the header": HEAD,
    "in the body": HEAD + DOCUMENTED[:100],
    "before the last byte": HEAD + DOCUMENTED[:-1],
    "in a chunk": chunked(DOCUMENTED[:100], end=b"40\r\nhalf a chunk"),
    "between chunks": chunked(DOCUMENTED[:100], end=b""),
    "before the last chunk": chunked(DOCUMENTED, end=b""),
    "in a gzip body": GZIP_HEAD + COMPRESSED[:60],
}


@dataclasses.dataclass
class Fault:
    name: str
    code: str
    seen: int
    message: str
    behaviour: object = event
    settings: dict = dataclasses.field(default_factory=lambda: dict(RETRIES))
    on_connect: object = None
    tls: dict = None  # the options of Authority.context()

    @property
    def is_of_the_connection(self):
        return self.on_connect is not None or self.tls is not None


def reset_socket(connection):
    reset(connection)
    return False


def reset_after_hello(connection):
    connection.recv(1)
    reset(connection)
    return False


def garble(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    return False


def be_silent(connection):
    time.sleep(1)
    return False


CONNECTIONS = [
    Fault("reset at once", "connection", 3, "127.0.0.1", on_connect=reset_socket),
    Fault("reset in the handshake", "connection", 3, "127.0.0.1", on_connect=reset_after_hello),
    Fault("closed before the handshake", "connection", 3, "127.0.0.1", on_connect=lambda connection: False),
    Fault("no TLS spoken", "tls", 1, "127.0.0.1", on_connect=garble),
    Fault("silence in the handshake", "timeout", 2, "127.0.0.1", on_connect=be_silent, settings=IMPATIENT),
    Fault("expired certificate", "tls", 1, "certificate", tls={"expired": True}),
    Fault("another host's certificate", "tls", 1, "127.0.0.1", tls={"names": ["example.com"]}),
    Fault("TLS 1.1 only", "tls", 1, "127.0.0.1", tls={"version": ssl.TLSVersion.TLSv1_1}),
]

BREAKS = [
    *(Fault(f"reset {place}", "connection", 3, "connection", sending(data, "reset")) for place, data in PLACES.items()),
    *(Fault(f"closed {place}", "connection", 3, "connection", sending(data, "hang_up")) for place, data in PLACES.items()),
    *(Fault(f"silence {place}", "timeout", 2, "timed out", sending(data, "be_silent"), IMPATIENT)
      for place, data in PLACES.items()),
    # An older libcurl takes a FIN without a TLS close for the end of the body: the JSON shows that it was cut.
    Fault("a body without a length that is cut",
          *(("malformed_response", 1, "200") if libcurl.VERSION < (8,) else ("connection", 3, "broke")),
          sending(head(200, ("Connection", "close")) + b"\r\n" + DOCUMENTED[:200], "cut")),
    Fault("a byte at a time in the header", "timeout", 2, "timed out", dripping(HEAD, 0.1), IMPATIENT),
    Fault("a byte at a time in the body", "timeout", 2, "timed out",
          lambda exchange: (exchange.send(HEAD), dripping(DOCUMENTED, 0.1)(exchange)), IMPATIENT),
]

TOO_LARGE = [
    Fault("content length over the limit", "response_too_large", 1, "max_response_bytes",
          endless(head(200, ("Content-Length", 10**12)) + b"\r\n", b" " * KIBIBYTE), SMALL),
    Fault("body over the limit", "response_too_large", 1, "max_response_bytes",
          reply(200, b" " * (65 * KIBIBYTE)), SMALL),
    Fault("error body over the limit", "response_too_large", 1, "max_response_bytes",
          reply(404, b" " * (65 * KIBIBYTE)), SMALL),
    Fault("endless chunks", "response_too_large", 1, "max_response_bytes",
          endless(chunked(end=b""), b"400\r\n" + b" " * KIBIBYTE + b"\r\n"), SMALL),
    Fault("endless body without a length", "response_too_large", 1, "max_response_bytes",
          endless(head(200) + b"\r\n", b" " * KIBIBYTE), SMALL),
    Fault("gzip bomb of 10 GiB", "response_too_large", 1, "max_response_bytes", gzip_bomb(10 << 30)),
    Fault("endless headers", "response_too_large", 1, "header", endless(head(200), b"X-Filler: " + b"x" * 100 + b"\r\n")),
    Fault("an endless header", "response_too_large", 1, "header", endless(head(200) + b"X-Filler: ", b"x" * KIBIBYTE)),
    Fault("endless 1xx", "response_too_large", 1, "header",
          endless(b"", b"HTTP/1.1 102 Processing\r\nX-Filler: " + b"x" * 100 + b"\r\n\r\n")),
]

MALFORMED = [
    Fault("a gzip body that is cut", "malformed_response", 1, "200", reply(200, COMPRESSED[:60], GZIP)),
    Fault("a gzip body that is none", "malformed_response", 1, "", reply(200, DOCUMENTED, GZIP)),
    Fault("a gzip body with a wrong checksum", "malformed_response", 1, "",
          reply(200, COMPRESSED[:-8] + b"\0" * 8, GZIP)),
    Fault("a gzip body with more behind it", "malformed_response", 1, "", reply(200, COMPRESSED + b"more", GZIP)),
    Fault("an unknown content encoding", "malformed_response", 1, "", reply(200, DOCUMENTED, ("Content-Encoding", "zip"))),
    Fault("no HTTP", "connection", 1, "", raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    Fault("an unknown version of HTTP", "connection", 1, "", raw(b"HTTP/9.9 200 OK\r\n\r\n")),
    Fault("two content lengths", "malformed_response", 1, "",
          raw(head(200, ("Content-Length", 5), ("Content-Length", 6)) + b"\r\n" + DOCUMENTED)),
    Fault("a chunk size that is no number", "connection", 3, "chunk", raw(chunked(end=b"zz\r\nbody\r\n"))),
    Fault("an empty 200", "malformed_response", 1, "200", reply(200)),
    Fault("an HTML page with 200", "malformed_response", 1, "200",
          reply(200, b"<html><body>Welcome</body></html>", content_type="text/html")),
    Fault("an error body with 200", "malformed_response", 1, "200", reply(200, b'{"errors": ["Forbidden"]}')),
    Fault("JSON that is cut", "malformed_response", 1, "200", reply(200, DOCUMENTED[:200])),
]

STATUSES = [
    *(Fault(f"status {status}", code, seen, str(status), reply(status, b"{}")) for status, code, seen in [
        (201, "http", 1), (202, "http", 1), (206, "http", 1), (300, "http", 1), (305, "http", 1),
        (400, "bad_request", 1), (401, "unauthenticated", 1), (403, "forbidden", 1), (404, "not_found", 1),
        (405, "http", 1), (407, "http", 1), (408, "http", 3), (410, "http", 1), (421, "http", 1), (425, "http", 1),
        (429, "rate_limited", 3), (451, "http", 1), (500, "server", 3), (501, "server", 1), (502, "server", 3),
        (503, "server", 3), (504, "server", 3), (505, "server", 1), (507, "server", 1), (511, "server", 1)]),
    *(Fault(f"status {status}", "http", 1, str(status), raw(head(status) + b"\r\n")) for status in (204, 304)),
]

FAULTS = CONNECTIONS + BREAKS + TOO_LARGE + MALFORMED + STATUSES


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(server, authority, fault):
    good_context = server.context
    server.answer("event", event)
    server.answer("fault", fault.behaviour)
    connections = server.connections
    with Client(base_url=server.base_url, ca_file=authority.ca_file, **fault.settings) as client:
        server.on_connect = fault.on_connect
        if fault.tls is not None:
            options = dict(fault.tls)
            server.context = authority.context(*options.pop("names", ()), **options)
        try:
            with pytest.raises(DoraError) as caught:
                client.get("fault")
        finally:
            server.on_connect, server.context = None, good_context
        error = caught.value
        assert error.code == fault.code, str(error)
        seen = server.connections - connections if fault.is_of_the_connection else len(server.requests_for("fault"))
        assert seen == fault.seen, str(error)
        assert fault.message in error.message
        assert "\n" not in error.message
        assert API_KEY not in error.message and APP_KEY not in error.message
        assert client.get("event").id == "string", "the next call on the same client must succeed"


def test_the_table_is_large_enough():
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


# What looks odd and is right.
GOOD = {
    "a body that ends with the connection": sending(head(200) + b"\r\n" + DOCUMENTED, "hang_up"),
    "1xx before the event": raw(b"HTTP/1.1 100 Continue\r\n\r\n" + head(103, ("Link", "</x>")) + b"\r\n" + HEAD + DOCUMENTED),
    "chunks of one byte": raw(chunked(*(DOCUMENTED[i:i + 1] for i in range(len(DOCUMENTED))))),
    "a trailer": raw(chunked(DOCUMENTED, end=b"0\r\nX-Trailer: 1\r\n\r\n")),
    "gzip in chunks": raw(chunked(COMPRESSED[:50], COMPRESSED[50:], headers=[GZIP])),
    "HTTP/1.0": sending(b"HTTP/1.0 200 OK\r\n\r\n" + DOCUMENTED, "hang_up"),
    "another content type": reply(200, DOCUMENTED, content_type="text/plain"),
    "a cookie": reply(200, DOCUMENTED, ("Set-Cookie", "session=1; Path=/")),
    "the connection closed after the event": sending(HEAD + DOCUMENTED, "hang_up"),
    "the connection reset after the event": sending(HEAD + DOCUMENTED, "reset"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_no_fault(server, local, name):
    server.answer("event", GOOD[name])
    with Client(**local) as client:
        for _ in range(3):
            assert client.get("event").json == DOCUMENTED
    assert len(server.requests) == 3 if "reset" not in name else len(server.requests) >= 3
    assert all("cookie" not in request.headers for request in server.requests)


def test_the_limit_itself_is_no_fault(server, local):
    server.answer("event", event)
    with Client(**local, max_response_bytes=len(DOCUMENTED)) as client:
        assert client.get("event").json == DOCUMENTED
    with Client(**local, max_response_bytes=len(DOCUMENTED) - 1) as client:
        with pytest.raises(DoraError) as caught:
            client.get("event")
    assert caught.value.code == "response_too_large"


def test_a_server_that_restarts_costs_no_call(server, local):
    server.answer("event", event)
    with Client(**local) as client:
        for _ in range(10):
            assert client.get("event").id == "string"
            server.stop()
            server.start()
        client.get("event")


def test_an_idle_connection_that_the_server_closed_costs_no_attempt_to_notice(server, local):
    server.answer("event", sending(HEAD + DOCUMENTED, "hang_up"))
    with Client(**local, max_retries=0) as client:
        for _ in range(20):
            assert client.get("event").response.attempts == 1
            time.sleep(0.01)


def test_what_arrived_of_a_broken_body_is_kept(server, local):
    server.answer("event", sending(HEAD + DOCUMENTED[:100], "reset"))
    with Client(**local, max_retries=0) as client:
        with pytest.raises(DoraError) as caught:
            client.get("event")
    assert caught.value.body == DOCUMENTED[:100]
    assert caught.value.response.status == 200
