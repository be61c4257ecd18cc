# SPDX-License-Identifier: Apache-2.0
"""Whether the staged library is that of the sources: an old one is not worth testing."""

from paths import REPOSITORY

SOURCES = ("Makefile", "packaging.mk", "Package.swift", "include", "man", "pkgconfig", "Sources")


def problem(repository=REPOSITORY):
    """What is wrong with .build/stage, and the remedy; None if nothing is."""
    library = repository / ".build" / "stage" / "lib" / "libdora.so.0"
    remedy = "make && make install PREFIX=$PWD/.build/stage"
    if not library.exists():
        return f"{library} is missing: Tests/run.sh makes it, or {remedy}"
    changed = [path for path in files(repository) if path.stat().st_mtime > library.stat().st_mtime]
    if not changed:
        return None
    newest = max(changed, key=lambda path: path.stat().st_mtime).relative_to(repository)
    return f"{library} is older than {newest}: Tests/run.sh makes it anew, or {remedy}"


def files(repository):
    for name in SOURCES:
        path = repository / name
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file() and file.suffix != ".pyc":
                yield file
