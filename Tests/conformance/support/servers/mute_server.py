# SPDX-License-Identifier: Apache-2.0
"""A server that accepts connections, reads what comes, and never says a word: no TLS handshake ends."""

import contextlib
import selectors
import socket
import threading


class MuteServer:
    def __init__(self):
        self.connections = 0
        self.stopping = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.base_url = f"https://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        open_connections = set()
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            while not self.stopping:
                for key, _ in selector.select(0.05):
                    if key.fileobj is self.listener:
                        connection, _ = self.listener.accept()
                        self.connections += 1
                        open_connections.add(connection)
                        selector.register(connection, selectors.EVENT_READ)
                    elif not self.read(key.fileobj):
                        selector.unregister(key.fileobj)
                        open_connections.discard(key.fileobj)
                        key.fileobj.close()
        for connection in (*open_connections, self.listener):
            connection.close()

    @staticmethod
    def read(connection):
        with contextlib.suppress(OSError):
            return bool(connection.recv(65536))
        return False

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stopping = True
        self.thread.join()
