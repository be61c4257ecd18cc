# SPDX-License-Identifier: Apache-2.0
"""The programs in README.md compile and run as they stand. Without keys each says what is missing, and sends nothing."""

import os
import re
import shlex
import subprocess
import sys

import capi
from paths import PYTHON_PACKAGE, REPOSITORY

README = (REPOSITORY / "README.md").read_text()
ENVIRONMENT = {**os.environ, "DORA_LIBRARY": str(capi.STAGE / "lib" / "libdora.so.0"),
               "PKG_CONFIG_PATH": str(capi.STAGE / "lib" / "pkgconfig"), "LD_LIBRARY_PATH": str(capi.STAGE / "lib")}


def block(language):
    [code] = re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return code


def run(directory, *command, **environment):
    return subprocess.run(command, cwd=directory, env={**ENVIRONMENT, **environment}, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)


def test_c(tmp_path):
    (tmp_path / "get.c").write_text(block("c"))
    [line] = re.findall(r"`(cc get\.c .*?)`", README)
    built = run(tmp_path, "sh", "-c", f"{line} -std=c99 -Wall -Wextra -Werror")
    assert built.returncode == 0, built.stderr
    result = run(tmp_path, "./a.out", "some-id")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("api_key: not set")


def test_the_program_at_the_top_of_the_header(tmp_path):
    header = (REPOSITORY / "include" / "dora.h").read_text()
    [lines] = re.findall(r"A complete program.*?:\n \*\n(.*?)^ \*/$", header, re.DOTALL | re.MULTILINE)
    (tmp_path / "get.c").write_text(re.sub(r"^ \* {5}| \*$", "", lines, flags=re.MULTILINE))
    built = run(tmp_path, "sh", "-c", "cc get.c -std=c99 -Wall -Wextra -Werror $(pkg-config --cflags --libs dora)")
    assert built.returncode == 0, built.stderr
    result = run(tmp_path, "./a.out")
    assert (result.returncode, result.stdout) == (1, "") and result.stderr.startswith("api_key: not set")


def test_python(tmp_path):
    refuses_without_a_key(run(tmp_path, sys.executable, "-c", block("python"), PYTHONPATH=str(PYTHON_PACKAGE)))


def test_ruby(tmp_path):
    program = tmp_path / "get.rb"
    program.write_text(block("ruby"))
    refuses_without_a_key(run(tmp_path, "ruby", "-I", REPOSITORY / "bindings" / "ruby" / "lib", program))


def refuses_without_a_key(result):
    assert result.returncode == 1 and result.stdout == ""
    assert "api_key: not set" in result.stderr


def test_the_commands_exist():
    for command in re.findall(r"^(\./\S+)", README, re.MULTILINE):
        assert os.access(REPOSITORY / shlex.split(command)[0], os.X_OK), command
