# SPDX-License-Identifier: Apache-2.0
"""The C example against examples/local_api.py, and the quickstart."""

import json
import os
import pathlib
import subprocess

import pytest

from paths import REPOSITORY


@pytest.fixture
def get_failure(compile_c, local_api):
    """Runs the example; the arguments that lead to the local server come by themselves."""
    def run(*arguments, to_local_server=True, **environment):
        program = compile_c(REPOSITORY / "examples" / "c" / "get_failure.c")
        keys = {"DD_API_KEY": local_api["api_key"], "DD_APP_KEY": local_api["app_key"]}
        options = ["--base-url", local_api["base_url"], "--ca-file", local_api["ca_file"]] if to_local_server else []
        return subprocess.run([program, *options, *arguments], capture_output=True, text=True, timeout=60,
                              env={**os.environ, **keys, **environment})
    return run


DOCUMENTED_OUTPUT = """\
Database outage (SEV-1)
  id           documented-example
  services     shopist
  environment  production
  team         backend
  version      v1.12.07
  started      2023-08-31 14:26:14 UTC
  finished     2023-08-31 14:26:24 UTC
  duration     10 s
  commit       66adc9350f2cc9b250b69abddab733dd55e1a588
  repository   https://github.com/organization/example-repository
  tags         language:java
               department:engineering
"""

DATE_TIME_OUTPUT = """\
Checkout returns errors (SEV-2)
  id           date-time-example
  services     checkout
               payments
  environment  staging
  team         payments
  version      v2.4.0
  started      2026-07-14 09:12:03 UTC
  finished     2026-07-14 10:45:30.500000000 UTC
  duration     1 h 33 min 27 s
  commit       0f3c1a5be3f34c0c9e1b7b6fb8f3a2b1c4d5e6f7
  repository   https://github.com/organization/checkout
  tags         language:swift
               region:eu1
"""


FIELD_OUTPUT = """\
INC-1187 | Refunds were booked twice (Urgent)
  id           field-example
  services     ledger-api
  environment  live
               live-eu
  team         payments
               ledger
  started      2026-05-20 06:40:00 UTC
  finished     2026-05-21 11:05:40 UTC
  duration     28 h 25 min 40 s
  tags         language:jvm
               backstage.io/owner:team-a
               backstage.io/owner:team-b
"""


SEARCH_OUTPUT = """\
STARTED (UTC)       DURATION SEVERITY SERVICE          NAME
2026-05-30 15:14:48 23h 07m  SEV-1    search           Search is down
2026-05-29 07:06:58 36m 14s  Urgent   search           INC-343 | search shows stale data
2026-05-20 23:18:23 4h 13m   SEV-1    identity         Identity is down
2026-05-20 06:40:00 1d 04h   Urgent   ledger-api       INC-1187 | Refunds were booked twice
"""


@pytest.mark.parametrize("failure_id, output", [("documented-example", DOCUMENTED_OUTPUT),
                                                ("date-time-example", DATE_TIME_OUTPUT),
                                                ("field-example", FIELD_OUTPUT)])
def test_an_event_is_printed(get_failure, failure_id, output):
    result = get_failure("--", failure_id)
    assert (result.returncode, result.stdout, result.stderr) == (0, output, "")


@pytest.mark.parametrize("arguments, environment, fragment", [
    (["absent"], {}, "absent"),
    ([".."], {}, "failure_id"),
    (["absent"], {"DD_API_KEY": ""}, "DD_API_KEY"),
    (["absent"], {"DD_API_KEY": "another"}, "403"),
])
def test_a_failure_is_one_clear_line(get_failure, arguments, environment, fragment):
    result = get_failure(*arguments, **environment)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("get_failure: ")
    assert result.stderr.count("\n") == 1
    assert fragment in result.stderr


@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--base-url"], ["--unknown", "x"], ["--"]])
def test_wrong_usage(get_failure, arguments):
    result = get_failure(*arguments, to_local_server=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: get_failure")


@pytest.mark.alone
def test_the_quickstart_from_any_directory(tmp_path):
    result = subprocess.run([REPOSITORY / "examples" / "quickstart.sh"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                            capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    assert DOCUMENTED_OUTPUT in result.stdout
    assert DATE_TIME_OUTPUT in result.stdout
    assert FIELD_OUTPUT in result.stdout
    assert SEARCH_OUTPUT in result.stdout
    facts = json.loads((REPOSITORY / ".build" / "quickstart" / "local_api.json").read_text())
    assert not pathlib.Path(facts["ca_file"]).exists(), "the local server must have been stopped"
