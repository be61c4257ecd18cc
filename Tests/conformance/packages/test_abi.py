# SPDX-License-Identifier: Apache-2.0
"""What the installed library looks like to a linker, a loader and a compiler."""

import os
import re
import subprocess

import pytest

import capi
from harness import dora
from paths import REPOSITORY

HEADER = capi.STAGE / "include" / "dora.h"


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def header_functions():
    """The names that dora.h declares: a line that starts with a type and names a function."""
    return set(re.findall(r"^[a-z][\w \t*]*?\b(dora_\w+)\(", HEADER.read_text(), re.MULTILINE))


def test_the_installed_header_is_the_repository_s():
    assert HEADER.read_bytes() == (REPOSITORY / "include" / "dora.h").read_bytes()


def test_exported_symbols_are_the_header_s_functions():
    lines = output("nm", "-D", "--defined-only", capi.LIBRARY).splitlines()
    symbols = {(line.split()[1], line.split()[2].split("@")[0]) for line in lines}
    functions = {name for kind, name in symbols if kind == "T"}
    versions = {name for kind, name in symbols if kind == "A"}
    assert functions == header_functions()
    assert {kind for kind, _ in symbols} <= {"T", "A"}, "nothing but functions and version names"
    assert all(name.startswith("DORA_") for name in versions)


def test_the_version_script_exports_the_prefix_alone():
    script = (REPOSITORY / "Sources" / "Dora" / "libdora.map").read_text()
    assert re.sub(r"/\*.*?\*/|\s", "", script, flags=re.DOTALL) == "{global:dora_*;local:*;};"


def test_ctypes_declares_the_header_s_functions():
    assert set(capi.FUNCTIONS) == header_functions()


def test_the_installed_files():
    files = {str(path.relative_to(capi.STAGE)) for path in capi.STAGE.rglob("*") if not path.is_dir()}
    version = dora.dora_version().decode()
    assert {"include/dora.h", "lib/pkgconfig/dora.pc", "lib/libdora.so", "lib/libdora.so.0",
            f"lib/libdora.so.{version}"} <= files
    assert os.readlink(capi.STAGE / "lib" / "libdora.so.0") == f"libdora.so.{version}"
    assert (capi.STAGE / "lib" / "libdora.so").resolve() == capi.LIBRARY.resolve()


def test_one_version_everywhere():
    version = re.search(r'#define DORA_VERSION "(.*)"', HEADER.read_text()).group(1)
    numbers = [re.search(rf"#define DORA_VERSION_{part} (\d+)", HEADER.read_text()).group(1)
               for part in ("MAJOR", "MINOR", "PATCH")]
    assert ".".join(numbers) == version
    assert dora.dora_version().decode() == version
    pkg_config = subprocess.run(["pkg-config", "--modversion", "dora"], check=True, capture_output=True, text=True,
                                env={**os.environ, "PKG_CONFIG_PATH": str(capi.STAGE / "lib" / "pkgconfig")})
    assert pkg_config.stdout.strip() == version


@pytest.fixture(scope="module")
def dynamic_section():
    return output("readelf", "-dW", capi.LIBRARY)


def test_soname_and_needed_libraries(dynamic_section):
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic_section) == ["libdora.so.0"]
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic_section))
    assert {"libcurl.so.4", "libc.so.6"} <= needed
    loader = {name for name in needed if name.startswith("ld-linux")}
    assert needed - loader <= {"libcurl.so.4", "libc.so.6", "libm.so.6"}


def test_no_search_path_is_built_in(dynamic_section):
    assert "(RPATH)" not in dynamic_section and "(RUNPATH)" not in dynamic_section


def test_hardening(dynamic_section):
    program_headers = output("readelf", "-lW", capi.LIBRARY)
    assert "GNU_RELRO" in program_headers
    assert re.search(r"FLAGS.*\bBIND_NOW\b|FLAGS_1.*\bNOW\b", dynamic_section)
    assert re.search(r"GNU_STACK.* RW ", program_headers)
    assert "(TEXTREL)" not in dynamic_section


def test_the_oldest_libc_that_will_do():
    versions = re.findall(r"GLIBC_([\d.]+)", output("readelf", "-VW", capi.LIBRARY))
    assert versions
    assert max(tuple(map(int, version.split("."))) for version in versions) <= (2, 17)


def test_size(tmp_path):
    stripped = tmp_path / "libdora.so"
    subprocess.run(["strip", "--strip-unneeded", "-o", stripped, capi.LIBRARY], check=True)
    assert stripped.stat().st_size < 288 * 1024  # 66 KiB of it are the search


@pytest.mark.parametrize("command", [
    ["gcc", "-std=c99"], ["gcc", "-std=c11"], ["g++", "-std=c++17", "-x", "c++"],
])
def test_the_header_alone(tmp_path, command):
    source = tmp_path / "header.c"
    source.write_text("#include <dora.h>\n#include <dora.h>\n"
                      "int main(void) { return dora_error_get_code(NULL) == DORA_OK ? 0 : 1; }\n")
    subprocess.run([*command, "-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", HEADER.parent, source],
                   check=True)
