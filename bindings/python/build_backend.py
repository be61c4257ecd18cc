# SPDX-License-Identifier: Apache-2.0
"""Builds the wheel, with the library in it (PEP 517, PEP 660, and the wheel format of PEP 427).

    python3 build_backend.py LIBRARY FOLDER    what `make wheel` runs

pip calls `build_wheel` and `build_editable`; the library is then the one that `make` built in this checkout. The
version is the header's. The same sources give the same bytes: SOURCE_DATE_EPOCH is the date of all files.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import os
import pathlib
import re
import sys
import time
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
SONAME = "libdora.so.0"

# The library asks for no symbol newer than glibc 2.17's; Tests/conformance/packages holds it to that.
PLATFORM = f"manylinux_2_17_{os.uname().machine}"


def build_wheel(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    return write_wheel(pathlib.Path(wheel_directory), built_library())


def build_editable(wheel_directory: str, config_settings: object = None, metadata_directory: object = None) -> str:
    """A wheel that points here. The package then finds the library in .build/stage."""
    return write_archive(pathlib.Path(wheel_directory), "any", {"libdora.pth": f"{HERE / 'src'}\n".encode()})


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    raise NotImplementedError("the sources of the package are the repository's; there is no sdist")


def built_library() -> pathlib.Path:
    for place in (CHECKOUT / ".build" / "make" / f"libdora.so.{version()}", CHECKOUT / ".build" / "stage" / "lib" / SONAME):
        if place.exists():
            return place
    raise FileNotFoundError(f"the library is not built yet: run make in {CHECKOUT}")


def write_wheel(folder: pathlib.Path, library: pathlib.Path) -> str:
    package = HERE / "src" / "libdora"
    files = {f"libdora/{path.name}": path.read_bytes() for path in [*package.glob("*.py"), package / "py.typed"]}
    files[f"libdora/{SONAME}"] = library.read_bytes()
    return write_archive(folder, PLATFORM, files)


def write_archive(folder: pathlib.Path, platform: str, files: dict[str, bytes]) -> str:
    """Adds the metadata to the files, and writes them. Returns the name of the wheel."""
    tag = f"py3-none-{platform}"
    information = f"libdora-{version()}.dist-info"
    files = dict(sorted(files.items()))
    files[f"{information}/METADATA"] = metadata().encode()
    files[f"{information}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: libdora\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    files[f"{information}/licenses/LICENSE"] = (CHECKOUT / "LICENSE").read_bytes()
    files[f"{information}/RECORD"] = record(files, f"{information}/RECORD")
    name = f"libdora-{version()}-{tag}.whl"
    # The zip format knows no date before 1980.
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), 315532800))[:6]
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if path.endswith(SONAME) else 0o100644) << 16
            archive.writestr(entry, content)
    return name


def record(files: dict[str, bytes], itself: str) -> bytes:
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{itself},,\n"]).encode()


def metadata() -> str:
    """What pyproject.toml says, which Python 3.10 has no reader for: each value there is a literal of Python, too."""
    project = (HERE / "pyproject.toml").read_text().split("[project]\n")[1]
    given = {name: ast.literal_eval(value) for name, value in
             re.findall(r"^([\w-]+) = (\"[^\"]*\"|\[[^\]]*\])", project, re.MULTILINE)}
    lines = ["Metadata-Version: 2.4", f"Name: {given['name']}", f"Version: {version()}", f"Summary: {given['description']}",
             f"License-Expression: {given['license']}", "License-File: LICENSE",
             f"Requires-Python: {given['requires-python']}", *(f"Classifier: {name}" for name in given["classifiers"]),
             "Description-Content-Type: text/markdown", ""]
    return "\n".join([*lines, (HERE / given["readme"]).read_text()])


def version() -> str:
    header = (CHECKOUT / "include" / "dora.h").read_text()
    found = re.search(r'^#define DORA_VERSION "(.+)"$', header, re.MULTILINE)
    if found is None:
        raise ValueError("include/dora.h has no DORA_VERSION")
    return found[1]


if __name__ == "__main__":
    print(write_wheel(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[1])))
