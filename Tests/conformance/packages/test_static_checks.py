# SPDX-License-Identifier: Apache-2.0
"""The static checks of Tests/static/run.sh find nothing."""

import subprocess

import pytest

from paths import REPOSITORY


@pytest.mark.timeout(320)
@pytest.mark.parametrize("name", [pytest.param("swift", marks=pytest.mark.slow), pytest.param("shell", marks=pytest.mark.slow),
                                  pytest.param("c", marks=pytest.mark.slow), "ruff", "mypy", "ruby"])
def test_nothing_is_found(name):
    result = subprocess.run([REPOSITORY / "Tests" / "static" / "run.sh", name], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
