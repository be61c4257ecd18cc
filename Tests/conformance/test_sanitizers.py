# SPDX-License-Identifier: Apache-2.0
"""The debug build under ThreadSanitizer and AddressSanitizer, with a C program as host."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

from servers.behaviours import DOCUMENTED, chunked, event, reply, sending

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]


def run(command, **environment):
    result = subprocess.run(list(map(str, command)), cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True,
                            text=True, timeout=400, env={**os.environ, **environment})
    output = result.stdout + result.stderr
    assert result.returncode == 0, output[-4000:]
    assert "Sanitizer:" not in output, output[:4000]


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory):
    """Builds the library and a program of c/ with a sanitizer; returns the program's path and environment."""
    def build(sanitizer, name):
        scratch = REPOSITORY / ".build" / sanitizer
        # -z undefs: the sanitizer's functions come from the program that loads the library.
        run(["swift", "build", "-q", f"--sanitize={sanitizer}", "--product", "dora", "--scratch-path", scratch,
             "-Xlinker", "-z", "-Xlinker", "undefs"])
        library = scratch / "debug" / "libdora.so"
        symbols = subprocess.run(["nm", "-D", "--undefined-only", library], check=True, capture_output=True, text=True)
        assert re.search({"thread": r"\b__tsan_", "address": r"\b__asan_"}[sanitizer], symbols.stdout), \
            "the sanitizer must be in the library"
        # The sanitizer's run-time library has to be that of the compiler that built the
        # library; ThreadSanitizer's needs libdispatch.
        toolchain = pathlib.Path(shutil.which("swift")).resolve().parents[1]
        runtime = toolchain / "lib" / "swift" / "linux"
        program = tmp_path_factory.mktemp(sanitizer) / name
        (program.parent / "libdora.so.0").symlink_to(library)
        run([toolchain / "bin" / "clang", f"-fsanitize={sanitizer}", "-fuse-ld=lld", "-std=c99", "-g", "-O1", "-pthread",
             "-o", program, HERE / "c" / f"{name}.c", f"-I{REPOSITORY / 'include'}", library,
             f"-L{runtime}", "-ldispatch", "-lBlocksRuntime"])
        return program, {"LD_LIBRARY_PATH": f"{program.parent}:{runtime}"}

    return build


@pytest.fixture
def arguments(server, authority):
    server.answer("event", event)
    return server.base_url, authority.ca_file


@pytest.mark.timeout(600)
def test_thread_sanitizer_is_silent(sanitized, server, arguments):
    server.answer("broken", sending(chunked(DOCUMENTED[:99], end=b""), "cut"))
    server.answer("unavailable", reply(503))
    program, environment = sanitized("thread", "threads")
    run([program, *arguments, 16, 1000, "broken=9", "unavailable=7"], **environment,
        TSAN_OPTIONS="halt_on_error=1")


@pytest.mark.timeout(600)
def test_address_sanitizer_is_silent(sanitized, server, arguments):
    server.answer("broken", sending(chunked(DOCUMENTED[:99], end=b""), "cut"))
    server.answer("unavailable", reply(503))
    program, environment = sanitized("address", "threads")
    run([program, *arguments, 4, 100, "broken=9", "unavailable=7"], **environment,
        ASAN_OPTIONS="detect_leaks=1")
