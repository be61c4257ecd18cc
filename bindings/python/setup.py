# SPDX-License-Identifier: Apache-2.0
"""What pyproject.toml can't say: the version is the one in include/dora.h."""

import pathlib
import re

from setuptools import setup

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


def version() -> str:
    header = (CHECKOUT / "include" / "dora.h").read_text()
    found = re.search(r'^#define DORA_VERSION "(.+)"$', header, re.MULTILINE)
    if found is None:
        raise SystemExit("include/dora.h has no DORA_VERSION")
    return found[1]


setup(version=version())
