# SPDX-License-Identifier: Apache-2.0
"""How programs find the library: CMake, Meson, and the static archive by pkg-config. Each program
runs and says which key is missing."""

import os
import shutil
import subprocess

import pytest

import capi
from paths import REPOSITORY
from servers.behaviours import reply

pytestmark = pytest.mark.slow

EXAMPLE = REPOSITORY / "man" / "example.c"
ENVIRONMENT = {**os.environ, "PKG_CONFIG_PATH": str(capi.STAGE / "lib" / "pkgconfig")}


def run(*command, directory=None, environment=None):
    result = subprocess.run([*map(str, command)], cwd=directory, env=environment or ENVIRONMENT, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def says_what_is_missing(program):
    result = subprocess.run([program, "4242"], capture_output=True, text=True, timeout=30,
                            env={"LD_LIBRARY_PATH": str(capi.STAGE / "lib")})
    return result.returncode == 1 and "DD_API_KEY" in result.stderr


def needed(program):
    return [line for line in run("readelf", "-d", program).splitlines() if "NEEDED" in line]


def cmake(directory, package, prefix=capi.STAGE):
    (directory / "example.c").write_text(EXAMPLE.read_text())
    (directory / "example.cpp").write_text("#include <dora.hpp>\n"
                                           "int main() { return dora::config().native_handle() == nullptr; }\n")
    (directory / "CMakeLists.txt").write_text(f"""cmake_minimum_required(VERSION 3.13)
project(example C CXX)
set(CMAKE_CXX_STANDARD 17)
find_package({package} REQUIRED)
find_package({package} REQUIRED)
add_executable(shared example.c)
target_link_libraries(shared dora::dora)
add_executable(static example.c)
target_link_libraries(static dora::static)
add_executable(cpp example.cpp)
target_link_libraries(cpp PRIVATE dora::dora)
""")
    return subprocess.run(["cmake", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}"], cwd=directory,
                          capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("moved", [False, True], ids=["where it was installed", "moved"])
def test_cmake(tmp_path, moved):
    prefix = capi.STAGE
    if moved:
        prefix = tmp_path / "another place"
        shutil.copytree(capi.STAGE, prefix, symlinks=True)
    result = cmake(tmp_path, "dora 0.1", prefix)
    assert result.returncode == 0, result.stdout + result.stderr
    run("cmake", "--build", "build", directory=tmp_path)
    assert says_what_is_missing(tmp_path / "build" / "shared")
    assert says_what_is_missing(tmp_path / "build" / "static")
    assert any("[libdora.so.0]" in line for line in needed(tmp_path / "build" / "shared"))
    assert not any("libdora" in line for line in needed(tmp_path / "build" / "static"))


@pytest.mark.parametrize("version", ["1.0", "0.99"])
def test_cmake_refuses_another_version(tmp_path, version):
    result = cmake(tmp_path, f"dora {version}")
    assert result.returncode != 0
    assert "dora-config.cmake, version: 0." in result.stderr


def test_meson(tmp_path):
    (tmp_path / "example.c").write_text(EXAMPLE.read_text())
    (tmp_path / "meson.build").write_text("""project('example', 'c', version: '1')
executable('shared', 'example.c', dependencies: dependency('dora', version: '>=0.1'))
""")
    run("meson", "setup", "build", directory=tmp_path)
    run("meson", "compile", "-C", "build", directory=tmp_path)
    assert says_what_is_missing(tmp_path / "build" / "shared")


def test_the_archive_has_the_public_symbols_alone():
    def symbols(*command):
        return {line.split()[-1] for line in run(*command).splitlines() if len(line.split()) == 3}

    library, archive = capi.STAGE / "lib" / "libdora.so", capi.STAGE / "lib" / "libdora.a"
    assert symbols("nm", "--defined-only", "--extern-only", archive) == symbols("nm", "-D", "--defined-only", library)
    undefined = {line.split()[-1] for line in run("nm", "--undefined-only", archive).splitlines() if " U " in line}
    assert undefined <= {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--undefined-only", library).splitlines()} \
        | {"_GLOBAL_OFFSET_TABLE_", "pthread_atfork"}  # which glibc links statically


def test_the_static_archive_by_pkg_config(tmp_path, server, authority):
    assert run("pkg-config", "--print-requires-private", "dora").split() == ["libcurl"]
    program = tmp_path / "get_failure"
    run("sh", "-c", 'cc -Wall -Werror -o "$0" "$1" $(pkg-config --cflags dora) '
        '$(pkg-config --variable=libdir dora)/libdora.a $(pkg-config --libs libcurl) -lpthread',
        program, REPOSITORY / "examples" / "c" / "get_failure.c")
    assert not any("libdora" in line for line in needed(program))
    server.answer("event", reply(200, {"data": {"id": "event", "type": "dora_failure",
                                                "attributes": {"name": "Database outage"}}}))
    result = subprocess.run([program, "--base-url", server.base_url, "--ca-file", authority.ca_file, "event"],
                            capture_output=True, text=True, timeout=60,
                            env={"DD_API_KEY": "an-api-key", "DD_APP_KEY": "an-application-key"})
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("Database outage\n")
