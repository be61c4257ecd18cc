# SPDX-License-Identifier: Apache-2.0
"""Name servers that do not answer."""

import subprocess

import pytest

import libcurl
from paths import C_PROGRAMS, REPOSITORY

# Since this version a lookup can be left to end by itself (CURLOPT_QUICK_EXIT).
LEAVES_LOOKUPS = (7, 87)


@pytest.mark.parametrize("what", ["deadline", "staggered", "visit", "cancel", "free"])
def test_a_queue_while_a_name_is_looked_up(authority, compile_c, what):
    """Promise: with a silent name server every event of a queue ends by its deadline, a visit with timeout 0 does not
    wait, a cancel and a free are at once; with libcurl before 7.87 the header and docs/porting.md say what waits."""
    program = compile_c(C_PROGRAMS / "slow_lookup_queue.c")
    result = subprocess.run([program, authority.ca_file, what], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            timeout=90)
    if libcurl.VERSION >= LEAVES_LOOKUPS:
        assert result.returncode == 0, result.stderr
    elif result.returncode != 0:
        assert "took" in result.stderr, result.stderr
        porting = (REPOSITORY / "docs" / "porting.md").read_text()
        header = (REPOSITORY / "include" / "dora.h").read_text()
        for words in ("7.87", "lookup", "dora_queue_next", "dora_queue_free"):
            assert words in porting, f"docs/porting.md must say what waits: {result.stderr}"
        assert "7.87" in header, f"dora.h must say so: {result.stderr}"
