# SPDX-License-Identifier: Apache-2.0
"""The fault server over HTTP/2: h2 keeps the protocol, or breaks it where a behaviour wants that.

One thread a connection serves all its streams, in turns: a behaviour does not
wait, it asks to be called later.
"""

import contextlib
import heapq
import select
import time

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from servers.fault_server import FaultServer, Hangup, Request, reset

TICK_SECONDS = 0.1


class HTTP2Server(FaultServer):
    def __init__(self, context):
        context.set_alpn_protocols(["h2"])
        super().__init__(context)

    def converse(self, connection, number):
        Conversation(self, connection, number).run()


class Conversation:
    def __init__(self, server, connection, number):
        self.server = server
        self.connection = connection
        self.number = number
        self.protocol = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="latin-1", validate_outbound_headers=False))
        self.due = []
        self.receiving = {}  # by stream: the headers and the body of a request that is not complete
        self.unsent = {}  # by stream: what its window has no room for, and whether the stream ends behind it

    def run(self):
        self.protocol.initiate_connection()
        self.flush()
        while not self.server.stopping:
            if self.is_readable():
                data = self.connection.recv(65536)
                if not data:
                    return
                for event in self.protocol.receive_data(data):
                    self.receive(event)
                self.send_unsent()
            while self.due and self.due[0][0] <= time.monotonic():
                _, _, behaviour, stream = heapq.heappop(self.due)
                behaviour(stream)
            self.flush()

    def is_readable(self):
        wait = TICK_SECONDS if not self.due else min(TICK_SECONDS, max(0, self.due[0][0] - time.monotonic()))
        return self.connection.pending() > 0 or bool(select.select([self.connection], [], [], wait)[0])

    def flush(self):
        self.connection.sendall(self.protocol.data_to_send())

    def send_unsent(self):
        """Sends what the windows of streams and connection have room for, frame by frame."""
        for stream_id, (data, end) in list(self.unsent.items()):
            del self.unsent[stream_id]
            with contextlib.suppress(h2.exceptions.StreamClosedError):  # the client has given it up
                while data or end:
                    room = min(self.protocol.local_flow_control_window(stream_id), self.protocol.max_outbound_frame_size)
                    if data and room <= 0:
                        self.unsent[stream_id] = (data, end)
                        break
                    part, data = data[:room], data[room:]
                    self.protocol.send_data(stream_id, part, end and not data)
                    end = end and bool(data)

    def receive(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.receiving[event.stream_id] = (dict(event.headers), bytearray())
        elif isinstance(event, h2.events.DataReceived):
            self.receiving[event.stream_id][1].extend(event.data)
            self.protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.receiving.pop(event.stream_id, None)
        elif isinstance(event, h2.events.StreamEnded):
            self.answer(event.stream_id, *self.receiving.pop(event.stream_id))

    def answer(self, stream_id, headers, body):
        request = Request(headers[":method"], headers[":path"], headers, b"", self.number, bytes(body))
        behaviour, attempt = self.server.note(request)
        behaviour(Stream(self, stream_id, request, attempt))


class Stream:
    """One request. Takes the same behaviours as an Exchange of HTTP/1.1 does, those that do not wait."""

    def __init__(self, conversation, stream_id, request, attempt):
        self.conversation = conversation
        self.protocol = conversation.protocol
        self.id = stream_id
        self.request = request
        self.attempt = attempt

    def send(self, data):
        """A whole response, given as HTTP/1.1 has it."""
        head, _, body = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = [line.split(": ", 1) for line in lines]
        self.headers(int(status.split()[1]), *headers, end=not body)
        if body:
            self.data(body, end=True)

    def headers(self, status, *headers, end=False):
        fields = [(":status", str(status)), *((name.lower(), str(value)) for name, value in headers)]
        with contextlib.suppress(h2.exceptions.StreamClosedError):  # the client has given it up
            self.protocol.send_headers(self.id, fields, end_stream=end)

    def data(self, data, end=False):
        unsent, _ = self.conversation.unsent.pop(self.id, (b"", False))
        self.conversation.unsent[self.id] = (unsent + data, end)
        self.conversation.send_unsent()

    def later(self, seconds, behaviour):
        heapq.heappush(self.conversation.due, (time.monotonic() + seconds, self.id, behaviour, self))

    def break_off(self, error_code):
        """RST_STREAM: this request is over, the connection is not."""
        self.protocol.reset_stream(self.id, error_code)

    def go_away(self, error_code=0, last_stream_id=None):
        """GOAWAY, with all that was sent before, and the end of the connection."""
        self.protocol.close_connection(error_code, last_stream_id=last_stream_id)
        self.conversation.flush()
        self.hang_up()

    def garble(self, data):
        """Bytes past the protocol's state machine."""
        self.conversation.flush()
        self.conversation.connection.sendall(data)

    def hang_up(self):
        self.conversation.flush()
        raise Hangup

    def reset(self):
        self.conversation.flush()
        time.sleep(0.02)  # an RST overtakes bytes that the peer has not read yet
        reset(self.conversation.connection)
        raise Hangup

    def be_silent(self):
        pass
