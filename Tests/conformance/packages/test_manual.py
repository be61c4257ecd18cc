# SPDX-License-Identifier: Apache-2.0
"""The installed manual says what dora.h says, and every name of dora.h leads there."""

import os
import re
import shutil
import subprocess
import sys

import pytest

import capi
from paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "man"))

from header import read
from servers.behaviours import reply

MANUAL = capi.STAGE / "share" / "man"
HEADER = read(REPOSITORY / "include" / "dora.h")
NAMES = sorted({each.name for each in HEADER.declarations("function", "callback", "type")})
# Style remarks of mandoc that hold on purpose: the version in the foot, and pages that are not installed system-wide.
REMARKS = ("operating system explicitly specified", "referenced manual not found")


def page_of(name):
    """The file behind a name, aliases followed."""
    path = MANUAL / "man3" / f"{name}.3"
    alias = re.fullmatch(r"\.so (\S+)\n", path.read_text())
    return MANUAL / alias.group(1) if alias else path


def rendered(path):
    return subprocess.run(["mandoc", "-T", "utf8", "-O", "width=500", path], check=True, capture_output=True, text=True).stdout


def letters(text):
    """The text without what a manual page adds: sections, parentheses, quotes, white space, overstriking."""
    text = re.sub(".\b", "", text)
    text = re.sub(r"\(3\)|\(\)", "", text)
    return re.sub(r"\W", "", text)


@pytest.fixture(scope="module")
def pages():
    return {path.stem: letters(rendered(path)) for path in {page_of(name) for name in [*NAMES, "dora"]}}


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_a_page_that_starts_with_it(name):
    text = page_of(name).read_text()
    head = text[text.index(".Sh NAME"):text.index(".Sh SYNOPSIS")]
    assert re.search(rf"^\.Nm {name}( ,)?$", head, re.MULTILINE)


def test_the_manual_says_all_that_the_header_says(pages):
    for section in HEADER.sections[1:]:
        for block in section.blocks:
            page = pages[page_of(next(each.name for each in section.declarations("function"))).stem]
            comments = [block.comment, *(each.comment for each in block.declarations if each.comment)]
            for comment in comments:
                for text in [*comment.paragraphs, *comment.fields.values(), *(text for _, text in comment.parameters)]:
                    assert letters(text) in page, text
    for name, text in HEADER.rules:
        assert letters(name + text) in pages["dora"]


def test_every_function_says_for_which_threads_it_is():
    silent = []
    for section in HEADER.sections[1:]:
        for block in section.blocks:
            comments = [block.comment, *(each.comment for each in block.declarations if each.comment)]
            if not any("Threads" in comment.fields for comment in comments):
                silent += [each.name for each in block.declarations if each.kind in ("function", "callback")]
    assert silent == []


def test_new_functions_say_since_which_version_they_are_there():
    released = set(re.findall(r"name='(dora_\w+)'", (REPOSITORY / "Tests" / "abi" / "functions.xml").read_text()))
    silent = [each.name for section in HEADER.sections for block in section.blocks for each in block.declarations
              if each.kind == "function" and each.name not in released
              and "Since" not in (each.comment or block.comment).fields]
    assert silent == [], f"say since which release: {silent}"


def test_the_synopsis_is_the_declaration(pages):
    for function in HEADER.declarations("function"):
        assert letters(function.text) in pages[page_of(function.name).stem]


def test_nothing_else_is_installed():
    assert {path.stem for path in (MANUAL / "man3").iterdir()} == {*NAMES, "dora", *(page_of(name).stem for name in NAMES)}


def test_lint():
    for page in {page_of(name) for name in [*NAMES, "dora"]}:
        lines = subprocess.run(["mandoc", "-T", "lint", page], capture_output=True, text=True).stdout.splitlines()
        assert [line for line in lines if not any(remark in line for remark in REMARKS)
                and re.search(r": (STYLE|WARNING|ERROR|UNSUPP): ", line)] == []


def test_references_lead_somewhere():
    for page in {page_of(name) for name in [*NAMES, "dora"]}:
        for name in re.findall(r"\.Xr (dora\w*) 3", page.read_text()):
            assert (MANUAL / "man3" / f"{name}.3").is_file(), f"{page.name}: {name}"


def test_man_finds_a_contract():
    result = subprocess.run(["man", "-M", MANUAL, "dora_get_failure"], check=True, capture_output=True, text=True,
                            env={**os.environ, "MANPAGER": "cat", "MANWIDTH": "100", "MAN_KEEP_FORMATTING": ""})
    assert "dora_get_failure(dora_client *client, const char *failure_id, dora_error **error);" in result.stdout
    assert "Fetches one incident event and waits for it, retries included." in result.stdout


EXAMPLES = {"dora": REPOSITORY / "man" / "example.c",
            **{page: REPOSITORY / "man" / "examples" / f"{page}.c"
               for page in sorted({page_of(name).stem for name in NAMES} - {"dora"})}}
# An event without any field, and an answer without any text, to the programs of the manual and the README.
BARE = {"data": {"id": "bare", "type": "dora_failure"}}
# Leads a client that takes all from the environment to the test's server, which no variable can.
WRAPPER = """#include <dora.h>
#include <stdlib.h>
dora_client *__real_dora_client_new(const dora_config *config, dora_error **error);
dora_client *__wrap_dora_client_new(const dora_config *config, dora_error **error);
dora_client *__wrap_dora_client_new(const dora_config *config, dora_error **error)
{
    dora_config *local = dora_config_new();
    (void)config;
    dora_config_set_base_url(local, getenv("BASE_URL"));
    dora_client *client = __real_dora_client_new(getenv("BASE_URL") ? local : config, error);
    dora_config_free(local);
    return client;
}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Compiles a program so that BASE_URL leads it."""
    directory = tmp_path_factory.mktemp("examples")
    (directory / "wrapper.c").write_text(WRAPPER)

    def build(source):
        program = directory / source.stem
        subprocess.run(["cc", "-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-fanalyzer", "-o", program, source,
                        directory / "wrapper.c", "-I", capi.STAGE / "include", "-L", capi.STAGE / "lib", "-ldora",
                        f"-Wl,-rpath,{capi.STAGE / 'lib'},--wrap=dora_client_new"], check=True)
        return program

    return build


def run(program, *arguments, stdin="", **environment):
    result = subprocess.run([program, *arguments], input=stdin, capture_output=True, text=True, timeout=30, env=environment)
    assert result.returncode in (0, 1), result
    return result.stdout + result.stderr


@pytest.mark.parametrize("page", EXAMPLES)
def test_the_example_of_a_page_runs_on_an_event_without_fields(built, start_server, page):
    assert letters(EXAMPLES[page].read_text().split("\n", 1)[1]) in letters(rendered(MANUAL / "man3" / f"{page}.3"))
    program = built(EXAMPLES[page])
    server = start_server(plain=True)
    server.answer("bare", reply(200, BARE))
    server.answer("refused", reply(403, {"errors": [{}]}))
    server.answer_list(reply(200, {"data": [{"attributes": {}}]}))
    keys = {"BASE_URL": server.base_url, "DD_API_KEY": "an-api-key", "DD_APP_KEY": "an-application-key"}
    body = '{"data": {}}'
    without_keys, event, refused = run(program, "bare"), run(program, "bare", stdin=body, **keys), run(program, "refused", **keys)
    assert "(null)" not in without_keys + event + refused
    if page not in ("dora_version", "dora_failure"):
        assert "DD_API_KEY" in without_keys
    assert {"dora": "bare: (no name)", "dora_version": "running with", "dora_error": "", "dora_config": "",
            "dora_client": '"bare"', "dora_failure": "violation: /data", "dora_response": "HTTP/1.1 200, application",
            "dora_queue": "bare: (no name)", "dora_search": "(no id): (no name)"}[page] in event
    if page in ("dora", "dora_error", "dora_client", "dora_queue"):
        assert "403" in refused


def test_the_readme_s_program_runs_on_an_event_without_fields(built, start_server, tmp_path):
    [program] = re.findall(r"^```c\n(.*?)^```$", (REPOSITORY / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "readme.c").write_text(program)
    server = start_server(plain=True)
    server.answer_list(reply(200, {"data": [{"attributes": {}}]}))
    said = run(built(tmp_path / "readme.c"), BASE_URL=server.base_url, DD_API_KEY="key", DD_APP_KEY="key")
    assert said == "(no name)\n"


def generated(folder, old, new):
    """What the generator makes of a header that differs in one place."""
    shutil.copytree(REPOSITORY / "man", folder / "man")
    text = (REPOSITORY / "include" / "dora.h").read_text()
    assert text.count(old) == 1
    (folder / "include").mkdir()
    (folder / "include" / "dora.h").write_text(text.replace(old, new))
    return subprocess.run([sys.executable, "-B", folder / "man" / "generate.py", folder / "out"],
                          capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})


@pytest.mark.parametrize("comment", ["/** At length. Since: 9.8.7. */", "/**\n * At length.\n *\n * Since: 9.8.7.\n */"])
def test_what_a_declaration_among_others_says_of_itself(tmp_path, comment):
    second = "const char *dora_error_item_detail("
    assert generated(tmp_path, second, f"{comment}\n{second}").returncode == 0
    assert ".It Sy Since\n9.8.7.\n" in (tmp_path / "out" / "man3" / "dora_error.3").read_text()


@pytest.mark.parametrize("old, new, message", [
    ("/** The number that was given to dora_queue_add; 0 for NULL. Threads: one at a time. */\n", "",
     "no comment on dora_result_tag"),
    (" * Threads: any number at once", " * Safety: any number at once", "unknown label"),
    ("-- Client */", "-- Clients */", "'Clients' has no page"),
])
def test_a_header_without_the_form_is_refused(tmp_path, old, new, message):
    result = generated(tmp_path, old, new)
    assert result.returncode == 1
    assert message in result.stderr
