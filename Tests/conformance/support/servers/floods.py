# SPDX-License-Identifier: Apache-2.0
"""Servers that never stop talking. Each flood is a behaviour of an Exchange or of a Stream.

While a flood pours, what the client sends is read and thrown away, so that it is never the client's
own answers that end it.
"""

import select
import ssl
import struct
import time

from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from servers.behaviours import chunked, head
from servers.fault_server import Hangup

# A flood that a client does not get away from ends by itself: a test that fails must still end.
LONGEST_SECONDS = 2

BLOCKED = (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError)


def pour(connection, unit, batch=65536):
    """Sends a unit again and again until the client has had enough."""
    connection.setblocking(False)
    data = memoryview(unit * max(1, batch // len(unit)))
    offset = 0
    end = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < end:
        try:
            offset = (offset + connection.send(data[offset:])) % len(data)
        except BLOCKED:
            select.select([connection], [connection], [], 0.05)
        read_away(connection)
    raise Hangup


def read_away(connection):
    try:
        if not connection.recv(65536):
            raise Hangup
    except BLOCKED:
        pass


# ------------------------------------------------------------------- HTTP/1.1

def flood(first, unit):
    def behaviour(exchange):
        exchange.send(first)
        pour(exchange.connection, unit)
    return behaviour


HTTP_1 = {
    "1xx": flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "short headers": flood(head(200), b"a:\r\n"),
    "one header": flood(head(200) + b"X-Filler: ", b"x" * 1024),
    "chunk extensions": flood(chunked(end=b""), b"1;" + b"e" * 1024 + b"\r\n \r\n"),
    "one chunk extension": flood(chunked(end=b"") + b"1;", b"e" * 1024),
    "small chunks": flood(chunked(end=b""), b"1\r\n \r\n"),
    "trailers": flood(chunked(b"{}", end=b"0\r\n"), b"X-Trailer: " + b"t" * 100 + b"\r\n"),
    "zeros of a chunk's size": flood(chunked(end=b""), b"0" * 1024),
}

# What a proxy may answer CONNECT with.
PROXY = {
    "407 headers": flood(b"HTTP/1.1 407 Proxy Authentication Required\r\n", b"Proxy-Authenticate: Basic realm=x\r\n"),
    "407 body": flood(b"HTTP/1.1 407 Proxy Authentication Required\r\nTransfer-Encoding: chunked\r\n\r\n",
                      b"400\r\n" + b" " * 1024 + b"\r\n"),
    "407 length": flood(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 999999999999\r\n\r\n",
                        b" " * 1024),
    "407 again": flood(b"", b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\n"
                            b"Content-Length: 0\r\n\r\n"),
    "1xx": flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "200 headers": flood(b"HTTP/1.1 200 Connection established\r\n", b"X-Filler: x\r\n"),
}


# --------------------------------------------------------------------- HTTP/2

def frames(unit, headers=False):
    """A flood over HTTP/2; `unit` makes the bytes from the stream's number."""
    def behaviour(stream):
        if headers:
            stream.headers(200)
        conversation = stream.conversation
        conversation.flush()
        pour(conversation.connection, unit(stream.id))
    return behaviour


def unknown_frame(stream_id):
    return struct.pack(">I", 8)[1:] + b"\x42\x00" + struct.pack(">I", stream_id) + b"12345678"


def start_of_headers(then):
    """HEADERS that do not end, followed by a flood."""
    def behaviour(stream):
        conversation = stream.conversation
        conversation.flush()
        # 0x88 is ":status: 200" of the static table.
        conversation.connection.sendall(HeadersFrame(stream.id, data=b"\x88").serialize())
        pour(conversation.connection, then(stream.id))
    return behaviour


HTTP_2 = {
    "SETTINGS": frames(lambda _: SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 65535}).serialize()),
    "empty SETTINGS": frames(lambda _: SettingsFrame(0).serialize()),
    "PING": frames(lambda _: PingFrame(0, opaque_data=b"12345678").serialize()),
    "PING acknowledgements": frames(lambda _: PingFrame(0, opaque_data=b"12345678", flags=["ACK"]).serialize()),
    "WINDOW_UPDATE": frames(lambda _: WindowUpdateFrame(0, window_increment=1).serialize()),
    "WINDOW_UPDATE of the stream": frames(lambda stream: WindowUpdateFrame(stream, window_increment=1).serialize()),
    "PRIORITY": frames(lambda stream: PriorityFrame(stream, depends_on=0, stream_weight=1).serialize()),
    "unknown frames": frames(unknown_frame),
    "empty DATA": frames(lambda stream: DataFrame(stream).serialize(), headers=True),
    "padded DATA": frames(lambda stream: DataFrame(stream, data=b"", pad_length=8, flags=["PADDED"]).serialize(),
                          headers=True),
    "DATA of a stream that is over": frames(lambda stream: DataFrame(stream + 2).serialize(), headers=True),
    "empty CONTINUATION": start_of_headers(lambda stream: ContinuationFrame(stream).serialize()),
    "CONTINUATION": start_of_headers(
        # Literal fields without indexing, with new names: "a" and its value of 100 bytes.
        lambda stream: ContinuationFrame(stream, data=(b"\x00\x01a\x64" + b"v" * 100) * 10).serialize()),
    "1xx": frames(lambda stream: HeadersFrame(stream, data=b"\x08\x03102", flags=["END_HEADERS"]).serialize()),
}
