# SPDX-License-Identifier: Apache-2.0
"""Every input that a fuzz target started from, or once failed on, with AddressSanitizer."""

import re
import subprocess

import pytest

from paths import REPOSITORY

FUZZ = REPOSITORY / "Tests" / "fuzz"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_seeds_are_handled():
    seeds = [path for path in (FUZZ / "seeds").glob("*/*") if path.is_file()]
    assert len(seeds) > 40
    result = subprocess.run([FUZZ / "run.sh", "0"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"replayed {len(seeds)} seeds of 4 targets" in result.stdout
    for target in ("event", "page", "error_body", "date"):
        executions = re.search(rf"^{target}: (\d+) executions", result.stdout, re.MULTILINE)
        assert executions and int(executions[1]) >= len(list((FUZZ / "seeds" / target).iterdir()))
