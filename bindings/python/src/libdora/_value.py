# SPDX-License-Identifier: Apache-2.0
"""Plain values that never change: what frozen dataclasses are, without their import, which would take longer
than a call."""

from __future__ import annotations

from ._lazy import TYPE_CHECKING, Lazy

if TYPE_CHECKING:
    import typing
else:
    typing = Lazy("typing")


class Value:
    """Its attributes are its `__slots__`. Those that start with an underscore are neither compared nor shown."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, **values: typing.Any) -> None:
        for name in self.__slots__:
            object.__setattr__(self, name, values[name])

    def __setattr__(self, name: str, value: typing.Any) -> None:
        raise AttributeError(f"{name}: a {type(self).__name__} never changes")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: a {type(self).__name__} never changes")

    def _shown(self) -> dict[str, typing.Any]:
        return {name: getattr(self, name) for name in self.__slots__ if not name.startswith("_")}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._shown() == other._shown()

    def __hash__(self) -> int:
        return hash(tuple(self._shown().values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._shown().items())})"

    def __reduce__(self) -> tuple[typing.Any, ...]:
        return _restored, (type(self), {name: getattr(self, name) for name in self.__slots__})


def _restored(kind: type[Value], values: dict[str, typing.Any]) -> Value:
    return kind(**values)
