# SPDX-License-Identifier: Apache-2.0
"""The attributes of dora.h: compilers and analyzers find results that are lost, leaked, freed
twice or freed by another function, and a compiler that does not know them sees none."""

import shlex
import subprocess

import pytest

import capi

DROPPED = "dora_get_failure(client, id, NULL);"
LEAKED = "dora_failure *failure = dora_get_failure(client, id, NULL); return failure != NULL;"
TWICE = "dora_failure *failure = dora_get_failure(client, id, NULL); dora_failure_free(failure); dora_failure_free(failure);"
MISMATCHED = "dora_failure *failure = dora_get_failure(client, id, NULL); free(failure);"
ANOTHER = "dora_queue *queue = dora_queue_new(client, 0, NULL); dora_client_free((dora_client *)(void *)queue);"
UNSEEN = "dora_search *search = dora_search_failures(client, id, INT64_MIN, INT64_MAX, NULL); " \
         "dora_failure *failure; dora_search_next(search, -1, &failure, NULL); dora_search_free(search);"
RIGHT = """
    dora_queue *queue = dora_queue_new(client, 0, NULL);
    dora_result *result;
    dora_queue_add(queue, id, 1, NULL);
    while ((result = dora_queue_next(queue, -1)) != NULL) {
        dora_failure *failure = dora_result_take_failure(result);
        dora_error *error = dora_result_take_error(result);
        dora_error_free(error);
        dora_failure_free(failure);
        dora_result_free(result);
    }
    dora_queue_free(queue);"""


def says(command, statements):
    source = f"""#include <dora.h>
#include <stdlib.h>
int use(dora_client *client, const char *id);
int use(dora_client *client, const char *id) {{ {statements} return client == NULL && id == NULL; }}
"""
    return subprocess.run([*shlex.split(command), "-Wall", "-Wextra", "-I", capi.STAGE / "include", "-o", "/dev/null", "-c",
                           "-x", "c++" if "++" in command else "c", "-"],
                          input=source, capture_output=True, text=True, timeout=60).stderr


@pytest.mark.parametrize(("command", "statements", "warning"), [
    ("gcc -std=c99", DROPPED, "-Wunused-result"),
    ("g++ -std=c++17", DROPPED, "-Wunused-result"),
    ("clang -std=c99", DROPPED, "-Wunused-result"),
    ("gcc -std=c99", UNSEEN, "-Wunused-result"),
    ("gcc -O2 -std=c99", MISMATCHED, "-Wmismatched-dealloc"),
    ("gcc -O2 -std=c99", ANOTHER, "-Wmismatched-dealloc"),
    ("gcc -fanalyzer -std=c99", LEAKED, "-Wanalyzer-malloc-leak"),
    ("gcc -fanalyzer -std=c99", TWICE, "-Wanalyzer-double-free"),
    ("gcc -fanalyzer -std=c99", DROPPED, "-Wunused-result"),
])
def test_a_mistake_is_found(command, statements, warning):
    assert warning in says(command, statements)


@pytest.mark.parametrize("command", ["gcc -O2 -fanalyzer -std=c99", "g++ -O2 -std=c++17", "clang -O2 -std=c99"])
def test_a_right_program_is_not_blamed(command):
    assert says(command, RIGHT) == ""


def preprocessed(*flags):
    return subprocess.run(["gcc", "-E", *flags, "-include", capi.STAGE / "include" / "dora.h", "-x", "c", "/dev/null"],
                          check=True, capture_output=True, text=True).stdout


def test_other_compilers_see_no_attribute():
    assert "warn_unused_result" in preprocessed()
    unknown = preprocessed("-U__GNUC__")
    assert "warn_unused_result" not in unknown and "malloc" not in unknown
    assert "dora_config *dora_config_new(void);" in unknown


def test_no_macro_is_left_behind():
    macros = preprocessed("-dM")
    names = {line.split()[1].split("(")[0] for line in macros.splitlines()}
    assert {name for name in names if name.startswith("DORA_")} == \
        {"DORA_H", "DORA_VERSION", "DORA_VERSION_MAJOR", "DORA_VERSION_MINOR", "DORA_VERSION_PATCH"}
