# SPDX-License-Identifier: Apache-2.0
"""Texts and bytes, out of the library."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t

from ._lazy import TYPE_CHECKING, Lazy
from ._library import SIZE_MAX

if TYPE_CHECKING:
    import typing
    from collections import abc
else:
    typing, abc = Lazy("typing"), Lazy("collections.abc")


def text_out(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")


def copied(function: abc.Callable[..., int], *source: typing.Any) -> bytes | None:
    """What a function that copies as snprintf does has to say; None if nothing is there."""
    length = function(*source, None, 0)
    if length == SIZE_MAX:
        return None
    buffer = ctypes.create_string_buffer(length + 1)
    function(*source, buffer, length + 1)
    return buffer.raw[:length]


def sized(function: abc.Callable[..., int | None], source: int | None) -> bytes | None:
    """A copy of a borrowed buffer whose length comes with it."""
    length = c_size_t()
    pointer = function(source, byref(length))
    return None if pointer is None else ctypes.string_at(pointer, length.value)
