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


def test_the_example_of_the_overview_compiles_and_runs(compile_c):
    example = REPOSITORY / "man" / "example.c"
    assert letters(example.read_text().split("\n", 1)[1]) in letters(rendered(MANUAL / "man3" / "dora.3"))
    result = subprocess.run([compile_c(example), "4242"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 1
    assert "DD_API_KEY" in result.stderr


@pytest.mark.parametrize("old, new, message", [
    ("/** The number that was given to dora_queue_add; 0 for NULL. Threads: one at a time. */\n", "",
     "no comment on dora_result_tag"),
    (" * Threads: any number at once", " * Safety: any number at once", "unknown label"),
    ("-- Client */", "-- Clients */", "'Clients' has no page"),
])
def test_a_header_without_the_form_is_refused(tmp_path, old, new, message):
    shutil.copytree(REPOSITORY / "man", tmp_path / "man")
    text = (REPOSITORY / "include" / "dora.h").read_text()
    assert text.count(old) == 1
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "dora.h").write_text(text.replace(old, new))
    result = subprocess.run([sys.executable, "-B", tmp_path / "man" / "generate.py", tmp_path / "out"],
                            capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": "0"})
    assert result.returncode == 1
    assert message in result.stderr
