# SPDX-License-Identifier: Apache-2.0
"""The debug build with a sanitizer linked in, and a C program as its host."""

import pathlib
import re
import shutil
import subprocess

import pytest

from paths import C_PROGRAMS, REPOSITORY
from programs import run_checked as run


def forget_objects_older_than_headers(directory):
    """SwiftPM does not compile anew what includes a C header that changed."""
    library = directory / "libdora.so"
    headers = [*(REPOSITORY / "include").iterdir(), *(REPOSITORY / "Sources" / "CCurl").iterdir()]
    if library.exists() and any(header.stat().st_mtime > library.stat().st_mtime for header in headers):
        for file in directory.glob("*.build/*.o"):
            file.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory):
    """Builds the library and a program of c/ with a sanitizer; returns the program's path and environment."""
    def build(sanitizer, name):
        scratch = REPOSITORY / ".build" / sanitizer
        forget_objects_older_than_headers(scratch / "debug")
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
             "-o", program, C_PROGRAMS / f"{name}.c", f"-I{REPOSITORY / 'include'}", library,
             f"-L{runtime}", "-ldispatch", "-lBlocksRuntime"])
        return program, {"LD_LIBRARY_PATH": f"{program.parent}:{runtime}"}

    return build
