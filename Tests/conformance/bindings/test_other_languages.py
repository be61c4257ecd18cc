# SPDX-License-Identifier: Apache-2.0
"""Go, Rust, Java and Node: each example says what the C example says, and each binding
turns misuse into its language's error. What they need is installed by Tests/run.sh."""

import os
import pathlib
import shutil
import subprocess

import pytest

import capi
from paths import REPOSITORY
from programs import compiled, pkg_config
from servers.behaviours import DATE_TIME, DOCUMENTED, in_turn, reply
from servers.list_server import World, items

pytestmark = pytest.mark.slow

PROGRAMS = pathlib.Path(__file__).resolve().parent / "other_languages"
BUILD = REPOSITORY / ".build" / "other_languages"
JNA = "/usr/share/java/jna.jar"

ENVIRONMENT = {
    **os.environ,
    "PKG_CONFIG_PATH": str(capi.STAGE / "lib" / "pkgconfig"),
    "LD_LIBRARY_PATH": str(capi.STAGE / "lib"),
    "GOCACHE": str(BUILD / "go-cache"),
    "GOFLAGS": "-mod=mod",
    "GOPROXY": "off",
    "DD_API_KEY": "an-api-key",
    "DD_APP_KEY": "an-application-key",
}


def run(command, directory=None, timeout=300):
    return subprocess.run([*map(str, command)], cwd=directory, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, encoding="utf-8", timeout=timeout)


def build(command, directory):
    result = run(command, directory)
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"


def copy(language, *programs):
    """A copy of the example's folder to build in, with test programs beside it: (name, where)."""
    directory = BUILD / language
    shutil.copytree(REPOSITORY / "examples" / language, directory, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns(".build"))
    for name, place in programs:
        target = directory / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROGRAMS / name, target)
    return directory


def build_go():
    directory = copy("go", ("lifetimes.go", "cmd/lifetimes/main.go"))
    build(["go", "vet", "./..."], directory)
    assert run(["gofmt", "-l", "."], directory).stdout == ""
    build(["go", "build", "-race", "-o", "bin/", "./cmd/..."], directory)
    return [[directory / "bin" / name] for name in ("get_failure", "lifetimes", "search")]


def build_rust():
    directory = copy("rust", ("lifetimes.rs", "src/bin/lifetimes.rs"))
    build(["cargo", "fmt", "--check"], directory)
    build(["cargo", "clippy", "--offline", "--locked", "--lib", "--bins", "--", "-D", "warnings"], directory)
    build(["cargo", "build", "--offline", "--locked", "--lib", "--bins"], directory)
    return [[directory / ".build" / "debug" / name] for name in ("get_failure", "lifetimes", "search")]


def build_java():
    directory = copy("java", ("Lifetimes.java", "Lifetimes.java"))
    build(["javac", "-Xlint:all", "-Werror", "-cp", JNA, "-d", "classes",
           "GetFailure.java", "Lifetimes.java", "SearchFailures.java", *sorted((directory / "dora").glob("*.java"))], directory)
    java = ["java", "-cp", f"{directory / 'classes'}:{JNA}"]
    return [[*java, name] for name in ("GetFailure", "Lifetimes", "SearchFailures")]


def build_node():
    directory = copy("node", ("lifetimes.js", "lifetimes.js"))
    (directory / ".build").mkdir(exist_ok=True)
    for script in sorted(directory.glob("*.js")):
        build(["node", "--check", script], directory)
    build(["cc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", ".build/dora.node", *directory.glob("*.c"),
           "-I/usr/include/node", *pkg_config("--cflags", "--libs")], directory)
    return [["node", directory / f"{name}.js"] for name in ("get_failure", "lifetimes", "search")]


def build_cpp():
    return [None, None, [compiled(REPOSITORY / "examples/cpp/search.cpp", "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror",
                                  *pkg_config("--cflags", "--libs"))]]


BUILDERS = {"go": build_go, "rust": build_rust, "java": build_java, "node": build_node}
each_language = pytest.mark.parametrize("language", BUILDERS)
SEARCHES = {**BUILDERS, "cpp": build_cpp}


@pytest.fixture(scope="module")
def programs():
    """The commands of each language's get_failure, test program and search; built once."""
    built = {}

    def command(language):
        if language not in built:
            built[language] = SEARCHES[language]()
        return built[language]

    return command


@pytest.fixture(scope="module")
def c_example(compile_c):
    return [compile_c(REPOSITORY / "examples" / "c" / "get_failure.c")]


def be_silent(exchange):
    exchange.be_silent()


SPARSE = {"data": {"id": "sparse", "type": "dora_failure", "attributes": {
    "started_at": -1, "services": ["Größe", "二"], "git": {"commit_sha": "abc"}}}}

BEHAVIOURS = {
    "documented": reply(200, DOCUMENTED),
    "date-time": reply(200, DATE_TIME),
    "sparse": reply(200, SPARSE),
    "forbidden": reply(403, {"errors": ["Forbidden"]}),
    "absent": reply(404, {"errors": [{"status": "404", "title": "Not Found", "detail": "no such event"}]}),
    "limited-once": in_turn(reply(429, {"errors": ["Too many requests"]}), reply(200, DOCUMENTED)),
    "a b%2F/ü": reply(200, DOCUMENTED),
}


@each_language
@pytest.mark.parametrize("failure_id", [*BEHAVIOURS, "..", ""])
def test_the_example_says_what_the_c_example_says(programs, c_example, server, authority, language, failure_id):
    if failure_id in BEHAVIOURS:
        server.answer(failure_id, BEHAVIOURS[failure_id])
    server.answer("a%20b%252F%2F%C3%BC", BEHAVIOURS["a b%2F/ü"])
    arguments = ["--base-url", server.base_url, "--ca-file", authority.ca_file, "--", failure_id]
    expected = run([*c_example, *arguments])
    server.attempts.clear()
    count = len(server.requests)
    result = run([*programs(language)[0], *arguments])
    assert (result.returncode, result.stdout, result.stderr) == (expected.returncode, expected.stdout, expected.stderr)
    assert [request.target for request in server.requests[count:]] == \
        [request.target for request in server.requests[:count]]


@each_language
@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--base-url"], ["--unknown", "x"], ["--"]])
def test_wrong_usage(programs, language, arguments):
    result = run([*programs(language)[0], *arguments])
    assert (result.returncode, result.stdout) == (2, "")
    assert "usage: get_failure [--base-url URL] [--ca-file FILE] [--] FAILURE_ID\n" in result.stderr


@pytest.mark.parametrize("language", SEARCHES)
def test_the_search_prints_every_event(programs, server, authority, language):
    world = World(items(25))
    server.answer_list(world)
    command = [*programs(language)[2], "severity:High", server.base_url, authority.ca_file]
    result = run(command)
    lines = [f"event-{number}: Outage event-{number}" for number in reversed(range(25))]
    assert (result.returncode, result.stdout.splitlines(), result.stderr) == (0, lines, "")
    assert world.requests[0]["query"] == "severity:High"
    server.answer_list(reply(403, {"errors": ["Forbidden"]}))
    result = run(command)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("search: ") and "403" in result.stderr


SAID = {
    "node": ["rate_limited 429 true 7000", "timeout", "25 event-24 event-0", "enough", "flat: true true", "timers: true",
             "closed: ERR_CLIENT_CLOSED ERR_CLIENT_CLOSED", "Database outage 1693491974000000000",
             "refused: ERR_CLIENT_CLOSED ERR_CLIENT_CLOSED", "ERR_INVALID_ARG_VALUE"],
    "java": ["rate_limited 429 true 7000", "timeout", "25 event-24 event-0", "flat: true true", "closed: true true",
             "Database outage 1693491974000000000", "refused: the client is closed", "a text must not hold a NUL"],
    "rust": ["rate_limited 429 true 7000", "timeout", "25 event-24 event-0", "flat: true true true",
             "Database outage 1693491974000000000", "a text holds a NUL; give one without"],
    "go": ["rate_limited 429 true 7000", "timeout", "25 event-24 event-0", "flat: true true", "closed: true true",
           "Database outage 1693491974000000000", "refused: true true", "dora: a text holds a NUL byte"],
}
# How many calls are cancelled to see that threads and memory stay flat; DORA_MEMORY_CALLS=10000 makes it 10,000.
CALLS = os.environ.get("DORA_MEMORY_CALLS", "400")


@each_language
def test_errors_searches_and_ends(programs, start_server, language):
    """Errors with their facts; a timeout; all events of a search, in order; cancelled calls, which end at once and
    leave neither threads nor memory behind; calls that end when their client is closed; an event that outlives its
    client; use after close and closing twice; a text with a NUL."""
    server = start_server(plain=True)
    server.answer("documented", reply(200, DOCUMENTED))
    server.answer("limited", reply(429, {"errors": ["Too many requests"]}, ("Retry-After", 7)))
    server.answer("silent", be_silent)
    world = World(items(25))
    server.answer_list(lambda exchange: exchange.be_silent() if b'"silent"' in exchange.request.body else world(exchange))
    result = run([*programs(language)[1], server.base_url, "", CALLS], timeout=300)
    assert (result.returncode, result.stdout.splitlines(), result.stderr) == (0, SAID[language], "")
    assert server.troubles == []


def test_rust_refuses_a_client_that_is_gone(programs):
    programs("rust")
    result = run(["rustc", "--edition", "2021", "--extern", "dora=.build/debug/libdora.rlib", "--emit", "metadata",
                  "-o", ".build/use_after_drop", PROGRAMS / "use_after_drop.rs"], BUILD / "rust")
    assert result.returncode != 0
    assert "error[E0505]" in result.stderr
