# SPDX-License-Identifier: Apache-2.0
"""make install and make uninstall: whatever the folders are called, and nothing beside them."""

import os
import pathlib
import shlex
import shutil
import subprocess
import time

import pytest

from paths import REPOSITORY
from programs import nobody_else_makes

pytestmark = pytest.mark.slow

FOLDER = "it's a & b"
# What a checkout has that an install needs; the library is built already.
NEEDED = ["Makefile", "packaging.mk", "Package.swift", "include", "man", "packaging", "pkgconfig", "Sources", "examples",
          "Tests/prepare.sh"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A built checkout in a folder of a hard name; swift would fail if it were called."""
    root = tmp_path_factory.mktemp("checkouts") / "the checkout of 'x' & \"y\""
    for name in NEEDED:
        source, target = REPOSITORY / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    with nobody_else_makes():
        for name in ("make", "unversioned"):
            shutil.copytree(REPOSITORY / ".build" / name, root / ".build" / name, symlinks=True)
    now = time.time()
    for path in (root / ".build" / "make").rglob("*"):
        os.utime(path, (now, now))
    make(root, "all")
    return root


def make(directory, *arguments, **environment):
    result = run_make(directory, *arguments, **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def run_make(directory, *arguments, **environment):
    base = {name: value for name, value in os.environ.items() if name not in ("HOME", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", "-s", "SWIFT=false", *map(str, arguments)], cwd=directory, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, env={**base, **environment})


def files(directory):
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if not path.is_dir() or path.is_symlink()}


def state(directory):
    """Every file with what would show that it was written."""
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_ino, path.lstat().st_uid) for path in directory.rglob("*")}


def pkg_config(folder, *arguments):
    result = subprocess.run(["pkg-config", *arguments, "dora"], capture_output=True, text=True,
                            env={**os.environ, "PKG_CONFIG_PATH": str(folder)})
    assert result.returncode == 0, result.stderr
    return shlex.split(result.stdout)


INSTALLED = {"include/dora.h", "include/dora.hpp", "lib/libdora.so", "lib/libdora.so.0", "lib/pkgconfig/dora.pc",
             "share/man/man3/dora.3", "share/man/man3/dora_get_failure.3"}


@pytest.mark.parametrize("name", ["plain", "a space", "a&b", FOLDER, "back`tick`; (x) *"])
def test_a_prefix_of_any_name(checkout, tmp_path, name):
    prefix = tmp_path / name
    make(checkout, "install", f"PREFIX={prefix}")
    assert INSTALLED <= files(prefix)
    flags = pkg_config(prefix / "lib" / "pkgconfig", "--cflags", "--libs")
    assert {f"-I{prefix}/include", f"-L{prefix}/lib", "-ldora"} <= set(flags)
    subprocess.run(["cc", "-o", tmp_path / "example", REPOSITORY / "man" / "example.c", *flags, f"-Wl,-rpath,{prefix}/lib"],
                   check=True)
    make(checkout, "uninstall", f"PREFIX={prefix}")
    assert files(prefix) == set()
    assert list(prefix.rglob("*dora*")) == [], "a folder of ours alone"


@pytest.mark.parametrize("name", ["plain", FOLDER, 'both "quotes\'', "$HOME \\ #x"])
@pytest.mark.parametrize("relative", [False, True])
def test_a_destdir_of_any_name(checkout, tmp_path, name, relative):
    before = state(checkout)
    destdir = os.path.relpath(tmp_path / name, checkout) if relative else str(tmp_path / name)
    folders = [f"DESTDIR={destdir.replace('$', '$$')}", "PREFIX=/opt/dora it's"]
    make(checkout, "install", *folders)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert INSTALLED <= files(tmp_path / name / "opt" / "dora it's")
    assert state(checkout) == before
    make(checkout, "uninstall", *folders)
    assert files(tmp_path / name) == set()


IMPOSSIBLE = [
    ("stage", "absolute"), ("./stage", "absolute"), ("~/stage", "absolute"), ("", "absolute"),
    ('/a "quote"', "'\"'"), ("/back\\slash", "'\\'"), ("/ha#sh", "'#'"), ("/dol$$lar", "'$'"), ("/new\nline", "newline"),
]


@pytest.mark.parametrize("goal, variable, value, reason", [
    *(("install", "PREFIX", *case) for case in IMPOSSIBLE),
    *(("install", variable, "stage", "absolute") for variable in ("LIBDIR", "INCLUDEDIR", "PKGCONFIGDIR", "MANDIR")),
    *(("uninstall", variable, "stage", "absolute") for variable in ("PREFIX", "MANDIR")),
    ("install", "DESTDIR", "new\nline", "newline"),
])
def test_a_folder_that_cannot_be_is_refused_before_anything_is_written(checkout, tmp_path, goal, variable, value, reason):
    before = state(tmp_path), state(checkout)
    folders = {"DESTDIR": f"{tmp_path}/package", "PREFIX": "/usr", variable: value}
    result = run_make(checkout, goal, *(f"{name}={folder}" for name, folder in folders.items()))
    assert result.returncode != 0
    assert variable in result.stderr and reason in result.stderr
    assert result.stderr.count("\n") == value.count("\n") + 1
    assert (state(tmp_path), state(checkout)) == before


def test_packages_are_refused_where_debian_s_tools_cannot_build(checkout):
    before = state(checkout)
    result = run_make(checkout, "deb")
    assert result.returncode != 0 and "Debian's tools cannot build in" in result.stderr
    assert state(checkout) == before


def test_uninstall_leaves_what_others_laid_down(checkout, tmp_path):
    prefix = tmp_path / "a b"
    others = ["lib/libdora.so.9", "lib/pkgconfig/dora2.pc", "include/dora2.h", "share/man/man3/dora2.3", "lib/libother.so"]
    for name in [*others, "../a", "../b"]:
        path = pathlib.Path(os.path.normpath(prefix / name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("somebody else's")
    make(checkout, "install", f"PREFIX={prefix}")
    make(checkout, "uninstall", f"PREFIX={prefix}")
    assert files(prefix) == set(others)
    assert (tmp_path / "a").exists() and (tmp_path / "b").exists()


def test_uninstall_needs_no_build(checkout, tmp_path):
    prefix, unbuilt = tmp_path / "prefix", tmp_path / "unbuilt"
    make(checkout, "install", f"PREFIX={prefix}")
    shutil.copytree(checkout, unbuilt, ignore=shutil.ignore_patterns(".build"))
    make(unbuilt, "uninstall", f"PREFIX={prefix}")
    assert files(prefix) == set()
    assert not (unbuilt / ".build").exists()


def test_install_writes_nothing_in_the_checkout(checkout, tmp_path):
    """`make && sudo make install` leaves no file of root's that the user's next make would stumble over."""
    before = state(checkout)
    make(checkout, "install", f"PREFIX={tmp_path / 'one'}")
    make(checkout, "install", f"PREFIX={tmp_path / 'two'}")
    make(checkout, "uninstall", f"PREFIX={tmp_path / 'one'}")
    assert state(checkout) == before
    assert pkg_config(tmp_path / "two" / "lib" / "pkgconfig", "--variable=prefix") == [str(tmp_path / "two")]


def test_the_pkg_config_file_is_replaced_in_one_step(checkout, tmp_path):
    """A build that reads it meanwhile sees the old one or the new one, never half of one."""
    installed = tmp_path / "lib" / "pkgconfig" / "dora.pc"
    make(checkout, "install", f"PREFIX={tmp_path}")
    with installed.open() as old:
        whole = old.read()
        make(checkout, "install", f"PREFIX={tmp_path}", f"INCLUDEDIR={tmp_path}/elsewhere")
        old.seek(0)
        assert old.read() == whole
    assert "/elsewhere" in installed.read_text()
    assert [path.name for path in installed.parent.iterdir()] == ["dora.pc"]


def test_a_tight_umask_closes_nothing(checkout, tmp_path):
    subprocess.run(["sh", "-c", 'umask 077; exec make -s install SWIFT=false PREFIX="$0"', tmp_path / "prefix"],
                   cwd=checkout, check=True, timeout=60)
    for path in (tmp_path / "prefix").rglob("*"):
        assert path.is_symlink() or path.stat().st_mode & 0o444 == 0o444, path


def test_man_k_finds_the_functions(checkout, tmp_path):
    manual = tmp_path / "a prefix" / "share" / "man"
    make(checkout, "install", f"PREFIX={tmp_path / 'a prefix'}", MANPATH=str(manual))
    assert "dora_get_failure (3)" in apropos(manual, "dora")
    make(checkout, "uninstall", f"PREFIX={tmp_path / 'a prefix'}", MANPATH=str(manual))
    assert apropos(manual, "dora") == ""
    assert files(tmp_path / "a prefix") == set()


def test_a_package_s_folder_gets_no_index(checkout, tmp_path):
    """The system that it is unpacked on makes its own."""
    make(checkout, "install", f"DESTDIR={tmp_path / 'package'}", "PREFIX=/usr", MANPATH=f"{tmp_path}/package/usr/share/man")
    assert not [name for name in files(tmp_path / "package") if "index" in name or "cat" in name.split("/")]


def apropos(manual, word):
    return subprocess.run(["man", "-k", word], capture_output=True, text=True, env={**os.environ, "MANPATH": str(manual)}).stdout


def test_swift_is_looked_for_without_a_home(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    result = subprocess.run(["bash", "-euc", '. Tests/prepare.sh; PATH=/usr/bin:/bin; find_swift; echo "found $?"'],
                            cwd=REPOSITORY, capture_output=True, text=True, env=environment)
    assert "unbound" not in result.stderr
    assert "found" in result.stdout or "https://www.swift.org/install" in result.stderr


def test_the_quickstart_in_a_folder_of_a_hard_name(checkout, tmp_path):
    copy = tmp_path / FOLDER
    shutil.copytree(checkout, copy, symlinks=True)
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    result = subprocess.run([copy / "examples" / "quickstart.sh"], cwd="/", capture_output=True, text=True, timeout=110,
                            stdin=subprocess.DEVNULL, env=environment)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Database outage (SEV-1)" in result.stdout
    assert "Compiling Dora" not in result.stdout, "the library was there already"
