# SPDX-License-Identifier: Apache-2.0
"""The wheel: the package with the library in it, installed by pip without a network."""

import importlib.util
import os
import re
import subprocess
import sys
import zipfile

import pytest

import libdora
from paths import REPOSITORY, STAGE

spec = importlib.util.spec_from_file_location("build_backend", REPOSITORY / "bindings" / "python" / "build_backend.py")
build_backend = importlib.util.module_from_spec(spec)
spec.loader.exec_module(build_backend)

LIBRARY = STAGE / "lib" / "libdora.so.0"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    return folder / build_backend.write_wheel(folder, LIBRARY)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--target", folder, wheel)
    return folder


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--no-input", *arguments,
                    "--no-index", "--no-deps"], check=True, stdin=subprocess.DEVNULL, timeout=50)


def run(folder, program, **environment):
    """A program with what is installed in the folder, and nothing of the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DORA_LIBRARY")}
    return subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, timeout=30,
                          env={**kept, "PYTHONPATH": str(folder), **environment})


def test_its_name_and_contents(wheel):
    assert wheel.name == f"libdora-{libdora.__version__}-py3-none-manylinux_2_17_{os.uname().machine}.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    assert {"libdora/__init__.py", "libdora/py.typed", "libdora/libdora.so.0"} <= names
    assert f"\nVersion: {libdora.__version__}\n" in metadata and "\nRequires-Python: >=3.10\n" in metadata
    assert "\nLicense-Expression: Apache-2.0\n" in metadata and "Requires-Dist" not in metadata


def test_the_same_bytes_each_time(wheel, tmp_path):
    again = tmp_path / build_backend.write_wheel(tmp_path, LIBRARY)
    assert again.read_bytes() == wheel.read_bytes()


def test_it_needs_libcurl_and_libc_alone(wheel):
    """What manylinux_2_17 says, and libcurl.so.4, which is the system's."""
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("libdora/libdora.so.0") == LIBRARY.read_bytes()
    facts = subprocess.run(["readelf", "-dVW", LIBRARY], capture_output=True, text=True, check=True).stdout
    needed = re.findall(r"NEEDED.*\[(.*)\]", facts)
    assert set(needed) <= {"libcurl.so.4", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2"}
    versions = [tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", facts)]
    assert versions and max(versions) <= (2, 17)


@pytest.mark.slow
def test_it_runs_installed(installed):
    result = run(installed, "import libdora; print(libdora.__file__, libdora.__version__); libdora.Client()")
    assert result.stdout.split() == [str(installed / "libdora" / "__init__.py"), libdora.__version__]
    assert result.returncode == 1 and "InvalidArgumentError: api_key: not set" in result.stderr


@pytest.mark.slow
def test_the_library_is_its_own(installed):
    result = run(installed, "import libdora; print(open('/proc/self/maps').read())")
    assert str(installed / "libdora" / "libdora.so.0") in result.stdout


@pytest.mark.slow
def test_the_readme_s_program(installed):
    [program] = re.findall(r"^```python\n(.*?)^```$", (REPOSITORY / "bindings/python/README.md").read_text(), re.S | re.M)[:1]
    result = run(installed, program)
    assert result.returncode == 1 and "api_key: not set" in result.stderr


@pytest.mark.slow
def test_pip_builds_it_from_the_checkout(tmp_path):
    """With no other package and no network. The build before the tests left the library in .build."""
    pip("install", "--target", tmp_path, REPOSITORY / "bindings" / "python")
    assert (tmp_path / "libdora" / "libdora.so.0").read_bytes() == build_backend.built_library().read_bytes()


@pytest.mark.slow
def test_an_editable_wheel_points_to_the_sources(tmp_path):
    with zipfile.ZipFile(tmp_path / build_backend.build_editable(tmp_path)) as archive:
        assert archive.read("libdora.pth").decode() == f"{REPOSITORY / 'bindings' / 'python' / 'src'}\n"
