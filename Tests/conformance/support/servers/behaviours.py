# SPDX-License-Identifier: Apache-2.0
"""What a fault server can do with a request. Each behaviour is a function of an Exchange."""

import http
import json
import time
import zlib

from paths import EVENTS

DOCUMENTED = (EVENTS / "documented.json").read_bytes()
# The same under the id that many tests ask for.
EVENT = DOCUMENTED.replace(b'"id": "string"', b'"id": "event"')
DATE_TIME = (EVENTS / "date_time.json").read_bytes()

API_TYPE = "application/vnd.api+json"

DOCUMENTED_ERROR = (
    b'{"errors": [{"detail": "Missing required attribute in body", "meta": {"a": [1]}, "source": {"header": '
    b'"Authorization", "parameter": "limit", "pointer": "/data/attributes/title"}, "status": "400", '
    b'"title": "Bad Request"}, {"title": "Second"}]}')

HTML = b"<html><body><h1>Bad gateway</h1></body></html>"


def head(status, *headers):
    """A status line and header fields, without the empty line."""
    lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers)]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")


def reply(status, body=b"", *headers, content_type=API_TYPE):
    """A complete, correct response."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    data = head(status, ("Content-Type", content_type), ("Content-Length", len(body)), *headers) + b"\r\n" + body
    return raw(data)


def raw(data):
    def behaviour(exchange):
        exchange.send(data)
    return behaviour


event = reply(200, DOCUMENTED)


def in_turn(*behaviours):
    """The n-th request meets the n-th behaviour, and all later ones the last."""
    def behaviour(exchange):
        behaviours[min(exchange.attempt, len(behaviours)) - 1](exchange)
    return behaviour


def sending(data, then):
    """Sends bytes, then ends as told by the name of an Exchange's method."""
    def behaviour(exchange):
        exchange.send(data)
        if then == "reset":
            time.sleep(0.02)  # an RST overtakes bytes that the peer has not read yet
        getattr(exchange, then)()
    return behaviour


def dripping(data, seconds=1.0):
    """One byte at a time."""
    def behaviour(exchange):
        for index in range(len(data)):
            exchange.send(data[index:index + 1])
            exchange.wait(seconds)
    return behaviour


def chunked(*chunks, end=b"0\r\n\r\n", headers=()):
    data = head(200, ("Content-Type", API_TYPE), ("Transfer-Encoding", "chunked"), *headers) + b"\r\n"
    return data + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def gzipped(body):
    compressor = zlib.compressobj(wbits=31)
    return compressor.compress(body) + compressor.flush()


def gzip_bomb(decoded_bytes):
    """Spaces without end, a thousandth of the size on the wire, in chunks."""
    mebibyte = b" " * (1 << 20)

    def behaviour(exchange):
        compressor = zlib.compressobj(9, wbits=31)
        exchange.send(chunked(end=b"", headers=[("Content-Encoding", "gzip")]))
        for _ in range(decoded_bytes >> 20):
            data = compressor.compress(mebibyte)
            if data:
                exchange.send(b"%x\r\n%s\r\n" % (len(data), data))
        exchange.hang_up()
    return behaviour


def endless(first, unit):
    """`first`, then `unit` again and again until the client has had enough."""
    def behaviour(exchange):
        exchange.send(first)
        many = unit * (1 + 16384 // len(unit))
        while True:
            exchange.send(many)
    return behaviour
