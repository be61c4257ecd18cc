# SPDX-License-Identifier: Apache-2.0
"""A TCP relay that forgets flows, as a NAT does: they go silent, without a FIN or an RST."""

import contextlib
import selectors
import socket
import threading


class Relay:
    """Listens on a port of its own and passes bytes to and fro, until `forget` is called."""

    def __init__(self, target_port):
        self.target = ("127.0.0.1", target_port)
        self.connections = 0
        self.flows = []
        self.lock = threading.Lock()
        self.stopping = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    @property
    def base_url(self):
        return f"https://127.0.0.1:{self.port}"

    def forget(self):
        """From now on the flows that there are pass nothing on. New ones are as good as ever."""
        with self.lock:
            for flow in self.flows:
                flow.is_forgotten = True
                flow.wake()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                if self.stopping:
                    connection.close()
                    return
                self.connections += 1
                flow = Flow(connection, socket.create_connection(self.target))
                self.flows.append(flow)
            threading.Thread(target=flow.run, daemon=True).start()

    def stop(self):
        with self.lock:
            self.stopping = True
            flows = list(self.flows)
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for flow in flows:
            flow.close()

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()


class Flow:
    def __init__(self, client, server):
        self.peers = {client: server, server: client}
        self.is_forgotten = False
        self.waker, self.wakened = socket.socketpair()

    def run(self):
        with selectors.DefaultSelector() as selector, contextlib.suppress(OSError, ValueError):
            for connection in (*self.peers, self.wakened):
                selector.register(connection, selectors.EVENT_READ)
            while not self.is_forgotten:
                for key, _ in selector.select():
                    if self.is_forgotten or key.fileobj is self.wakened:
                        return
                    if not self.pass_on(key.fileobj):
                        self.close()
                        return

    def pass_on(self, connection):
        data = connection.recv(65536)
        if data:
            self.peers[connection].sendall(data)
        return bool(data)

    def wake(self):
        with contextlib.suppress(OSError):
            self.waker.send(b"!")

    def close(self):
        for connection in (*self.peers, self.waker, self.wakened):
            with contextlib.suppress(OSError):
                connection.close()
