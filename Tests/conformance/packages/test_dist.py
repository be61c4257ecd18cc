# SPDX-License-Identifier: Apache-2.0
"""make dist: a tarball that works wherever it is unpacked, and is the same each time."""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

import pytest

from harness import dora
from paths import REPOSITORY
from programs import nobody_else_makes

pytestmark = pytest.mark.slow

DISTRIBUTION = f"libdora-{dora.dora_version().decode()}-linux-{os.uname().machine}"
DATE = "1790000000"


def make_dist(directory):
    subprocess.run(["make", "-s", "dist"], cwd=directory, check=True, stdin=subprocess.DEVNULL, capture_output=True,
                   text=True, timeout=300, env={**os.environ, "SOURCE_DATE_EPOCH": DATE})
    return directory / ".build" / "dist" / f"{DISTRIBUTION}.tar.gz"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def symbols(directory):
    [file] = (directory / ".build" / "make").glob("libdora.so.*.symbols")
    return file


@pytest.fixture(scope="module")
def archive():
    with nobody_else_makes():
        return make_dist(REPOSITORY)


@pytest.fixture
def unpacked(archive, tmp_path):
    subprocess.run(["tar", "-xzf", archive, "-C", tmp_path], check=True)
    return (tmp_path / DISTRIBUTION).rename(tmp_path / "elsewhere")


@pytest.mark.timeout(400)
def test_another_build_in_another_directory_is_bit_identical(archive, tmp_path):
    copy = tmp_path / "a copy's folder, of a longer & harder name"
    shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".build", ".git", "__pycache__"))
    assert sha256(make_dist(copy)) == sha256(archive)
    assert sha256(symbols(copy)) == sha256(symbols(REPOSITORY)), "what a debugger reads, for -dbgsym"


def test_the_checksum(archive):
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=archive.parent, check=True, capture_output=True)
    assert archive.name in (archive.parent / "SHA256SUMS").read_text()


def test_contents(archive):
    with tarfile.open(archive) as tar:
        members = {member.name.removeprefix(f"{DISTRIBUTION}/"): member for member in tar}
    version = dora.dora_version().decode()
    assert {"include/dora.h", "lib/pkgconfig/dora.pc", f"lib/libdora.so.{version}", "lib/libdora.so.0",
            "lib/libdora.so", "lib/libdora.a", "lib/cmake/dora/dora-config.cmake", "share/man/man3/dora_get_failure.3",
            "share/doc/libdora/LICENSE", "share/doc/libdora/examples/c/search.c"} <= set(members)
    assert {name.split("/")[0] for name in members} == {DISTRIBUTION, "include", "lib", "share"}, "unpacks into /usr/local"
    assert {(member.uid, member.gid, int(member.mtime)) for member in members.values()} == {(0, 0, int(DATE))}
    assert not any(member.mode & 0o022 for member in members.values() if not member.issym())


def test_the_readme_leads_somewhere(unpacked):
    readme = unpacked / "share" / "doc" / "libdora" / "README.md"
    for target in re.findall(r"\]\(([^)#\s]+)\)", readme.read_text()):
        assert target.startswith("http") or (readme.parent / target).exists(), target


def test_no_path_of_the_build_is_left(unpacked):
    for file in filter(pathlib.Path.is_file, unpacked.rglob("*")):
        assert os.fsencode(REPOSITORY) not in file.read_bytes(), file.name


def test_the_library_is_stripped(unpacked):
    sections = subprocess.run(["readelf", "-SW", unpacked / "lib" / "libdora.so"], check=True, capture_output=True, text=True)
    assert not re.search(r"\.symtab|\.debug", sections.stdout)


def test_a_debugger_finds_what_was_stripped_by_the_build_id(unpacked):
    def build_id(file):
        notes = subprocess.run(["readelf", "-n", file], check=True, capture_output=True, text=True).stdout
        return re.search(r"Build ID: ([0-9a-f]{40})", notes).group(1)

    assert build_id(unpacked / "lib" / "libdora.so") == build_id(symbols(REPOSITORY)) != "0" * 40


def test_a_program_builds_and_runs_by_pkg_config_alone(unpacked, tmp_path):
    environment = {**os.environ, "PKG_CONFIG_LIBDIR": str(unpacked / "lib" / "pkgconfig"), "PKG_CONFIG_PATH": ""}
    program = tmp_path / "example"
    subprocess.run(f"cc -o {program} {REPOSITORY}/man/example.c $(pkg-config --cflags --libs dora)", shell=True,
                   check=True, env=environment)
    loaded = subprocess.run(["ldd", program], check=True, capture_output=True, text=True,
                            env={"LD_LIBRARY_PATH": str(unpacked / "lib"), "PATH": os.environ["PATH"]}).stdout
    assert str(unpacked / "lib" / "libdora.so.0") in loaded
    result = subprocess.run([program, "4242"], capture_output=True, text=True, timeout=30,
                            env={"LD_LIBRARY_PATH": str(unpacked / "lib")})
    assert "DD_API_KEY" in result.stderr
