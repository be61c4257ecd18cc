# SPDX-License-Identifier: Apache-2.0
"""Texts and bytes, to the library and back."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_size_t

from ._library import SIZE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def text_in(value: str) -> bytes:
    if "\0" in value:
        raise ValueError("embedded null character")
    return value.encode()


def text_out(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


def copied(function: Callable[..., int], *source: Any) -> bytes | None:
    """What a function that copies as snprintf does has to say; None if nothing is there."""
    length = function(*source, None, 0)
    if length == SIZE_MAX:
        return None
    buffer = ctypes.create_string_buffer(length + 1)
    function(*source, buffer, length + 1)
    return buffer.raw[:length]


def sized(function: Callable[..., int | None], source: int) -> bytes | None:
    """A copy of a borrowed buffer whose length comes with it."""
    length = c_size_t()
    pointer = function(source, byref(length))
    return None if pointer is None else ctypes.string_at(pointer, length.value)
