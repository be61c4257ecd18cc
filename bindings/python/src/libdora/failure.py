# SPDX-License-Identifier: Apache-2.0
"""The incident event."""

from __future__ import annotations

from ctypes import byref, c_bool, c_char_p, c_int64, c_size_t, c_void_p
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ._convert import copied, sized, text_in, text_out
from ._library import NanosecondsOut, c, function
from .errors import call
from .response import Response, response_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar
    _Answer = TypeVar("_Answer")

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

_TEXTS = [function(f"failure_{name}", c_char_p, c_void_p) for name in (
    "id", "type", "name", "env", "severity", "team", "version",
    "git_commit_sha", "git_repository_url", "git_repository_id")]
_LISTS = [(function(f"failure_{name}_count", c_size_t, c_void_p), function(f"failure_{name}", c_char_p, c_void_p, c_size_t))
          for name in ("service", "custom_tag", "violation")]
_TIMES = [function(f"failure_{name}", c_bool, c_void_p, NanosecondsOut) for name in ("started_at", "finished_at")]


@dataclass(frozen=True)
class Failure:
    """One incident event. None is what it does not carry."""

    id: str | None
    type: str | None
    name: str | None
    env: str | None
    severity: str | None
    team: str | None
    version: str | None
    git_commit_sha: str | None
    git_repository_url: str | None
    git_repository_id: str | None
    started_at: datetime | None  # to the microsecond, the nanoseconds beside it are exact
    started_at_ns: int | None
    finished_at: datetime | None
    finished_at_ns: int | None
    services: tuple[str, ...]
    custom_tags: tuple[str, ...]
    violations: tuple[str, ...]  # where the event departs from the documented schema
    json: bytes  # the body exactly as it was received
    response: Response | None  # None for a parsed event

    @staticmethod
    def parse(json: bytes) -> Failure:
        """Reads the body of a response, without a network."""
        return take_failure(call(c.parse_failure, json, len(json)))

    def custom_tag(self, key: str) -> str | None:
        """The value of the first tag with that key."""
        return _asked(self.json, lambda failure: text_out(c.failure_custom_tag_value(failure, text_in(key))))

    def value(self, pointer: str) -> Any:
        """The value at a JSON Pointer (RFC 6901): reaches what has no attribute. KeyError if nothing is there."""
        text = _asked(self.json, lambda failure: copied(c.failure_copy_json, failure, text_in(pointer)))
        if text is None:
            raise KeyError(pointer)
        from json import loads
        return loads(text)


def _asked(json: bytes, ask: Callable[[int], _Answer]) -> _Answer:
    failure: int = call(c.parse_failure, json, len(json))
    try:
        return ask(failure)
    finally:
        c.failure_free(failure)


def _times(function: Callable[..., bool], failure: int) -> tuple[datetime | None, int | None]:
    unix_ns = c_int64()
    if not function(failure, byref(unix_ns)):
        return None, None
    return _EPOCH + timedelta(microseconds=unix_ns.value // 1000), unix_ns.value


def take_failure(pointer: int) -> Failure:
    """The event of a dora_failure, which is freed."""
    try:
        texts: Any = [text_out(text(pointer)) for text in _TEXTS]
        lists: Any = [tuple([item(pointer, index).decode() for index in range(number(pointer))]) for number, item in _LISTS]
        times: Any = _times(_TIMES[0], pointer) + _times(_TIMES[1], pointer)
        facts: Any = sized(c.failure_json, pointer), response_of(c.failure_response(pointer))
        return Failure(*texts, *times, *lists, *facts)
    finally:
        c.failure_free(pointer)
