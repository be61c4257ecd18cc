# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys

import pytest

from paths import EXAMPLES


@pytest.fixture(scope="session")
def local_api():
    """The facts that examples/local_api.py prints when it is ready."""
    process = subprocess.Popen([sys.executable, EXAMPLES / "local_api.py"], stdout=subprocess.PIPE, text=True)
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(timeout=10) == 0
