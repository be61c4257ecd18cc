# SPDX-License-Identifier: Apache-2.0
"""What callers give, checked and made into what C takes.

Of the wrong type: TypeError. Of the right type but unusable: InvalidArgumentError, a
ValueError. Both name the argument; neither shows its value where it may be a secret.
"""

from __future__ import annotations

import math
import operator
import os
from datetime import datetime, timezone

from ._lazy import TYPE_CHECKING, Lazy
from .errors import InvalidArgumentError

if TYPE_CHECKING:
    import typing
else:
    typing = Lazy("typing")


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def text(name: str, value: typing.Any) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{name}: a str is expected, not {_kind(value)}")
    if "\0" in value:
        raise InvalidArgumentError(f"{name}: holds a NUL character")
    try:
        return value.encode()
    except UnicodeEncodeError:  # a lone surrogate; the exception itself would carry the whole text
        raise InvalidArgumentError(f"{name}: holds half a surrogate pair, which no UTF-8 can say") from None


def path(name: str, value: typing.Any) -> bytes:
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name}: a str or a path is expected, not {_kind(value)}")
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise InvalidArgumentError(f"{name}: holds a NUL character")
    return encoded


def whole(name: str, value: typing.Any, least: int = 0, most: int = (1 << 32) - 1) -> int:
    """A whole number; a bool or a float is none."""
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name}: an int is expected, not {_kind(value)}")
    number = operator.index(value)
    if not least <= number <= most:
        raise InvalidArgumentError(f"{name}: {number} is out of range, which is {least} to {most}")
    return number


def milliseconds(name: str, value: typing.Any, *, unlimited: bool = True) -> int:
    """Seconds, rounded up to milliseconds. None is 0: no limit."""
    kind = type(value)
    if kind in (bool, str) or not (hasattr(kind, "__float__") or hasattr(kind, "__index__")):
        if value is None and unlimited:
            return 0
        raise TypeError(f"{name}: seconds as an int or a float are expected{', or None for no limit' if unlimited else ''}, "
                        f"not {_kind(value)}")
    seconds = float(value)
    most = ((1 << 32) - 1) / 1000
    if not (0 < seconds <= most or (seconds == 0 and not unlimited)):
        span = f"more than 0 to {most}; None is no limit" if unlimited else f"0 to {most}"
        raise InvalidArgumentError(f"{name}: {value} s is out of range, which is {span}")
    return math.ceil(round(seconds * 1000, 6))  # 0.07 s are 70 ms, though 0.07 * 1000 is a little more


_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def nanoseconds(name: str, value: typing.Any) -> int:
    """An instant as nanoseconds since 1970: an aware datetime, exactly, or an int of them."""
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidArgumentError(f"{name}: {value} has no time zone, so it may be any of a day's hours; "
                                       "give it one: .astimezone() for local time, .replace(tzinfo=timezone.utc) for UTC")
        since = value - _UNIX_EPOCH
        number = ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000
    elif isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise TypeError(f"{name}: an aware datetime, or an int of nanoseconds since 1970, is expected, not {_kind(value)}")
    else:
        number = operator.index(value)
    if not -(1 << 63) < number < (1 << 63) - 1:
        raise InvalidArgumentError(f"{name}: {value} is out of range: nanoseconds in 64 bits end in the years 1677 and 2262")
    return number


def flag(name: str, value: typing.Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name}: True or False is expected, not {_kind(value)}")
    return value


def pair(name: str, value: typing.Any, what: str) -> tuple[typing.Any, typing.Any]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise TypeError(f"{name}: {what} is expected, not {_kind(value)}")
    return value[0], value[1]
