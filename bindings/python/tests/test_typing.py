# SPDX-License-Identifier: Apache-2.0
"""Types are right for a user's program, and wrong uses are found.

basedpyright in its "standard" mode is pyright, in a package that brings its Node.
"""

import json
import pathlib
import subprocess
import sys

import pytest

from paths import REPOSITORY

SOURCES = REPOSITORY / "bindings" / "python" / "src"
USER = pathlib.Path(__file__).with_name("user_program.py")

WRONG = """
import libdora
client = libdora.Client(api_key=5)
client.get_failure(None)
for result in client.get_failures(["a"]):
    result.failure.name
failure = client.get_failure("a")
failure.name.upper()
failure.service
client.search(since="2026-01-01")
"""
WRONG_LINES = [3, 4, 6, 8, 9, 10]


@pytest.mark.slow
def test_mypy_on_a_right_program_and_a_wrong_one(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG)
    result = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, USER, "wrong.py"],
                            capture_output=True, text=True, cwd=tmp_path, timeout=100, env={"MYPYPATH": str(SOURCES)})
    errors = [line.split(":")[:2] for line in result.stdout.splitlines() if ": error:" in line]
    assert errors == [["wrong.py", str(line)] for line in WRONG_LINES], result.stdout + result.stderr


@pytest.mark.slow
def test_pyright_on_the_package_a_right_program_and_a_wrong_one(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    configuration = tmp_path / "pyrightconfig.json"
    configuration.write_text(json.dumps({
        "typeCheckingMode": "standard", "extraPaths": [str(SOURCES)], "include": [str(SOURCES), str(USER), str(wrong)]}))
    result = subprocess.run([sys.executable, "-m", "basedpyright", "--outputjson", "-p", configuration],
                            capture_output=True, text=True, timeout=100)
    found = json.loads(result.stdout)
    assert found["summary"]["filesAnalyzed"] > 15
    errors = [(pathlib.Path(error["file"]).name, error["range"]["start"]["line"] + 1)
              for error in found["generalDiagnostics"] if error["severity"] == "error"]
    assert errors == [("wrong.py", line) for line in WRONG_LINES], result.stdout
