# SPDX-License-Identifier: Apache-2.0
"""The library starts with any libcurl.so.4: with symbol versions, with none, with others.

Debian's libcurl has versions, Fedora's and Arch's have none, and one that somebody built may have any. Each
stands here as a shared library of its kind: a stub that has the names alone, and one whose functions are the
real libcurl's, behind such a surface.
"""

import os
import re
import subprocess
import sys

import pytest

import capi
from paths import REPOSITORY
from servers.behaviours import event

VERSION_SCRIPTS = {
    "none": None,
    "Debian's": "CURL_OPENSSL_4 { global: *; };",
    "another's": "CURL_OF_SOMEBODY_7 { global: *; };",
}


def real_libcurl():
    code = "import ctypes; ctypes.CDLL('libcurl.so.4'); print(open('/proc/self/maps').read())"
    maps = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return next(line.split()[-1] for line in maps.splitlines() if "libcurl.so.4" in line)


def needed_functions():
    lines = subprocess.run(["nm", "-D", "--undefined-only", capi.LIBRARY], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\b(curl_\w+)", lines)


@pytest.fixture(params=VERSION_SCRIPTS)
def stub(request, tmp_path):
    """Makes a libcurl.so.4 of a kind, of its own or in front of the real one, and returns its folder."""
    script = VERSION_SCRIPTS[request.param]

    def make(*options):
        source = tmp_path / "libcurl.c"
        source.write_text("".join(f"void *{name}(void) {{ return 0; }}\n" for name in needed_functions()))
        versions = []
        if script:
            (tmp_path / "libcurl.map").write_text(script)
            versions = [f"-Wl,--version-script={tmp_path}/libcurl.map"]
        subprocess.run(["cc", "-shared", "-fPIC", "-w", "-Wl,-soname,libcurl.so.4", *versions, *options,
                        "-o", tmp_path / "libcurl.so.4", source], check=True)
        return tmp_path

    return make


def run(folder, code):
    """Python with that libcurl, everything bound at once, so that whatever misses shows."""
    return subprocess.run([sys.executable, "-c", code, capi.LIBRARY], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "LD_LIBRARY_PATH": str(folder), "LD_BIND_NOW": "1"})


def test_the_loader_has_nothing_to_say(stub):
    result = run(stub(), """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.dora_version.restype = ctypes.c_char_p
print(library.dora_version().decode())
""")
    assert result.stderr == "" and result.returncode == 0
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", result.stdout)


def test_it_fetches(stub, server, local, tmp_path):
    """The functions behind the surface are the system's libcurl's."""
    folder = stub(f"-Wl,--filter={real_libcurl()}")
    server.answer("string", event)
    example = tmp_path / "get_failure"
    subprocess.run(["cc", "-o", example, REPOSITORY / "examples" / "c" / "get_failure.c", f"-I{capi.STAGE}/include",
                    capi.LIBRARY, "-Wl,--allow-shlib-undefined", f"-Wl,-rpath,{capi.STAGE}/lib"], check=True)
    result = subprocess.run([example, "--base-url", local["base_url"], "--ca-file", local["ca_file"], "string"],
                            capture_output=True, text=True, timeout=60,
                            env={**os.environ, "LD_LIBRARY_PATH": str(folder), "DD_API_KEY": "key", "DD_APP_KEY": "key"})
    assert result.stderr == "" and result.returncode == 0
    assert result.stdout.startswith("Database outage")


def test_the_library_asks_for_no_version_of_libcurl_s():
    versions = subprocess.run(["readelf", "-VW", capi.LIBRARY], check=True, capture_output=True, text=True).stdout
    needs = versions[versions.index("Version needs"):]
    assert "libcurl" not in needs and "CURL_" not in needs
    dynamic = subprocess.run(["readelf", "-dW", capi.LIBRARY], check=True, capture_output=True, text=True).stdout
    assert dynamic.count("[libcurl.so.4]") == 1


# Since when libcurl has them, by its documentation.
SINCE = {
    "curl_easy_cleanup": (7, 1), "curl_easy_getinfo": (7, 4), "curl_easy_init": (7, 1), "curl_easy_setopt": (7, 1),
    "curl_easy_strerror": (7, 12), "curl_global_init": (7, 8), "curl_multi_add_handle": (7, 9), "curl_multi_cleanup": (7, 9),
    "curl_multi_info_read": (7, 9), "curl_multi_init": (7, 9), "curl_multi_poll": (7, 66), "curl_multi_remove_handle": (7, 9),
    "curl_multi_setopt": (7, 15), "curl_multi_socket_action": (7, 15), "curl_multi_wakeup": (7, 68), "curl_slist_append": (7, 1),
    "curl_slist_free_all": (7, 1), "curl_url": (7, 62), "curl_url_cleanup": (7, 62), "curl_url_set": (7, 62),
    "curl_version_info": (7, 10),
}


def test_every_function_is_in_the_oldest_libcurl():
    """A newer one would end every program at its start, and a stub of this machine's would not show it."""
    for name in needed_functions():
        assert name in SINCE, f"{name}: look up since when libcurl has it; 7.68 is the oldest that will do"
        assert SINCE[name] <= (7, 68)
