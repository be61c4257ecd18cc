# SPDX-License-Identifier: Apache-2.0
"""valgrind over the release library."""

import re

import pytest

from servers.behaviours import (
    DOCUMENTED,
    DOCUMENTED_ERROR,
    HTML,
    chunked,
    event,
    gzipped,
    reply,
    sending,
)


@pytest.fixture
def arguments(server, authority, closed_port):
    """The arguments of c/lifecycle.c."""
    server.answer("event", event)
    server.answer("compressed", reply(200, gzipped(DOCUMENTED), ("Content-Encoding", "gzip")))
    server.answer("bad-request", reply(400, DOCUMENTED_ERROR.replace(b', {"title": "Second"}', b"")))
    server.answer("unavailable", reply(503, HTML))
    server.answer("broken", sending(chunked(DOCUMENTED[:100], end=b""), "reset"))
    server.answer("html", reply(200, HTML))
    return server.base_url, authority.ca_file, f"https://127.0.0.1:{closed_port}"


def test_the_whole_life_of_a_client(host, arguments):
    host("lifecycle", *arguments)


@pytest.mark.slow
def test_nothing_is_lost_and_no_access_is_invalid(host, arguments, tmp_path):
    log = tmp_path / "valgrind.log"
    host("lifecycle", *arguments, wrapper=[
        "valgrind", f"--log-file={log}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
        "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99", "--num-callers=30"])
    report = log.read_text()
    assert "ERROR SUMMARY: 0 errors" in report
    for kind in ("definitely", "indirectly"):
        assert re.search(rf"{kind} lost: 0 bytes|All heap blocks were freed", report), report
