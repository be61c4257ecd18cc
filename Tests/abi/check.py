# SPDX-License-Identifier: Apache-2.0
"""Holds include/dora.h against the ABI of the last release.

    check.py                     fails if a program compiled against the release would break
    check.py --header FILE       the same for another header
    check.py --bless             writes the description anew, from include/dora.h

The functions are compared by libabigail: a C file with a body for each declaration is compiled,
since the Swift library has no C types in its debugging information. The constants, which leave
no trace in a library, are compared by the C compiler. What is new since the release passes.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY / "man"))

from header import Header, HeaderError, read

DESCRIPTION = HERE / "functions.xml"
CONSTANTS = HERE / "constants.c"

ADVICE = """
Programs compiled against the last release would break. Either keep what they use (add a new
function beside the old one), or, for a new major version, change DORA_VERSION_MAJOR and the
soname and bless the change:  python3 Tests/abi/check.py --bless  (docs/abi.md)."""


def bodies(header: Header) -> str:
    """A C file that defines every function of the header."""
    lines = ["#include <dora.h>"]
    for function in header.declarations("function"):
        body = "" if function.result == "void" else "return 0;"
        lines.append(f"{function.text.removesuffix(';')} {{ {body} }}")
    return "\n".join(lines) + "\n"


def compile_library(path: pathlib.Path, directory: pathlib.Path) -> pathlib.Path:
    header = read(path)
    (directory / "dora.h").write_bytes(path.read_bytes())
    source, library = directory / "functions.c", directory / "libdora.so"
    source.write_text(bodies(header), encoding="utf-8")
    soname = f"libdora.so.{header.version.split('.', maxsplit=1)[0]}"
    subprocess.run(["cc", "-std=c11", "-shared", "-fPIC", "-g", "-O0", f"-Wl,-soname,{soname}", "-I.",
                    "-o", library.name, source.name], check=True, cwd=directory)
    return library


def constants(header: Header) -> str:
    """A C file that compiles as long as each constant has the value it has now."""
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */",
             "/* The constants of the last release; written by Tests/abi/check.py --bless. */",
             "#include <dora.h>", ""]
    for constant in header.declarations("constant"):
        name, value = constant.name, constant.value
        lines.append(f'_Static_assert({name} == {value}, "{name} was {value} in the last release");')
    return "\n".join(lines) + "\n"


def function_changes(library: pathlib.Path) -> str:
    """What libabigail finds changed, new functions aside."""
    result = subprocess.run(["abidiff", "--no-added-syms", "--no-architecture", "--harmless", "--no-show-locs",
                             DESCRIPTION, library], check=False, capture_output=True, text=True)
    return result.stdout + result.stderr if result.returncode else ""


def constant_changes(directory: pathlib.Path) -> str:
    """What the compiler says about the constants."""
    result = subprocess.run(["cc", "-std=c11", "-fsyntax-only", "-I", directory, CONSTANTS],
                            check=False, capture_output=True, text=True)
    return result.stderr if result.returncode else ""


def check(path: pathlib.Path) -> str:
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        library = compile_library(path, directory)
        return function_changes(library) + constant_changes(directory)


def bless(path: pathlib.Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        library = compile_library(path, pathlib.Path(name))
        subprocess.run(["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--out-file", DESCRIPTION,
                        library], check=True)
    CONSTANTS.write_text(constants(read(path)), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares include/dora.h with the ABI of the last release.")
    parser.add_argument("--header", type=pathlib.Path, default=REPOSITORY / "include" / "dora.h")
    parser.add_argument("--bless", action="store_true", help="take the header as the new release's")
    arguments = parser.parse_args()
    if arguments.bless:
        bless(arguments.header)
        return
    try:
        changes = check(arguments.header)
    except HeaderError as error:
        sys.exit(f"dora.h: {error}")
    if changes:
        sys.exit(f"{changes}{ADVICE}")


if __name__ == "__main__":
    main()
