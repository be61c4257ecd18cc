# SPDX-License-Identifier: Apache-2.0
"""include/dora.hpp against mistakes that everybody makes: what can't be compiled, what is
warned about, and that the right programs are neither."""

import json
import pathlib

import pytest

from programs import WARNINGS, compiled, pkg_config, run
from servers.behaviours import DOCUMENTED, reply
from servers.list_server import World, items

pytestmark = pytest.mark.slow

PROGRAMS = pathlib.Path(__file__).resolve().parent / "cpp"
# What lends something of a temporary: every compiler refuses it, and says what to do.
DANGLING = {
    "text": 'auto name = client.get_failure("id").name();',
    "list": 'for (auto service : client.get_failure("id").services()) { use(service); }',
    "tag": 'auto tag = client.get_failure("id").custom_tag("key");',
    "json": 'std::string_view json = client.get_failure("id").json();',
    "response": 'auto response = client.get_failure("id").response();',
    "arrow of a result": 'auto name = client.try_get_failure("id")->name();',
    "star of a result": 'auto name = (*client.try_get_failure("id")).name();',
    "value of a result": 'auto name = client.try_get_failure("id").value().name();',
    "error of a result": 'const dora::error *error = client.try_get_failure("id").error();',
    "body of an error": 'auto body = dora::error(*client.try_get_failure("id").error()).body();',
    "a moved completion": 'auto name = std::move(queue.next()->outcome)->name();',
    "the next completion": 'auto name = queue.next()->outcome->name();',
    "the next event": 'auto name = search.next()->name();',
    "the next event without an error": 'auto name = search.try_next().value()->name();',
    "parsed": 'auto name = dora::failure::parse("{}").name();',
}
# What goes out of scope: clang sees it, without asking for a warning.
OUT_OF_SCOPE = {
    "text": 'std::string_view leak() { dora::failure event = dora::failure::parse("{}"); return event.json(); }',
    "field": 'std::optional<std::string_view> leak() { dora::failure event = dora::failure::parse("{}"); return event.name(); }',
    "error": 'const dora::error *leak() { auto made = dora::client::try_make(); return made.error(); }',
    "value": 'dora::client &leak() { auto made = dora::client::try_make(); return made.value(); }',
    "message": 'const char *leak(dora::error error) { return error.what(); }',
}
# What loses something when it is dropped.
DROPPED = {
    "event": 'client.get_failure("id");',
    "result": 'client.try_get_failure("id");',
    "client": 'dora::client::try_make();',
    "parsed": 'dora::failure::parse("{}");',
    "completion": 'queue.next();',
    "next event": 'search.next();',
    "addition": 'queue.try_add("id");',
}
each_compiler = pytest.mark.parametrize("compiler", ["g++", "clang++"])


def checked(compiler, source, *flags, standard="c++17"):
    return run(compiler, f"-std={standard}", *flags, *pkg_config("--cflags"), "-fsyntax-only", "-x", "c++", "-", text=source)


def without_diagnosis(compiler, misuses, diagnosis):
    """The misuses that the compiler does not diagnose so; all in one run, each on a line and in a
    file of its own."""
    declarations = "#include <dora.hpp>\nvoid use(std::string_view);\n"
    lines = [f'#line 1 "<{name}>"\n{misuse}\n' for name, misuse in misuses.items()]
    output = checked(compiler, declarations + "".join(lines)).stderr
    return [name for name in misuses
            if not any(f"<{name}>:1:" in line and diagnosis in line for line in output.splitlines())]


def in_functions(misuses):
    """Each in a function that has a client, a queue and a search."""
    return {name: f"void function{index}(dora::client &client, dora::queue &queue, dora::search &search) "
            f"{{ (void)client; (void)queue; (void)search; {misuse} }}"
            for index, (name, misuse) in enumerate(misuses.items())}


@each_compiler
def test_a_temporary_lends_nothing(compiler):
    assert without_diagnosis(compiler, in_functions(DANGLING), "deleted") == []


def test_clang_sees_what_goes_out_of_scope():
    functions = {name: misuse.replace("leak(", f"leak{index}(") for index, (name, misuse) in enumerate(OUT_OF_SCOPE.items())}
    assert without_diagnosis("clang++", functions, "-Wreturn-stack-address") == []


@each_compiler
def test_what_must_not_be_dropped(compiler):
    assert without_diagnosis(compiler, in_functions(DROPPED), "nodiscard") == []


@each_compiler
def test_an_older_standard_is_refused_in_words(compiler):
    result = checked(compiler, "#include <dora.hpp>\n", standard="c++14")
    assert result.returncode != 0
    assert "dora.hpp needs C++17 or later" in result.stderr


# g++ -O1 with sanitizers is where it finds uninitialized values that are none.
BUILDS = [
    ("g++", "c++20", "-O1", "address,undefined"),
    ("g++", "c++17", "-O2", None),
    ("clang++", "c++2b", "-O0", None),
]


def build(name, compiler, standard, level, sanitizer):
    flags = [f"-std={standard}", level, "-g", "-pthread", *WARNINGS, *pkg_config("--cflags", "--libs")]
    if sanitizer is not None:
        flags += [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"]
    return compiled(PROGRAMS / f"{name}.cpp", compiler, *flags)


def answer(server):
    event = {"data": {**json.loads(DOCUMENTED)["data"], "id": "event"}}
    server.answer("event", reply(200, event))
    server.answer("bad", reply(400, {"errors": [{"title": "Bad Request", "meta": {"a": 1}}]}))
    server.answer("silent", lambda exchange: exchange.be_silent())


@pytest.mark.parametrize(("compiler", "standard", "level", "sanitizer"), BUILDS)
def test_right_programs(server, authority, compiler, standard, level, sanitizer):
    answer(server)
    program = build("lifetimes", compiler, standard, level, sanitizer)
    result = run(program, server.base_url, authority.ca_file)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(("compiler", "standard", "level", "sanitizer"), BUILDS[::2])
def test_a_search(server, authority, compiler, standard, level, sanitizer):
    """All events once, whatever an error does to the loop."""
    world = World(items(25))

    def answer_search(exchange):
        if b'"silent"' in exchange.request.body:
            exchange.be_silent()
        else:
            (reply(503) if exchange.attempt == 2 else world)(exchange)

    server.answer_list(answer_search)
    program = build("search", compiler, standard, level, sanitizer)
    result = run(program, server.base_url, authority.ca_file)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert world.requests[0]["query"] == "severity:High"


def test_a_view_that_outlives_its_iteration_is_found_at_run_time(server, authority):
    answer(server)
    program = build("kept", "g++", "c++17", "-O0", "address")
    result = run(program, server.base_url, authority.ca_file)
    assert result.returncode != 0
    assert "heap-use-after-free" in result.stderr
