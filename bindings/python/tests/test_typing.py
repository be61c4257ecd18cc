# SPDX-License-Identifier: Apache-2.0
"""Types are right for a user's program, and wrong uses are found. (pyright is run by hand: it takes a network.)"""

import pathlib
import subprocess
import sys

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


def test_a_right_program_and_a_wrong_one(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG)
    result = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, USER, "wrong.py"],
                            capture_output=True, text=True, cwd=tmp_path, timeout=100, env={"MYPYPATH": str(SOURCES)})
    errors = [line.split(":")[:2] for line in result.stdout.splitlines() if ": error:" in line]
    assert errors == [["wrong.py", str(line)] for line in (3, 4, 6, 8, 9, 10)], result.stdout + result.stderr
