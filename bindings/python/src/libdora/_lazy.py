# SPDX-License-Identifier: Apache-2.0
"""Modules that are imported when something of them is asked for.

Type hints name them, and whoever reads the hints at run time finds them there; but to import
asyncio, logging and typing with the package would take longer than a call.
"""

from __future__ import annotations

# What type checkers take for typing's own.
TYPE_CHECKING: bool = False


class Lazy:
    """Stands for a module."""

    def __init__(self, name: str) -> None:
        self._name: str = name

    def __getattr__(self, attribute: str) -> object:
        from importlib import import_module
        return getattr(import_module(self._name), attribute)
