# SPDX-License-Identifier: Apache-2.0
"""The attributes of an event, each read from the library when it is asked for.

A field is declared where it is an attribute, in failure.py, and the name of the attribute
is the name of the accessor: `name = Text("...")` is dora_failure_name.
"""

from __future__ import annotations

from ctypes import c_bool, c_char_p, c_int64, c_size_t, c_void_p
from datetime import datetime, timedelta, timezone

from ._lazy import TYPE_CHECKING, Lazy
from ._library import NanosecondsOut, function

if TYPE_CHECKING:
    import typing
    from collections import abc
else:
    typing, abc = Lazy("typing"), Lazy("collections.abc")

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Field(property):
    """What all fields are: documented, and not to be set. A property, since Python calls a function of one sooner
    than a descriptor's method."""

    def __init__(self, documentation: str) -> None:
        self._documentation: str = documentation
        self.name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

        def refuse(_failure: typing.Any, _value: typing.Any = None) -> None:
            raise AttributeError(f"{name}: an event never changes")

        super().__init__(self._reader(name), refuse, refuse, self._documentation)

    def _reader(self, name: str) -> abc.Callable[[typing.Any], typing.Any]:
        """The function that reads the attribute of this name."""
        raise NotImplementedError


class Text(Field):
    """A str, or None if the event does not carry the field."""

    def _reader(self, name: str) -> abc.Callable[[typing.Any], str | None]:
        accessor = function(f"failure_{name}", c_char_p, c_void_p)

        def read(failure: typing.Any) -> str | None:
            value = accessor(failure._pointer)
            return None if value is None else value.decode("utf-8", "replace")

        return read

    if TYPE_CHECKING:
        def __get__(self, failure: typing.Any, owner: typing.Any = None) -> str | None: ...  # type: ignore[override]


class Texts(Field):
    """A tuple of str, from two accessors: how many there are, and one by its index."""

    def __init__(self, count: str, item: str, documentation: str) -> None:
        super().__init__(documentation)
        self._count: str = count
        self._item: str = item

    def _reader(self, name: str) -> abc.Callable[[typing.Any], tuple[str, ...]]:
        count = function(f"failure_{self._count}", c_size_t, c_void_p)
        item = function(f"failure_{self._item}", c_char_p, c_void_p, c_size_t)

        def read(failure: typing.Any) -> tuple[str, ...]:
            pointer = failure._pointer
            return tuple([item(pointer, index).decode("utf-8", "replace") for index in range(count(pointer))])

        return read

    if TYPE_CHECKING:
        def __get__(self, failure: typing.Any, owner: typing.Any = None) -> tuple[str, ...]: ...  # type: ignore[override]


class Nanoseconds(Field):
    """A time as the int of its nanoseconds since 1970: the attribute `started_at_ns` is dora_failure_started_at."""

    def _reader(self, name: str) -> abc.Callable[[typing.Any], int | None]:
        accessor = function(f"failure_{name.removesuffix('_ns')}", c_bool, c_void_p, NanosecondsOut)

        def read(failure: typing.Any) -> int | None:
            unix_ns = c_int64()  # ctypes passes its address, and sooner than that of a byref()
            return unix_ns.value if accessor(failure._pointer, unix_ns) else None

        return read

    if TYPE_CHECKING:
        def __get__(self, failure: typing.Any, owner: typing.Any = None) -> int | None: ...  # type: ignore[override]


class Moment(Field):
    """The same time as an aware datetime."""

    def _reader(self, name: str) -> abc.Callable[[typing.Any], datetime | None]:
        def read(failure: typing.Any) -> datetime | None:
            unix_ns = getattr(failure, f"{name}_ns")
            return None if unix_ns is None else EPOCH + timedelta(microseconds=unix_ns // 1000)

        return read

    if TYPE_CHECKING:
        def __get__(self, failure: typing.Any, owner: typing.Any = None) -> datetime | None: ...  # type: ignore[override]
