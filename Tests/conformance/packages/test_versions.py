# SPDX-License-Identifier: Apache-2.0
"""The version stands in dora.h; what is made from it agrees, and nothing else repeats it.

The library, the .pc file and the soname are in test_abi.py, the packages in Tests/packages.
"""

import re
import subprocess

import capi
from harness import dora
from paths import REPOSITORY

VERSION = dora.dora_version().decode()
NUMBERS = tuple(map(int, VERSION.split(".")))
# Where the number means something else: since when a symbol is there, what was measured.
EXCEPTIONS = {"packaging/symbols.py", "docs/performance.md"}


def test_the_manual():
    pages = [path for path in (capi.STAGE / "share" / "man" / "man3").iterdir() if ".so " not in path.read_text()[:4]]
    assert pages
    for page in pages:
        assert f'.Os "libdora {VERSION}"' in page.read_text(), page.name


def test_the_changelog():
    headings = re.findall(r"^## (.+)$", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    releases = []
    for heading in headings:
        if heading == "Unreleased":
            assert heading is headings[0], "what is not released comes first"
            continue
        release = re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - \d{4}-\d{2}-\d{2}", heading)
        assert release, f"neither 'Unreleased' nor 'VERSION - YYYY-MM-DD': {heading}"
        releases.append(tuple(map(int, release.groups())))
    assert releases == sorted(releases, reverse=True)
    if headings[0] == "Unreleased":
        assert NUMBERS not in releases, "dora.h still has the version of a release"
    else:
        assert releases[0] == NUMBERS


def test_the_soname_and_the_abi_description():
    soname = f"libdora.so.{NUMBERS[0]}"
    package = (REPOSITORY / "Package.swift").read_text()
    assert re.findall(r"soname=(libdora\.so\.\d+)", package) == [soname]
    assert f"soname='{soname}'" in (REPOSITORY / "Tests" / "abi" / "functions.xml").read_text()
    control = (REPOSITORY / "packaging" / "debian" / "control").read_text()
    assert f"Package: libdora{NUMBERS[0]}\n" in control


def test_the_version_stands_nowhere_else():
    files = [REPOSITORY / name for name in ("Makefile", "packaging.mk", "Package.swift", "README.md")]
    for folder in ("Sources", "pkgconfig", "packaging", "man", "docs", "include"):
        files += [path for path in (REPOSITORY / folder).rglob("*") if path.is_file() and path.suffix not in (".svg", ".pyc")]
    repeated = [str(path.relative_to(REPOSITORY)) for path in files
                if re.search(rf"(?<![\d.]){re.escape(VERSION)}(?![\d.]*\d)", path.read_text())]
    assert set(repeated) - EXCEPTIONS == {"include/dora.h"}


def test_the_debian_changelog_gets_the_version():
    command = subprocess.run(["make", "-n", "deb"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert f"s|@VERSION@|{VERSION}|" in command.stdout
