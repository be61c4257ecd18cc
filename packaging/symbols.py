# SPDX-License-Identifier: Apache-2.0
"""Prints libdora0.symbols: each function of dora.h with the release that it came with, which its comment names.

A function whose comment names none came with the first release.
"""

from __future__ import annotations

import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "man"))

from header import Header, read

FIRST_RELEASE = "0.1.0"


def since(header: Header) -> dict[str, str]:
    versions = {}
    for section in header.sections:
        for block in section.blocks:
            for each in block.declarations:
                if each.kind == "function":
                    fields = (each.comment or block.comment).fields
                    versions[each.name] = fields.get("Since", FIRST_RELEASE).rstrip(".")
    return versions


def main() -> None:
    header = read(REPOSITORY / "include" / "dora.h")
    print(f"libdora.so.{header.version.split('.', maxsplit=1)[0]} libdora0 #MINVER#")
    print("* Build-Depends-Package: libdora-dev")
    for name, version in sorted(since(header).items()):
        print(f" {name}@Base {version}")


if __name__ == "__main__":
    main()
