# SPDX-License-Identifier: Apache-2.0
"""The package has all that dora.h declares, with the types that it declares."""

import ctypes
import inspect
import json
import os
import re
import subprocess
import sys

import pytest

import libdora
from libdora import _library, _settings, errors
from paths import REPOSITORY

HEADER = (REPOSITORY / "include" / "dora.h").read_text()
CODE = re.sub(r"/\*.*?\*/|^#.*?(?<!\\)$|\bDORA_MUST_USE\b|\bDORA_FREED_BY\(\w+\)|^struct .*?;$|^void \w+\(struct .*?\);$",
              "", HEADER, flags=re.S | re.M)
DECLARED = {name: (result.strip(), arguments) for result, name, arguments in
            re.findall(r"^\s*((?:const )?\w+ \*?)(dora_\w+)\(([^()]*)\);", CODE, re.M)}

# A queue is called instead of the first, so that Python runs its signal handlers meanwhile. The others are known.
NOT_CALLED = {"dora_get_failure", "dora_queue_pending", "dora_result_failure_id"}

TYPES = {
    "void": None, "bool": ctypes.c_bool, "int": ctypes.c_int, "size_t": ctypes.c_size_t, "int64_t": ctypes.c_int64,
    "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64, "dora_error_code": ctypes.c_uint32,
    "dora_search_status": ctypes.c_uint32, "const char *": ctypes.c_char_p, "char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p, "int64_t *": ctypes.POINTER(ctypes.c_int64), "size_t *": ctypes.POINTER(ctypes.c_size_t),
    "dora_log_function": _library.LogFunction, "dora_error **": _library.ErrorOut, "dora_failure **": _library.ErrorOut,
}
# These may hold NULs: their length comes with them.
WITH_LENGTH = {"dora_failure_json", "dora_error_body"}


def type_of(declaration):
    """Of "const char *name" or "size_t"."""
    kind = re.sub(r"\s*\b\w+$", "", declaration) if " " in declaration.replace("const ", "") else declaration
    kind = kind.strip()
    if re.fullmatch(r"(const )?dora_\w+ \*", kind):
        return ctypes.c_void_p
    return TYPES[kind]


def test_the_header_is_read_whole():
    assert set(re.findall(r"\b(dora_\w+)\(", CODE)) == set(DECLARED) and len(DECLARED) > 80


def test_every_function_is_there():
    missing = set(DECLARED) - set(_library.functions) - NOT_CALLED
    assert not missing, f"dora.h declares, and the package does not call: {', '.join(sorted(missing))}"
    assert not set(_library.functions) - set(DECLARED)


@pytest.mark.parametrize("name", sorted(set(DECLARED) - NOT_CALLED))
def test_types(name):
    result, arguments = DECLARED[name]
    found = _library.functions[name]
    expected = ctypes.c_void_p if name in WITH_LENGTH else type_of(result)
    assert found.restype == expected
    assert list(found.argtypes) == [type_of(argument.strip()) for argument in arguments.split(",") if argument != "void"]


def test_every_setting_is_a_parameter():
    parameters = set(inspect.signature(libdora.Client).parameters)
    settings = {re.sub(r"_ms$", "", name) for name in re.findall(r"dora_config_set_(\w+)\(", CODE)}
    assert settings <= parameters, f"missing: {settings - parameters}"
    assert parameters - settings == {"headers", "max_in_flight"}


def test_every_parameter_reaches_its_setter(monkeypatch, authority):
    """A parameter of text that nobody passes on would be lost without a word."""
    given = {"ca_file": authority.ca_file, "client_certificate": authority.client_files(), "headers": {"X-A": "b"},
             "base_url": "https://127.0.0.1:1"}
    for name, parameter in inspect.signature(libdora.Client).parameters.items():
        if parameter.default is None and name not in given and name != "logger":
            given[name] = "http://127.0.0.1:1"
    passed = {}
    for name in vars(_settings._config):
        monkeypatch.setattr(_settings._config, name, lambda _config, *values, name=name: passed.setdefault(name, values))
    with pytest.raises(libdora.InvalidArgumentError, match="api_key"):  # nothing was set
        libdora.Client(**given)
    assert {f"dora_config_{name}" for name in passed} == {name for name in DECLARED if re.match("dora_config_(set|add)_", name)}
    for name, value in given.items():
        if value == "http://127.0.0.1:1":
            assert passed[f"set_{name}"] == (value.encode(),)


@pytest.mark.parametrize("name, value, unit", [
    ("connect_timeout_ms", 10_000, 1000), ("attempt_timeout_ms", 30_000, 1000), ("timeout_ms", 60_000, 1000),
    ("max_retries", 3, 1), ("retry_backoff_ms", (500, 30_000), 1000), ("max_response_bytes", 8_388_608, 1)])
def test_defaults_are_the_header_s(name, value, unit):
    comment = re.findall(rf"/\*\*((?:(?!\*/).)*?)\*/\s*void dora_config_set_{name}\(", HEADER, re.S)[0]
    values = value if isinstance(value, tuple) else (value,)
    assert all(f"{number:,}" in comment for number in values), "the header's default is another one"
    default = inspect.signature(libdora.Client).parameters[name.removesuffix("_ms")].default
    assert (default if isinstance(default, tuple) else (default,)) == tuple(number / unit for number in values)


def test_every_error_code_is_a_class():
    codes = dict(re.findall(r"\bDORA_ERROR_(\w+) = (\d+)", CODE))
    assert {name.lower(): int(number) for name, number in codes.items()} == {
        kind.code: value for value, kind in enumerate(errors.CLASSES, 1)}


def test_every_attribute_is_an_accessor():
    """And the other way round: a new string accessor is one line in failure.py."""
    texts = {name.removeprefix("dora_failure_") for name, (result, arguments) in DECLARED.items()
             if name.startswith("dora_failure_") and result == "const char *" and arguments == "const dora_failure *failure"}
    assert texts == {name for name, field in vars(libdora.Failure).items() if type(field).__name__ == "Text"}
    git = {name: name for name in ("commit_sha", "repository_url", "repository_id")}
    attributes = {name: name for name in texts - {"id", "type"} if not name.startswith("git_")}
    failure = libdora.Failure.parse(json.dumps({"data": {"id": "id", "type": "type", "attributes": {**attributes, "git": git}}}))
    assert {name: getattr(failure, name) for name in texts} == {name: name.removeprefix("git_") for name in texts}


def test_all_names_what_is_public():
    public = {name for name, value in vars(libdora).items()
              if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"}
    assert public == set(libdora.__all__) - {"__version__"}
    for name in libdora.__all__:
        assert getattr(libdora, name).__doc__


def test_version():
    assert libdora.__version__ == re.search(r'DORA_VERSION "(.+)"', HEADER)[1]


def import_error(library):
    result = subprocess.run([sys.executable, "-c", "import libdora"], capture_output=True, text=True, timeout=30,
                            env={**os.environ, "DORA_LIBRARY": str(library)})
    assert result.returncode == 1
    return result.stderr[result.stderr.index("ImportError"):]


def test_without_the_library_the_import_says_what_to_install():
    error = import_error("/absent/libdora.so.0")
    assert all(text in error for text in ("/absent/libdora.so.0", "pip install", "make install", "DORA_LIBRARY")), error


def library_of(tmp_path, *flags):
    """A library with nothing in it."""
    subprocess.run(["cc", "-shared", "-o", tmp_path / "libdora.so.0", "-x", "c", "/dev/null", *flags], check=True)
    return tmp_path / "libdora.so.0"


def test_what_to_install_for_libcurl(monkeypatch):
    def refuse(_name):
        raise OSError("libcurl.so.4: cannot open shared object file: No such file or directory")
    monkeypatch.setattr(ctypes, "CDLL", refuse)
    with pytest.raises(ImportError) as caught:
        _library.load()
    for command in ("apt install libcurl4", "dnf install libcurl", "zypper install libcurl4", "pacman -S curl", "libcurl4t64"):
        assert command in str(caught.value)


def test_an_older_library_is_named(tmp_path):
    error = import_error(library_of(tmp_path))
    assert "dora_version" in error and "older" in error
