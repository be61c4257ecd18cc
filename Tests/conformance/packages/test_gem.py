# SPDX-License-Identifier: Apache-2.0
"""make gem: a Ruby gem that has the library inside and is installed with one command."""

import os
import re
import subprocess

import pytest

from harness import dora
from paths import REPOSITORY
from programs import nobody_else_makes

pytestmark = pytest.mark.slow

VERSION = dora.dora_version().decode()
# Nothing of a checkout or of another library.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("DORA_", "DD_", "GEM_", "RUBY", "LD_"))}


def run(*command, **environment):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd="/",
                          env={**ENVIRONMENT, **environment})


@pytest.fixture(scope="module")
def gem():
    with nobody_else_makes():
        made = subprocess.run(["make", "-s", "gem"], cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=300)
    assert made.returncode == 0, made.stderr
    return REPOSITORY / ".build" / "gem" / f"libdora-{VERSION}-x86_64-linux.gem"


@pytest.fixture(scope="module")
def home(gem, tmp_path_factory):
    directory = tmp_path_factory.mktemp("gems")
    installed = run("gem", "install", "--local", "--no-document", "--install-dir", directory, gem)
    assert installed.returncode == 0, installed.stderr
    return directory


def test_contents(gem):
    listed = run("gem", "specification", gem, "files").stdout
    for path in ["lib/libdora.rb", "lib/libdora/libdora.so.0", "sig/libdora.rbs", "README.md", "LICENSE"]:
        assert f"- {path}\n" in listed
    assert "test/" not in listed


def test_it_is_the_same_each_time(gem):
    before = gem.read_bytes()
    with nobody_else_makes():
        subprocess.run(["make", "-s", "gem"], cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, check=True,
                       timeout=300)
    assert gem.read_bytes() == before


def test_a_program_runs_with_the_library_of_the_gem(home):
    program = 'require "libdora"; puts Dora::VERSION, File.read("/proc/self/maps")[/\\S*libdora\\.so\\S*/]; Dora::Client.new'
    result = run("ruby", "-w", "-e", program, GEM_HOME=str(home))
    version, library = result.stdout.splitlines()
    assert version == VERSION
    assert library.startswith(str(home))
    assert "api_key: not set" in result.stderr


def test_the_program_of_its_readme(home):
    [readme] = home.glob("gems/*/README.md")
    [program] = re.findall(r"^```ruby\n(.*?)^```$", readme.read_text(), re.DOTALL | re.MULTILINE)
    result = run("ruby", "-w", "-e", program, GEM_HOME=str(home))
    assert (result.returncode, result.stdout) == (1, "")
    assert "api_key: not set" in result.stderr


def test_without_libcurl_it_says_what_to_install(home, tmp_path):
    library = next(home.glob("gems/*/lib/libdora/libdora.so.0"))
    needing_more = tmp_path / "libdora.so.0"
    needing_more.write_bytes(library.read_bytes().replace(b"libcurl.so.4\0", b"libcurl.so.X\0"))
    result = run("ruby", "-w", "-e", 'require "libdora"', GEM_HOME=str(home), DORA_LIBRARY=str(needing_more))
    assert result.returncode == 1
    assert "(LoadError)" in result.stderr
    for part in ["libcurl", "apt install libcurl4", "dnf install libcurl"]:
        assert part in result.stderr
