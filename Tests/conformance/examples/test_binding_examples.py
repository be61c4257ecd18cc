# SPDX-License-Identifier: Apache-2.0
"""The C++, Python and Ruby examples say what the C example says."""

import sys

import pytest

from paths import EXAMPLES, REPOSITORY
from programs import WARNINGS, compiled, pkg_config, run
from servers.behaviours import DATE_TIME, DOCUMENTED, in_turn, reply

SPARSE = b'{"data":{"id":"\\u00e9","type":"dora_failure","attributes":{"started_at":-1,"finished_at":3600000000000}}}'
FORBIDDEN = reply(403, {"errors": ["Forbidden"]})
RUBY = ["ruby", "-W", "-I", REPOSITORY / "bindings" / "ruby" / "lib"]
MISSING = reply(404, {"errors": [{"status": "404", "title": "Not Found", "detail": "no such event"}]})
LIMITED = reply(429, {"errors": ["Too many requests"]}, ("X-RateLimit-Reset", "0"))


def cpp(name):
    """Compiles an example of examples/cpp as its comment says."""
    return compiled(EXAMPLES / "cpp" / f"{name}.cpp", "g++", "-std=c++17", *WARNINGS, *pkg_config("--cflags", "--libs"))


@pytest.fixture(scope="session")
def commands():
    """For each language how to run get_failure, and how to give it a timeout of a second."""
    return {
        "C++": ([cpp("get_failure")], ["--timeout-ms", "1000"]),
        "Python": ([sys.executable, EXAMPLES / "python" / "get_failure.py"], ["--timeout", "1"]),
        "Ruby": ([*RUBY, EXAMPLES / "ruby" / "get_failure.rb"], ["--timeout", "1"]),
    }


CPP = pytest.param("C++", marks=pytest.mark.slow)
LANGUAGES = [CPP, "Python", "Ruby"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("behaviour, status", [
    (reply(200, DOCUMENTED), 0), (reply(200, DATE_TIME), 0), (reply(200, SPARSE), 0),
    (FORBIDDEN, 1), (MISSING, 1), (in_turn(LIMITED, reply(200, DOCUMENTED)), 0),
], ids=["documented", "date-time", "sparse", "403", "404", "429 then 200"])
def test_get_failure_says_what_the_c_example_says(server, authority, commands, compile_c, language, behaviour, status):
    server.answer("an%20id", behaviour)
    options = ["--base-url", server.base_url, "--ca-file", authority.ca_file, "--", "an id"]
    expected = run(compile_c(EXAMPLES / "c" / "get_failure.c"), *options)
    server.attempts.clear()
    result = run(*commands[language][0], *options)
    assert expected.returncode == status
    assert (result.returncode, result.stdout, result.stderr) == (status, expected.stdout, expected.stderr)


@pytest.mark.parametrize("language", LANGUAGES)
def test_get_failure_tells_of_a_timeout(server, authority, commands, language):
    server.answer("slow", lambda exchange: exchange.be_silent())
    command, timeout = commands[language]
    result = run(*command, "--base-url", server.base_url, "--ca-file", authority.ca_file, *timeout, "slow")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("get_failure: ")
    assert result.stderr.count("\n") == 1
    assert "timed out" in result.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--base-url"], ["--unknown", "x"]])
def test_wrong_usage(commands, language, arguments):
    result = run(*commands[language][0], *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("usage: get_failure")


@pytest.mark.parametrize("language", [CPP, "Python", "Python asyncio", "Ruby"])
def test_get_failures(server, authority, language):
    ids = [f"event-{number}" for number in range(40)]
    for failure_id in ids:
        server.answer(failure_id, reply(200, DOCUMENTED))
    server.answer("missing", MISSING)
    options = ["--base-url", server.base_url, "--ca-file", authority.ca_file]
    if language == "C++":
        result = run(cpp("get_failures"), server.base_url, authority.ca_file, text="\n".join([*ids, "missing"]) + "\n")
    elif language == "Ruby":
        result = run(*RUBY, EXAMPLES / "ruby" / "get_failures.rb", *options, *ids, "missing")
    else:
        mode = ["--asyncio"] if language == "Python asyncio" else []
        result = run(sys.executable, EXAMPLES / "python" / "get_failures.py", *mode, *options, *ids, "missing")
    assert sorted(result.stdout.splitlines()) == sorted(f"{failure_id}: Database outage" for failure_id in ids)
    assert result.stderr.startswith("missing: ") and "404" in result.stderr
    assert result.returncode == 1
