# SPDX-License-Identifier: Apache-2.0
"""A staged library that is older than the sources is never tested."""

import os
import shutil
import subprocess
import sys

import pytest

from paths import CONFORMANCE
from stage import problem


@pytest.fixture
def tree(tmp_path):
    """A repository with a library that is newer than its sources."""
    for name in ("Makefile", "include/dora.h", "Sources/Dora/Client.swift", ".build/stage/lib/libdora.so.0"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (1000, 2000 if ".build" in name else 1000))
    return tmp_path


def test_a_library_newer_than_its_sources_is_tested(tree):
    assert problem(tree) is None


@pytest.mark.parametrize("name", ["Makefile", "include/dora.h", "Sources/Dora/Client.swift", "Sources/Dora/New.swift"])
def test_what_is_newer_is_named(tree, name):
    (tree / name).touch()
    assert f"older than {name}" in problem(tree)
    assert "make install" in problem(tree)


def test_a_missing_library(tree):
    shutil.rmtree(tree / ".build")
    assert "is missing" in problem(tree)


def test_pytest_refuses_to_run(tree):
    """Also by hand, for one file."""
    copy = tree / "Tests" / "conformance"
    shutil.copytree(CONFORMANCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "include" / "dora.h").touch()
    result = subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", copy / "packages" / "test_versions.py"],
                            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, cwd=copy)
    assert result.returncode != 0
    assert "older than include/dora.h" in result.stdout + result.stderr
    assert "passed" not in result.stdout
