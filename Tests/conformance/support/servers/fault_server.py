# SPDX-License-Identifier: Apache-2.0
"""An HTTP/1.1 server over TLS that does what each test tells it, right or wrong.

One blocking thread a connection: a behaviour is then a plain function that
writes to the socket, waits or breaks it off at any byte.
"""

import collections
import contextlib
import dataclasses
import socket
import ssl
import struct
import threading

LIST = "/api/v2/dora/failures"
PREFIX = LIST + "/"

# No peer is waited for longer than this: a test that fails must still end.
PATIENCE_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict  # names in lower case
    raw: bytes
    connection: int
    body: bytes = b""


class Hangup(Exception):
    """The connection is done with."""


class Exchange:
    """One request and the socket that its answer goes to."""

    def __init__(self, server, connection, request, attempt):
        self.server = server
        self.connection = connection
        self.request = request
        self.attempt = attempt

    def send(self, data):
        self.connection.sendall(data)

    def hang_up(self):
        """Ends the connection in order: TLS close and FIN."""
        if isinstance(self.connection, ssl.SSLSocket):
            with contextlib.suppress(OSError):
                self.connection.settimeout(0.2)
                self.connection.unwrap()
        raise Hangup

    def cut(self):
        """Ends the connection with a FIN and no TLS close: an attacker could do that."""
        self.connection.shutdown(socket.SHUT_RDWR)
        raise Hangup

    def reset(self):
        """Breaks the connection off: RST."""
        reset(self.connection)
        raise Hangup

    def wait(self, seconds):
        """Waits, at most until the client hangs up or the server stops."""
        self.connection.settimeout(seconds)
        try:
            if not self.connection.recv(1):
                raise Hangup
        except socket.timeout:  # TimeoutError itself from Python 3.10 on
            self.connection.settimeout(PATIENCE_SECONDS)

    def be_silent(self):
        self.wait(PATIENCE_SECONDS)
        raise Hangup


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # close() of an ssl.SSLSocket sends nothing by itself: with linger 0 all that leaves is the RST.
    connection.close()


class FaultServer:
    """`context` None makes it plain HTTP. `on_connect` sees each socket before TLS and
    returns whether to go on with it."""

    def __init__(self, context, on_connect=None, host="127.0.0.1"):
        self.context = context
        self.on_connect = on_connect
        self.host = host
        self.port = 0
        self.behaviours = {}
        self.requests = []
        self.connections = 0
        self.troubles = []
        self.lock = threading.Lock()
        self.start()

    @property
    def base_url(self):
        return f"{'http' if self.context is None else 'https'}://{self.host}:{self.port}"

    def answer(self, failure_id, behaviour):
        """Sets what GET .../failures/{failure_id} does; the id as it stands in the URL."""
        self.behaviours[PREFIX + failure_id] = behaviour

    def answer_list(self, behaviour):
        """Sets what POST .../failures does."""
        self.behaviours[LIST] = behaviour

    def requests_for(self, failure_id):
        return [request for request in self.requests if request.target == PREFIX + failure_id]

    def start(self):
        """Listens, after a stop() on the same port as before."""
        self.attempts = collections.Counter()
        self.open = set()
        self.stopping = False
        self.listener = socket.create_server((self.host, self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping = True
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        with self.lock:
            connections = list(self.open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection, self.connections), daemon=True).start()

    def serve(self, connection, number):
        try:
            connection.settimeout(PATIENCE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.on_connect is not None and not self.on_connect(connection):
                return
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with self.lock:
                self.open.add(connection)
            self.converse(connection, number)
        except (OSError, Hangup):
            pass  # the client went away, as it may, or the behaviour ended the connection
        except Exception as trouble:
            self.troubles.append(trouble)
        finally:
            with self.lock:
                self.open.discard(connection)
            connection.close()

    def converse(self, connection, number):
        received = b""
        while not self.stopping:
            while b"\r\n\r\n" not in received:
                data = connection.recv(65536)
                if not data:
                    return
                received += data
            head, received = received.split(b"\r\n\r\n", 1)
            request = parse(head, number)
            length = int(request.headers.get("content-length", 0))
            while len(received) < length:
                data = connection.recv(65536)
                if not data:
                    return
                received += data
            request = dataclasses.replace(request, body=received[:length])
            received = received[length:]
            behaviour, attempt = self.note(request)
            behaviour(Exchange(self, connection, request, attempt))

    def note(self, request):
        """What to do with a request, and how many there have been for the same target."""
        with self.lock:
            self.requests.append(request)
            self.attempts[request.target] += 1
            return self.behaviours.get(request.target, not_found), self.attempts[request.target]


def parse(head, connection):
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ")
    headers = {}
    for line in lines:
        name, value = line.split(":", 1)
        headers[name.lower()] = value.strip()
    return Request(method, target, headers, head, connection)


def not_found(exchange):
    exchange.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
