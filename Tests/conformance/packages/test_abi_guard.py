# SPDX-License-Identifier: Apache-2.0
"""The ABI of the last release is kept, and a break is named: Tests/abi/check.py."""

import subprocess
import sys

import pytest

from paths import REPOSITORY

pytestmark = pytest.mark.slow

HEADER = REPOSITORY / "include" / "dora.h"


def check(header):
    return subprocess.run([sys.executable, "-B", REPOSITORY / "Tests" / "abi" / "check.py", "--header", header],
                          capture_output=True, text=True, timeout=60)


def test_programs_of_the_last_release_still_run():
    result = check(HEADER)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("old, new, named", [
    pytest.param("uint64_t dora_result_tag(const dora_result *result);",
                 "uint64_t dora_result_number(const dora_result *result);",
                 "dora_result_tag", id="a function removed"),
    pytest.param("dora_config_set_timeout_ms(dora_config *config, uint32_t milliseconds)",
                 "dora_config_set_timeout_ms(dora_config *config, uint64_t milliseconds)",
                 "dora_config_set_timeout_ms", id="a parameter wider"),
    pytest.param("dora_config_set_strict(dora_config *config, bool enabled)",
                 "dora_config_set_strict(dora_config *config, bool enabled, int level)",
                 "dora_config_set_strict", id="a parameter more"),
    pytest.param("int64_t dora_error_retry_after_ms(", "int32_t dora_error_retry_after_ms(",
                 "dora_error_retry_after_ms", id="a result narrower"),
    pytest.param("(void *user_data, uint32_t level, const char *message)",
                 "(void *user_data, int64_t level, const char *message)",
                 "dora_log_function", id="a callback's parameter"),
    pytest.param("DORA_ERROR_TIMEOUT = 11,", "DORA_ERROR_TIMEOUT = 16,", "DORA_ERROR_TIMEOUT", id="a code renumbered"),
    pytest.param("DORA_PHASE_TLS = 2,", "DORA_PHASE_HANDSHAKE = 2,", "DORA_PHASE_TLS", id="a constant renamed"),
    pytest.param('#define DORA_VERSION "', '#define DORA_VERSION "9', "SONAME", id="another soname"),
])
def test_a_break_fails_and_is_named(tmp_path, old, new, named):
    text = HEADER.read_text()
    assert text.count(old) == 1
    header = tmp_path / "dora.h"
    header.write_text(text.replace(old, new))
    result = check(header)
    assert result.returncode == 1
    assert named in result.stderr
    assert "--bless" in result.stderr


def test_an_addition_is_no_break(tmp_path):
    header = tmp_path / "dora.h"
    header.write_text(HEADER.read_text()
                      .replace("const char *dora_version(void);",
                               "const char *dora_version(void);\nint dora_version_number(void);")
                      .replace("DORA_ERROR_INTERNAL = 15",
                               "DORA_ERROR_INTERNAL = 15,\n    /** New. */\n    DORA_ERROR_NEW = 16"))
    result = check(header)
    assert result.returncode == 0, result.stdout + result.stderr
