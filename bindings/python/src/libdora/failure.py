# SPDX-License-Identifier: Apache-2.0
"""The incident event."""

from __future__ import annotations

from ._arguments import text
from ._convert import copied, sized, text_out
from ._fields import EPOCH, Field, Moment, Nanoseconds, Text, Texts
from ._lazy import TYPE_CHECKING, Lazy
from ._library import c
from .errors import MalformedResponseError, call
from .response import Response, response_of

if TYPE_CHECKING:
    import typing
    from collections import abc
else:
    typing, abc = Lazy("typing"), Lazy("collections.abc")


class Failure:
    """One incident event. Client.get_failure and Failure.parse make it.

    Each attribute is read from the event when it is asked for; None is what the event does not carry. An
    event never changes: it may be used by any thread, after its client was closed, as a key and in a pickle.
    Two events are equal if their bodies hold the same JSON, whenever and however they were received.
    """

    __slots__ = ("_pickled", "_pointer")
    # The library's event; 0, which it takes as NULL, for one out of a pickle that is no object.
    _pointer: int
    # What an event out of a pickle can't be asked for anew: the JSON, the violations and the response.
    _pickled: tuple[bytes, tuple[str, ...], Response | None] | None

    id: Text = Text("The id of the event.")
    type: Text = Text('"dora_failure", formerly "dora_incident", or what the API sends in its place.')
    name: Text = Text("The name of the incident.")
    env: Text = Text("The first of `envs`.")
    envs: Texts = Texts("env_count", "env_at", "The environments that the incident hit.")
    severity: Text = Text("The severity, as it was sent: free text.")
    team: Text = Text("The first of `teams`.")
    teams: Texts = Texts("team_count", "team_at", "The teams that own the services.")
    services: Texts = Texts("service_count", "service", "The services that the incident hit.")
    version: Text = Text("The version of the service.")
    git_commit_sha: Text = Text("The commit.")
    git_repository_url: Text = Text("The URL of the commit's repository.")
    git_repository_id: Text = Text("The id of the commit's repository.")
    started_at: Moment = Moment("When the incident started, an aware datetime in UTC, to the microsecond.")
    started_at_ns: Nanoseconds = Nanoseconds("The same, exactly: nanoseconds since 1970-01-01T00:00:00Z.")
    finished_at: Moment = Moment("When the incident finished, an aware datetime in UTC, to the microsecond.")
    finished_at_ns: Nanoseconds = Nanoseconds("The same, exactly: nanoseconds since 1970-01-01T00:00:00Z.")
    custom_tags: Texts = Texts("custom_tag_count", "custom_tag", 'The custom tags, each "key:value".')

    def __init__(self) -> None:
        raise TypeError("an event comes from Client.get_failure or Failure.parse")

    @staticmethod
    def parse(json: bytes | bytearray | memoryview | str) -> Failure:
        """Reads the body of a response, without a network. Raises MalformedResponseError if it is no event."""
        if isinstance(json, str):
            json = json.encode("utf-8", "surrogatepass")  # the library refuses what is no UTF-8
        elif not isinstance(json, (bytes, bytearray, memoryview)):
            raise TypeError(f"json: bytes or a str are expected, not {_kind(json)}")
        json = bytes(json)
        return take_failure(call(c.parse_failure, json, len(json)))

    def custom_tag(self, key: str) -> str | None:
        """The value of the first custom tag with that key: "java" of the tag "language:java"."""
        return text_out(c.failure_custom_tag_value(self._pointer, text("key", key)))

    def value(self, pointer: str) -> typing.Any:
        """The value at a JSON Pointer (RFC 6901), as json.loads gives it: reaches what has no attribute,
        "/data/attributes/time_to_restore". KeyError if nothing is there."""
        found = copied(c.failure_copy_json, self._pointer, text("pointer", pointer))
        if found is None:
            raise KeyError(pointer)
        from json import loads
        return loads(found)

    def string(self, pointer: str) -> str | None:
        """The string at a JSON Pointer. None if nothing is there, or no string."""
        return text_out(copied(c.failure_copy_string, self._pointer, text("pointer", pointer)))

    @property
    def json(self) -> bytes:
        """The body exactly as it was received, decompressed."""
        return self._pickled[0] if self._pickled else sized(c.failure_json, self._pointer) or b""

    @property
    def violations(self) -> tuple[str, ...]:
        """Where the event departs from the documented schema: "/data/attributes/started_at: missing". A
        departure costs its own field, never the event."""
        return self._pickled[1] if self._pickled else _violations(self)

    @property
    def response(self) -> Response | None:
        """The facts of the response that the event came with. None for a parsed event."""
        return self._pickled[2] if self._pickled else response_of(self, c.failure_response)

    def to_dict(self) -> dict[str, typing.Any]:
        """All fields in plain types, for JSON, data frames and templates. `started_at` and `finished_at` are
        RFC 3339 texts of UTC with nine digits, `started_at_ns` and `finished_at_ns` ints; lists are lists."""
        plain = {name: getattr(self, name) for name in _FIELDS}
        for name in _MOMENTS:
            plain[name] = _rfc3339(plain[f"{name}_ns"])
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    def __repr__(self) -> str:
        from reprlib import repr as short
        shown = {"id": self.id, "name": self.name, "severity": self.severity, "services": self.services,
                 "started_at": _rfc3339(self.started_at_ns)}
        return f"Failure({', '.join(f'{name}={short(value)}' for name, value in shown.items() if value)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Failure):
            return NotImplemented
        mine, others = self.json, other.json
        if mine == others:
            return True
        if hash(self) != hash(other):
            return False
        from json import loads
        try:
            return bool(loads(mine) == loads(others))
        except (ValueError, RecursionError):  # what Python won't read, such as an int of 5,000 digits
            return False

    def __hash__(self) -> int:
        return hash((self.id, self.started_at_ns))

    def __copy__(self) -> Failure:
        return self

    def __deepcopy__(self, _memo: object) -> Failure:
        return self

    def __reduce__(self) -> tuple[abc.Callable[..., Failure], tuple[typing.Any, ...]]:
        return _restored, (self.json, self.violations, self.response)

    def __del__(self, free: abc.Callable[[int], None] = c.failure_free) -> None:
        try:
            pointer, self._pointer = self._pointer, 0  # another finalizer may still read it
        except AttributeError:  # what __init__ has refused
            return
        free(pointer)


_FIELDS = tuple(name for name, field in vars(Failure).items() if isinstance(field, Field))
_MOMENTS = tuple(name for name, field in vars(Failure).items() if isinstance(field, Moment))
_violations = Texts("violation_count", "violation", "")._reader("violations")
_new = object.__new__


def take_failure(pointer: int) -> Failure:
    """The event of a dora_failure, which it owns from now on."""
    failure = _new(Failure)
    failure._pointer, failure._pickled = pointer, None
    return failure


def _restored(json: bytes, violations: tuple[str, ...], response: Response | None) -> Failure:
    """An event out of a pickle. One of a search may be no object: every accessor takes that as an event
    without fields, as it does NULL."""
    try:
        failure = Failure.parse(json)
    except MalformedResponseError:
        failure = take_failure(0)
    failure._pickled = json, violations, response
    return failure


def _rfc3339(unix_ns: int | None) -> str | None:
    if unix_ns is None:
        return None
    from datetime import timedelta
    seconds, nanoseconds = divmod(unix_ns, 1_000_000_000)
    return f"{EPOCH + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__
