# SPDX-License-Identifier: Apache-2.0
"""examples/python/search.py; the others are compared with the C examples in Tests/conformance/examples."""

import json
import os
import subprocess
import sys
import time

from paths import EXAMPLES
from servers.behaviours import reply
from servers.list_server import SECOND, World, item


def search(local, *arguments):
    options = ["--base-url", local["base_url"], "--ca-file", local["ca_file"]]
    return subprocess.run([sys.executable, EXAMPLES / "python" / "search.py", *options, *arguments], capture_output=True,
                          text=True, timeout=30, env={**os.environ, "DD_API_KEY": "api", "DD_APP_KEY": "app"})


def test_search(server, local):
    now = time.time_ns() // SECOND * SECOND
    server.answer_list(World([item("old", now - 40 * 86_400 * SECOND), item("b", now - 7200 * SECOND, services=["shop", "web"]),
                              item("a", now - 3600 * SECOND)]))
    result = search(local, "env:production")
    lines = result.stdout.splitlines()
    assert (result.returncode, result.stderr, len(lines)) == (0, "", 2)
    assert lines[0].endswith("  High       -                Outage a") and "shop, web" in lines[1]
    everything = search(local, "--json", "--days", "50")
    assert [json.loads(line)["id"] for line in everything.stdout.splitlines()] == ["a", "b", "old"]
    assert json.loads(everything.stdout.splitlines()[0])["started_at_ns"] == now - 3600 * SECOND


def test_what_went_wrong(server, local):
    server.answer_list(reply(403, {"errors": ["Forbidden"]}))
    result = search(local)
    assert (result.returncode, result.stdout) == (1, "") and result.stderr.startswith("search: ")
    assert search(local, "--days", "soon").returncode == 2
