# SPDX-License-Identifier: Apache-2.0
"""include/dora.hpp: every promise of the header, checked by C++ programs."""

import ctypes
import json
import pathlib
import re
import subprocess

import pytest

import capi
from paths import REPOSITORY
from programs import ENVIRONMENT, WARNINGS, compiled, pkg_config, run
from servers.behaviours import EVENT, in_turn, reply

pytestmark = pytest.mark.slow

HERE = pathlib.Path(__file__).resolve().parent
HEADER = REPOSITORY / "include" / "dora.hpp"


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_the_header_alone_twice(compiler, standard):
    result = subprocess.run([compiler, f"-std={standard}", *WARNINGS, *pkg_config("--cflags"), "-fsyntax-only", "-x", "c++", "-"],
                            input="#include <dora.hpp>\n#include <dora.hpp>\nint main() { dora::config config; }\n",
                            env=ENVIRONMENT, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_the_header_is_short():
    """800 lines and room for new fields and settings: a field takes two, a setting one."""
    assert len(HEADER.read_text().splitlines()) <= 850


def test_the_header_has_all_of_dora_h():
    called = set(re.findall(r"\bdora_\w+", HEADER.read_text()))
    assert sorted(set(capi.FUNCTIONS) - called - {"dora_version"}) == [], "functions of dora.h that dora.hpp does not call"


def test_each_text_is_read_by_its_name(tmp_path):
    git = {name: name for name in ("commit_sha", "repository_url", "repository_id")}
    attributes = {name: name for name in capi.FAILURE_TEXTS if name not in ("id", "type")}
    body = json.dumps({"data": {"id": "id", "type": "type", "attributes": {**attributes, "git": git}}})
    checks = "".join(f' || failure.{name}() != "{name.removeprefix("git_")}"' for name in capi.FAILURE_TEXTS)
    setters = "".join(f'config.{name.removeprefix("dora_config_set_")}("x"); ' for name, (_, arguments)
                      in capi.FUNCTIONS.items() if name.startswith("dora_config_set_") and arguments[1:] == [ctypes.c_char_p])
    source = tmp_path / "texts.cpp"
    source.write_text(f"""#include <dora.hpp>
int main()
{{
    dora::config config;
    {setters}
    const dora::failure failure = dora::failure::parse(R"({body})");
    return false{checks};
}}
""")
    program = compiled(source, "g++", "-std=c++17", *WARNINGS, *pkg_config("--cflags", "--libs"))
    assert run(program).returncode == 0


VALGRIND = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9"]


@pytest.mark.parametrize("compiler, wrapper", [
    pytest.param("g++", VALGRIND, id="g++ and valgrind"), pytest.param("clang++", [], id="clang++")])
def test_the_classes(server, authority, compiler, wrapper):
    server.answer("event", reply(200, EVENT, ("X-RateLimit-Limit", "100"), ("X-RateLimit-Period", "10")))
    server.answer("bad", reply(400, {"errors": [{"title": "Bad Request", "detail": "no", "status": "400",
                                                 "source": {"pointer": "/data"}, "meta": {"a": 1}}]}))
    server.answer("later", in_turn(reply(429, {"errors": ["slow down"]}, ("Retry-After", "7"))))
    program = compiled(HERE / "cpp" / "classes.cpp", compiler, "-std=c++17", "-pthread", *WARNINGS,
                       *pkg_config("--cflags", "--libs"))
    result = run(*wrapper, program, server.base_url, authority.ca_file)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
