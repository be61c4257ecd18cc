# SPDX-License-Identifier: Apache-2.0
"""make release refuses what would change its bytes, and its bill of materials is true.

That two releases of one commit are the same is Tests/packages/run.sh's: it builds the library four times.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from paths import REPOSITORY

IDENTITY = {f"GIT_{role}_{fact}": "a@b.example" for role in ("AUTHOR", "COMMITTER") for fact in ("NAME", "EMAIL")}
ENVIRONMENT = {**os.environ, **IDENTITY, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def copy(tmp_path):
    """What the script looks at before it builds."""
    root = tmp_path / "copy"
    for name in ("packaging/release.sh", "Tests/prepare.sh", "include/dora.h"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    return root


def release(directory, **environment):
    return subprocess.run([directory / "packaging" / "release.sh"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=60, env={**ENVIRONMENT, **environment})


def commit(directory):
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *command], cwd=directory, check=True, env=ENVIRONMENT)


def refused(result, directory, fragment):
    assert result.returncode == 1
    assert fragment in result.stderr
    assert result.stderr.startswith("release.sh: ") and result.stderr.count("\n") == 1
    assert not (directory / ".build").exists()


def test_unpacked_sources_are_refused(copy):
    refused(release(copy), copy, "git does not take this folder for a checkout that it trusts")


def test_a_folder_in_somebody_s_checkout_is_refused(copy):
    commit(copy.parent)
    refused(release(copy), copy, "git does not take this folder for a checkout that it trusts")


def test_a_checkout_that_git_does_not_trust_is_refused(copy):
    commit(copy)
    refused(release(copy, GIT_TEST_ASSUME_DIFFERENT_OWNER="1"), copy, "that it trusts")


@pytest.mark.parametrize("name", ["include/dora.h", "another"])
def test_changes_that_are_not_committed_are_refused(copy, name):
    commit(copy)
    with (copy / name).open("a") as file:
        file.write("\n")
    refused(release(copy), copy, "not committed")


def test_a_folder_that_debian_s_tools_cannot_build_in_is_refused(copy):
    odd = copy.rename(copy.parent / "it's a & b")
    commit(odd)
    refused(release(odd), odd, "Debian's tools cannot build in")


def test_another_compiler_is_refused(copy, tmp_path):
    commit(copy)
    swift = tmp_path / "bin" / "swift"
    swift.parent.mkdir()
    swift.write_text("#!/bin/sh\necho Swift version 6.2.9 of somebody\n")
    swift.chmod(0o755)
    # The system is looked at first.
    on_debian_12 = 'VERSION_ID="12"' in pathlib.Path("/etc/os-release").read_text()
    refused(release(copy, PATH=f"{swift.parent}:{os.environ['PATH']}"), copy,
            "Swift 6.2.9" if on_debian_12 else "a release is made on debian 12")


def test_the_bill_of_materials(tmp_path):
    contents = {"libdora-1.2.3.tar.gz": b"sources", "libdora0_1.2.3_amd64.deb": b"a package"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    texts = set()
    for _ in range(2):
        command = [sys.executable, "-B", REPOSITORY / "packaging" / "sbom.py", tmp_path, "1.2.3", "Swift 6.3.1", "debian 12"]
        subprocess.run(command, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000", "TZ": "Asia/Tokyo"})
        texts.add((tmp_path / "libdora-1.2.3.spdx.json").read_text())
        (tmp_path / "libdora-1.2.3.spdx.json").unlink()
    [text] = texts
    bill = json.loads(text)
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["creationInfo"]["created"] == "2026-09-21T14:13:20Z"
    sums = {each["fileName"]: each["checksums"][1]["checksumValue"] for each in bill["files"]}
    assert sums == {f"./{name}": hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    identifiers = {each["SPDXID"] for each in [bill, *bill["packages"], *bill["files"]]}
    assert len(identifiers) == 1 + len(bill["packages"]) + len(bill["files"])
    for each in bill["relationships"]:
        assert {each["spdxElementId"], each["relatedSpdxElement"]} <= identifiers
    needed = {each["relatedSpdxElement"] for each in bill["relationships"] if each["relationshipType"] == "DYNAMIC_LINK"}
    assert needed == {"SPDXRef-Package-libcurl", "SPDXRef-Package-glibc"}
