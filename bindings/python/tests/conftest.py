# SPDX-License-Identifier: Apache-2.0
"""The tests of the package that is installed or, where none is, of the checkout's."""

import importlib.util
import os
import pathlib
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
SOURCES = CHECKOUT / "bindings" / "python" / "src"

if importlib.util.find_spec("libdora") is None:
    sys.path.insert(0, str(SOURCES))
    os.environ["PYTHONPATH"] = str(SOURCES)  # for the programs that tests start

from fixtures import *  # noqa: F403
from servers.behaviours import EVENT, reply

import libdora


@pytest.fixture
def settings(local):
    return {**local, "api_key": "api", "app_key": "app", "max_retries": 0, "timeout": 20}


@pytest.fixture
def client(settings, server):
    server.answer("event", reply(200, EVENT))
    with libdora.Client(**settings) as made:
        yield made
