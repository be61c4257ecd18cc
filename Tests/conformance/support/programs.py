# SPDX-License-Identifier: Apache-2.0
"""How the tests run programs of other languages, with the staged library in reach."""

import contextlib
import fcntl
import functools
import hashlib
import os
import shlex
import subprocess

from paths import C_PROGRAMS, PYTHON_PACKAGE, REPOSITORY, STAGE

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
ENVIRONMENT = {
    **os.environ,
    "LD_LIBRARY_PATH": str(STAGE / "lib"),
    "PKG_CONFIG_PATH": str(STAGE / "lib" / "pkgconfig"),
    "PYTHONPYCACHEPREFIX": str(REPOSITORY / ".build" / "pycache"),
    "PYTHONPATH": str(PYTHON_PACKAGE),
    "DD_API_KEY": "an-api-key",
    "DD_APP_KEY": "an-application-key",
}


def run(*command, text=None):
    return subprocess.run([*map(str, command)], env=ENVIRONMENT, input=text or "", capture_output=True, text=True,
                          encoding="utf-8", timeout=60)


@functools.cache
def pkg_config(*arguments):
    return shlex.split(run("pkg-config", *arguments, "dora").stdout)


@functools.cache
def compiled(source, compiler, *flags):
    """The path of the program, compiled without a word of the compiler's. What was compiled before, by the same compiler
    from the same texts, is taken as it is."""
    texts = [source, *sorted(C_PROGRAMS.glob("*.h")), *sorted((STAGE / "include").iterdir())]
    digest = hashlib.sha256(repr((run(compiler, "--version").stdout, source.name, flags)).encode())
    for text in texts:
        digest.update(text.read_bytes())
    program = REPOSITORY / ".build" / "test-programs" / digest.hexdigest()[:16] / source.stem
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        unfinished = program.with_name(f"{source.stem}.{os.getpid()}")
        result = run(compiler, "-o", unfinished, source, *flags)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        unfinished.rename(program)
    return program


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
