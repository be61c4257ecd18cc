# SPDX-License-Identifier: Apache-2.0
"""What a proxy does with CONNECT."""

import contextlib
import select
import socket

from servers.fault_server import Hangup


def tunnel(exchange):
    """Passes bytes to and fro, until one side ends."""
    host, port = exchange.request.target.rsplit(":", 1)
    with contextlib.closing(socket.create_connection((host, int(port)))) as target:
        exchange.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {exchange.connection: target, target: exchange.connection}
        while True:
            for source in select.select(list(ends), [], [], 30)[0]:
                data = source.recv(65536)
                if not data:
                    raise Hangup
                ends[source].sendall(data)
