# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 servers that allow a number of streams at once, and count connections and streams."""

import time

import h2.settings
from hyperframe.frame import SettingsFrame

from servers.http2_server import Conversation, HTTP2Server

REFUSED_STREAM = 7


class StreamServer(HTTP2Server):
    """Refuses what is above its limit, as RFC 9113 section 5.1.2 has it, and notes how much that was."""

    def __init__(self, context, max_streams):
        self.max_streams = max_streams
        self.at_once = 0
        self.refused = 0
        self.begun = 0
        super().__init__(context)

    def converse(self, connection, number):
        # The limit is told by a frame of our own, before those of h2, which would end the connection over it.
        connection.sendall(SettingsFrame(0, settings={
            SettingsFrame.MAX_CONCURRENT_STREAMS: self.max_streams}).serialize())
        conversation = Conversation(self, connection, number)
        conversation.protocol.local_settings = h2.settings.Settings(client=False)
        conversation.run()

    def answering_after(self, seconds, behaviour, enough=0, most_seconds=10):
        """A behaviour that takes its time, and notes how many streams of a connection are open meanwhile: after the first
        answer, which the others wait for, longer than `seconds` on a busy machine, until that many are."""
        began = time.monotonic()

        def answer_later(stream):
            self.begun += 1
            is_busy = self.begun > 1 and self.at_once < enough and time.monotonic() < began + most_seconds
            stream.later(seconds, answer_later if is_busy else behaviour)

        def answer(stream):
            if stream.protocol.open_inbound_streams > self.max_streams:
                self.refused += 1
                stream.break_off(REFUSED_STREAM)
                return
            self.at_once = max(self.at_once, stream.protocol.open_inbound_streams)
            answer_later(stream)
        return answer
