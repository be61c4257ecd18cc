# SPDX-License-Identifier: Apache-2.0
"""The dora_client, its logger, and what is made from it: freed in the right order, whatever a program does."""

from __future__ import annotations

from _thread import get_ident
from ctypes import c_void_p

from ._lazy import TYPE_CHECKING, Lazy
from ._library import LogFunction, c

if TYPE_CHECKING:
    import typing
    from collections import abc
else:
    typing, abc = Lazy("typing"), Lazy("collections.abc")


class Handle:
    """A dora_client. It is freed once nobody holds it: neither its Client nor a part at work.

    Where a circle of objects is garbage, Python finalizes them in any order, and what is finalized already may
    still be used by another finalizer: a `pointer` is 0 once what it points to was freed.
    """

    def __init__(self, pointer: int, log: Log) -> None:
        self.pointer: int = pointer
        self.closed: bool = False  # by its Client: what is at work goes on to its end
        self.log: Log = log
        self.parts: dict[int, abc.Callable[[int], None]] = {}

    def __del__(self, free: abc.Callable[[int], None] = c.client_free) -> None:
        while self.parts:  # in such a circle the client may be finalized before its parts
            part, free_part = self.parts.popitem()
            free_part(part)
        pointer, self.pointer = self.pointer, 0
        free(pointer)


class Part:
    """What a client's handle must outlive: a queue or a search. It belongs to one thread at a time.

    C can't take it that a part is freed while it is inside of it, which a logger might do that closes its client:
    what frees a part then only marks it, and `leave` frees it when C has returned.
    """

    def __init__(self, client: Handle, pointer: int, free: abc.Callable[[int], None]) -> None:
        self.client: Handle = client
        self.pointer: int = pointer
        self._inside: int = 0
        self._freed: bool = False
        # Where C stores an error: passed as it is, since ctypes takes longer for a byref() of it. The part belongs to
        # one thread at a time, and so does this.
        self._error: c_void_p = c_void_p()
        client.parts[pointer] = free

    def enter(self) -> int:
        """The pointer to call C with; `leave` must follow. What each event passes through has both written out,
        since two calls would take longer than what they do."""
        if self.pointer == 0 or self.client.pointer == 0:
            raise closed()
        self._inside += 1
        return self.pointer

    def leave(self) -> None:
        self._inside -= 1
        if self._freed:
            self.free()

    def free(self) -> None:
        """Frees it, whatever is pending. The second time does nothing."""
        self._freed = True
        if self._inside:
            return
        # To take it out is atomic: whoever does, frees it.
        free = self.client.parts.pop(self.pointer, None)
        pointer, self.pointer = self.pointer, 0  # which C takes as NULL
        if free is not None:
            free(pointer)

    def __del__(self) -> None:
        if hasattr(self, "_freed"):  # there is nothing to free where making it failed
            self.free()


def closed() -> ValueError:
    return ValueError("the client is closed")


class Log:
    """The function that C calls with its messages. What the logger raises can't pass through C: it is kept,
    and raised once C has returned."""

    def __init__(self, logger: typing.Any) -> None:
        raised: dict[int, BaseException] = {}
        self.raised: dict[int, BaseException] = raised
        self.function: typing.Any = LogFunction()
        if logger is None:
            return

        def log(_user_data: int, level: int, message: bytes) -> None:
            try:
                # DORA_LOG_ERROR is 1 and logging.ERROR 40, DORA_LOG_DEBUG is 4 and logging.DEBUG 10.
                logger.log(max(10, 50 - 10 * level), "%s", message.decode("utf-8", "replace"))
            except BaseException as error:
                raised.setdefault(get_ident(), error)

        self.function = LogFunction(log)

    def check(self) -> None:
        """Raises what the logger raised on this thread. It is worth a call only if `raised` is not empty."""
        if (error := self.raised.pop(get_ident(), None)) is not None:
            raise error
