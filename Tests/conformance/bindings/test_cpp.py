# SPDX-License-Identifier: Apache-2.0
"""include/dora.hpp: every promise of the header, checked by C++ programs."""

import pathlib
import shlex
import subprocess

import pytest

from paths import REPOSITORY
from programs import ENVIRONMENT, WARNINGS, run
from servers.behaviours import EVENT, in_turn, reply

HERE = pathlib.Path(__file__).resolve().parent
HEADER = REPOSITORY / "include" / "dora.hpp"


def compile_cpp(tmp_path, name, compiler):
    program = tmp_path / name
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "dora").stdout)
    result = run(compiler, "-std=c++17", "-pthread", *WARNINGS, "-o", program, HERE / "cpp" / f"{name}.cpp", *flags)
    assert result.returncode == 0, result.stderr
    return program


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_the_header_alone_twice(compiler, standard):
    flags = shlex.split(run("pkg-config", "--cflags", "dora").stdout)
    result = subprocess.run([compiler, f"-std={standard}", *WARNINGS, *flags, "-fsyntax-only", "-x", "c++", "-"],
                            input="#include <dora.hpp>\n#include <dora.hpp>\nint main() { dora::config config; }\n",
                            env=ENVIRONMENT, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_header_is_short():
    assert len(HEADER.read_text().splitlines()) <= 800


VALGRIND = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9"]


@pytest.mark.parametrize("compiler, wrapper", [
    pytest.param("g++", VALGRIND, id="g++ and valgrind", marks=pytest.mark.slow), pytest.param("clang++", [], id="clang++")])
def test_the_classes(server, authority, tmp_path, compiler, wrapper):
    server.answer("event", reply(200, EVENT, ("X-RateLimit-Limit", "100"), ("X-RateLimit-Period", "10")))
    server.answer("bad", reply(400, {"errors": [{"title": "Bad Request", "detail": "no", "status": "400",
                                                 "source": {"pointer": "/data"}, "meta": {"a": 1}}]}))
    server.answer("later", in_turn(reply(429, {"errors": ["slow down"]}, ("Retry-After", "7"))))
    result = run(*wrapper, compile_cpp(tmp_path, "classes", compiler), server.base_url, authority.ca_file)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
