# SPDX-License-Identifier: Apache-2.0
"""How the tests run programs of other languages, with the staged library in reach."""

import contextlib
import fcntl
import os
import subprocess

from paths import PYTHON_PACKAGE, REPOSITORY, STAGE

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
ENVIRONMENT = {
    **os.environ,
    "LD_LIBRARY_PATH": str(STAGE / "lib"),
    "PKG_CONFIG_PATH": str(STAGE / "lib" / "pkgconfig"),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPATH": str(PYTHON_PACKAGE),
    "DD_API_KEY": "an-api-key",
    "DD_APP_KEY": "an-application-key",
}


def run(*command, text=None):
    return subprocess.run([*map(str, command)], env=ENVIRONMENT, input=text or "", capture_output=True, text=True,
                          encoding="utf-8", timeout=60)


@contextlib.contextmanager
def nobody_else_makes():
    """For what runs make in the checkout, or reads .build/make: files beside it, and other processes, wait."""
    with open(REPOSITORY / ".build" / "make.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_checked(command, **environment):
    result = subprocess.run(list(map(str, command)), cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=400, env={**os.environ, **environment})
    output = result.stdout + result.stderr
    assert result.returncode == 0, output[-4000:]
    assert "Sanitizer:" not in output, output[:4000]
