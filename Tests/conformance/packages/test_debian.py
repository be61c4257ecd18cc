# SPDX-License-Identifier: Apache-2.0
"""What packaging/debian says of the library agrees with the library. The packages are built by Tests/packages/run.sh."""

import re
import subprocess
import sys

import capi
from paths import REPOSITORY

DEBIAN = REPOSITORY / "packaging" / "debian"
sys.path.insert(0, str(REPOSITORY / "man"))

from header import read

HEADER = read(REPOSITORY / "include" / "dora.h")


def symbols():
    command = [sys.executable, REPOSITORY / "packaging" / "symbols.py"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.findall(r"^ (\w+)@Base (\d+\.\d+\.\d+)$", text, re.MULTILINE)


def test_each_function_has_the_version_that_it_came_with():
    """dpkg-shlibdeps makes a program depend on the release that has all it calls."""
    listed = [name for name, _ in symbols()]
    functions = {each.name for each in HEADER.declarations("function")}
    assert listed == sorted(functions), "in order, once each, and none that is gone"


def test_what_the_last_release_had_is_older_than_what_it_had_not():
    last_release = set(re.findall(r"elf-symbol name='(\w+)'", (REPOSITORY / "Tests" / "abi" / "functions.xml").read_text()))
    version = tuple(map(int, HEADER.version.split(".")))
    for name, since in symbols():
        assert name not in last_release or tuple(map(int, since.split("."))) <= version, name


def test_debian_s_tools_let_the_package_on_older_systems():
    """A symbol that Debian's libc6 counts as new would keep the package from Debian 11."""
    undefined = subprocess.run(["nm", "-D", "--undefined-only", capi.LIBRARY], check=True, capture_output=True, text=True).stdout
    # Debian gives these a later version than their symbol has, since what they answer became richer.
    assert not re.findall(r"\b(sysconf|pathconf|confstr)@", undefined)


def test_what_the_readme_points_to_is_in_the_package():
    packed = {line.split()[-1].removeprefix("usr/share/doc/libdora-dev/").rstrip("*").rstrip("/")
              for name in ("docs", "examples", "links")
              for line in (DEBIAN / f"libdora-dev.{name}").read_text().splitlines()}
    for target in re.findall(r"\]\(([^)#\s]+)\)", (REPOSITORY / "README.md").read_text()):
        if not target.startswith("http"):
            assert any(target == name or target.startswith(f"{name}/") for name in packed), target
