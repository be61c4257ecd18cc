# SPDX-License-Identifier: Apache-2.0
"""Misuses end in an error of Python's or in success: never in a crash, a leak or a wait beyond the timeout."""

import json
import os
import subprocess
import sys

import pytest

import misuses
from servers.behaviours import EVENT, reply
from servers.list_server import World, items

TIMEOUT_S = 10


@pytest.fixture(scope="module")
def outcomes(start_server, authority):
    """By name. All run in one process; where that dies, the rest run in the next."""
    server = start_server()
    server.answer("event", reply(200, EVENT))
    server.answer("silent", lambda exchange: exchange.be_silent())
    world = World(items(250))
    server.answer_list(lambda exchange: exchange.be_silent() if b'"silent"' in exchange.request.body else world(exchange))
    settings = json.dumps({"base_url": server.base_url, "ca_file": str(authority.ca_file), "api_key": "api",
                           "app_key": "app", "max_retries": 0, "timeout": TIMEOUT_S})
    found = {}
    while len(found) < len(misuses.MISUSES):
        process = subprocess.run([sys.executable, "-X", "faulthandler", misuses.__file__, settings, str(len(found))],
                                 capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL,
                                 env={**os.environ, "PYTHONWARNINGS": "ignore::DeprecationWarning"})
        for line in process.stdout.splitlines():
            found[json.loads(line)["name"]] = json.loads(line)
        trouble = f"{process.returncode}\n{process.stderr}"
        if len(found) < len(misuses.MISUSES):
            name = list(misuses.MISUSES)[len(found)]
            found[name] = {"kind": "crash", "message": trouble, "seconds": 0, "left": 0}
        else:
            found["stderr"] = process.stderr
    return found


@pytest.mark.parametrize("name", misuses.MISUSES)
def test_misuse(outcomes, name):
    outcome, (_, expected) = outcomes[name], misuses.MISUSES[name]
    assert outcome["kind"] in expected, outcome["message"]
    assert outcome["kind"] == "success" or outcome["message"]
    assert outcome["seconds"] < TIMEOUT_S + 5
    assert outcome["left"] <= 0, "descriptors left open"


def test_nothing_is_printed(outcomes):
    assert outcomes["stderr"] == ""


def test_no_message_holds_a_key(outcomes):
    assert not any("1234567890" in outcome["message"] for name, outcome in outcomes.items() if name != "stderr")
