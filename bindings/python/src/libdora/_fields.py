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
else:
    typing = Lazy("typing")

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Field:
    """What all fields are: documented, and not to be set."""

    def __init__(self, documentation: str) -> None:
        self.__doc__ = documentation
        self.name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __set__(self, failure: typing.Any, value: typing.Any) -> None:
        raise AttributeError(f"{self.name}: an event never changes")

    def __delete__(self, failure: typing.Any) -> None:
        raise AttributeError(f"{self.name}: an event never changes")


class Text(Field):
    """A str, or None if the event does not carry the field."""

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self._read: typing.Any = function(f"failure_{name}", c_char_p, c_void_p)

    def __get__(self, failure: typing.Any, owner: typing.Any = None) -> str | None:
        if failure is None:
            return self  # type: ignore[return-value]
        value = self._read(failure._pointer)
        return None if value is None else value.decode("utf-8", "replace")


class Texts(Field):
    """A tuple of str, from two accessors: how many there are, and one by its index."""

    def __init__(self, count: str, item: str, documentation: str) -> None:
        super().__init__(documentation)
        self._count: typing.Any = function(f"failure_{count}", c_size_t, c_void_p)
        self._item: typing.Any = function(f"failure_{item}", c_char_p, c_void_p, c_size_t)

    def __get__(self, failure: typing.Any, owner: typing.Any = None) -> tuple[str, ...]:
        if failure is None:
            return self  # type: ignore[return-value]
        pointer, item = failure._pointer, self._item
        return tuple([item(pointer, index).decode("utf-8", "replace") for index in range(self._count(pointer))])


class Nanoseconds(Field):
    """A time as the int of its nanoseconds since 1970: the attribute `started_at_ns` is dora_failure_started_at."""

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self._read: typing.Any = function(f"failure_{name.removesuffix('_ns')}", c_bool, c_void_p, NanosecondsOut)

    def __get__(self, failure: typing.Any, owner: typing.Any = None) -> int | None:
        if failure is None:
            return self  # type: ignore[return-value]
        unix_ns = c_int64()  # ctypes passes its address, and sooner than that of a byref()
        return unix_ns.value if self._read(failure._pointer, unix_ns) else None


class Moment(Field):
    """The same time as an aware datetime."""

    def __get__(self, failure: typing.Any, owner: typing.Any = None) -> datetime | None:
        if failure is None:
            return self  # type: ignore[return-value]
        unix_ns = getattr(failure, f"{self.name}_ns")
        return None if unix_ns is None else EPOCH + timedelta(microseconds=unix_ns // 1000)
