# SPDX-License-Identifier: Apache-2.0
"""Name servers that do not answer (issue 12, points 14 and 22)."""

import ctypes
import re
import subprocess

import pytest

from paths import C_PROGRAMS, REPOSITORY

# Since this version a lookup can be left to end by itself (CURLOPT_QUICK_EXIT).
LEAVES_LOOKUPS = (7, 87)


def curl_version():
    library = ctypes.CDLL("libcurl.so.4")
    library.curl_version.restype = ctypes.c_char_p
    return tuple(map(int, re.match(rb"libcurl/(\d+)\.(\d+)", library.curl_version()).groups()))


@pytest.mark.parametrize("what", ["deadline", "staggered", "visit", "cancel", "free"])
def test_a_queue_while_a_name_is_looked_up(authority, compile_c, what):
    """Promise: with a silent name server every event of a queue ends by its deadline, a visit with timeout 0 does not
    wait, a cancel and a free are at once; with libcurl before 7.87 the header and docs/porting.md say what waits."""
    program = compile_c(C_PROGRAMS / "slow_lookup_queue.c")
    result = subprocess.run([program, authority.ca_file, what], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                            timeout=90)
    if curl_version() >= LEAVES_LOOKUPS:
        assert result.returncode == 0, result.stderr
    elif result.returncode != 0:
        assert "took" in result.stderr, result.stderr
        porting = (REPOSITORY / "docs" / "porting.md").read_text()
        header = (REPOSITORY / "include" / "dora.h").read_text()
        for function in ("dora_queue_next", "dora_queue_free"):
            assert re.search(rf"7\.87[^#]*lookup[^#]*{function}|{function}[^#]*lookup[^#]*7\.87|lookup[^#]*{function}[^#]*7\.87",
                             porting, re.S), f"docs/porting.md must say that {function} waits: {result.stderr}"
        assert re.search(r"7\.87", header), f"dora.h must say so: {result.stderr}"
