# SPDX-License-Identifier: Apache-2.0
"""What the prose names is there: functions, constants, files, settings."""

import re
import sys

import pytest

from paths import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "man"))

from header import read

HEADER = read(REPOSITORY / "include" / "dora.h")
NAMES = {each.name for each in HEADER.declarations("function", "callback", "type", "constant", "macro")}
PAGES = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md"), *(REPOSITORY / "examples").glob("*.md")]


def test_errors_lists_every_code():
    rows = re.findall(r"^\| (\d+) \| `(DORA_ERROR_\w+)` \|", (REPOSITORY / "docs" / "errors.md").read_text(), re.MULTILINE)
    codes = [(each.value, each.name) for each in HEADER.declarations("constant") if each.name.startswith("DORA_ERROR_")]
    assert rows == codes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_exist(page):
    mentioned = set(re.findall(r"\b(?:dora|DORA)_\w+\b(?!\*)", page.read_text()))
    prefixes = {name for name in mentioned if name.endswith("_")}
    # Of the API, and of the wrappers' and tests' environment: not of the library.
    others = {"dora_metrics_read", "dora_failure", "dora_failures_list_request", "DORA_LIBRARY", "DORA_MEMORY_CALLS"}
    unknown = {name for name in mentioned - NAMES - prefixes - others
               if not any(known.startswith(name) for known in NAMES)}
    assert unknown == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


def test_files_in_backticks_exist():
    folders = "Sources|Tests|docs|include|examples|Benchmarks|packaging|man"
    for page in PAGES:
        for path in re.findall(rf"`((?:{folders})/[\w./-]+)`", page.read_text()):
            assert (REPOSITORY / path).exists(), f"{page.name}: {path}"
