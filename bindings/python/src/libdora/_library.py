# SPDX-License-Identifier: Apache-2.0
"""The shared library: where it is found, and its functions as ctypes calls them.

`c.get_failure` is `dora_get_failure` of dora.h, and so on. A field of the event is
declared where it is an attribute, in failure.py.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import POINTER, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from types import SimpleNamespace

from ._lazy import TYPE_CHECKING, Lazy

if TYPE_CHECKING:
    import typing
else:
    typing = Lazy("typing")

SONAME = "libdora.so.0"
SIZE_MAX = c_size_t(-1).value

ErrorOut = FailureOut = POINTER(c_void_p)
LengthOut = POINTER(c_size_t)
NanosecondsOut = POINTER(c_int64)
LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_char_p)

_NO_LIBCURL = """libdora needs libcurl.so.4, which this system does not have ({error}). Install it:
  Debian, Ubuntu           apt install libcurl4     (Debian 13, Ubuntu 24.04 and later: libcurl4t64)
  Fedora, RHEL and others  dnf install libcurl
  openSUSE, SLES           zypper install libcurl4
  Arch                     pacman -S curl"""

_NO_LIBRARY = """the shared library {name} can't be loaded ({error}). Any of these gives the package one:
  pip install libdora      the wheel for x86_64 Linux (glibc 2.17 or later) holds it
  apt install ./libdora0_*.deb
  make && make install && ldconfig, in a checkout of libdora
  DORA_LIBRARY=/path/to/{name} in the environment"""


def candidates() -> list[str]:
    """Where to look: what DORA_LIBRARY names and nothing else; else the wheel's own library, a
    checkout's build, and the loader's path."""
    if named := os.environ.get("DORA_LIBRARY"):
        return [named]
    package = os.path.dirname(os.path.abspath(__file__))
    checkout = os.path.normpath(os.path.join(package, "../../../.."))
    places = [os.path.join(package, SONAME)]
    if os.path.exists(os.path.join(checkout, "include", "dora.h")):
        places.append(os.path.join(checkout, ".build/stage/lib", SONAME))
    return [place for place in places if os.path.exists(place)] + [SONAME]


def load() -> ctypes.CDLL:
    """The first candidate. ImportError says what to install."""
    if not sys.platform.startswith("linux"):
        raise ImportError(f"libdora is a library for Linux, and this is {sys.platform}")
    name = candidates()[0]
    try:
        return ctypes.CDLL(name)
    except OSError as error:
        text = _NO_LIBCURL if "libcurl.so.4: cannot open" in str(error) else _NO_LIBRARY
        raise ImportError(text.format(name=SONAME, error=error), name="libdora", path=name) from None


_library = load()
# Accessors return at once and call nobody back: they keep the interpreter's lock. To let go of it and take it
# again would cost more than they do, and each time let another thread in between.
_accessors = ctypes.PyDLL(None, handle=_library._handle)
_ACCESSORS = ("error_", "failure_", "response_", "result_")
# All that the package calls, by the names of dora.h.
functions: dict[str, typing.Any] = {}


def function(name: str, result: typing.Any, *arguments: typing.Any) -> typing.Any:
    """dora_NAME, with the types of its result and arguments."""
    try:
        found = getattr(_accessors if name.startswith(_ACCESSORS) else _library, f"dora_{name}")
    except AttributeError:
        raise ImportError(f"{_library._name} has no dora_{name}: it is older than this package; install the library "
                          "of the same version", name="libdora", path=_library._name) from None
    found.restype, found.argtypes = result, arguments
    functions[f"dora_{name}"] = found
    return found


_TEXT, _OBJECT = c_char_p, c_void_p

# In the order of dora.h: the result, then the arguments. The accessors of an event's fields are declared in failure.py,
# the setters in _settings.py.
_FUNCTIONS: dict[str, tuple[typing.Any, ...]] = {
    "version": (_TEXT,),

    "error_get_code": (c_uint32, _OBJECT),
    "error_code_name": (_TEXT, c_uint32),
    "error_message": (_TEXT, _OBJECT),
    "error_is_retryable": (c_bool, _OBJECT),
    "error_retry_after_ms": (c_int64, _OBJECT),
    "error_item_count": (c_size_t, _OBJECT),
    "error_item_title": (_TEXT, _OBJECT, c_size_t),
    "error_item_detail": (_TEXT, _OBJECT, c_size_t),
    "error_item_status": (_TEXT, _OBJECT, c_size_t),
    "error_item_source_pointer": (_TEXT, _OBJECT, c_size_t),
    "error_item_source_parameter": (_TEXT, _OBJECT, c_size_t),
    "error_item_source_header": (_TEXT, _OBJECT, c_size_t),
    "error_copy_item_meta": (c_size_t, _OBJECT, c_size_t, c_char_p, c_size_t),
    "error_body": (c_void_p, _OBJECT, LengthOut),
    "error_response": (_OBJECT, _OBJECT),
    "error_curl_code": (c_int, _OBJECT),
    "error_free": (None, _OBJECT),

    "config_new": (_OBJECT,),
    "config_free": (None, _OBJECT),

    "client_new": (_OBJECT, _OBJECT, ErrorOut),
    "client_cancel": (None, _OBJECT),
    "client_free": (None, _OBJECT),

    "parse_failure": (_OBJECT, c_char_p, c_size_t, ErrorOut),
    "failure_custom_tag_value": (_TEXT, _OBJECT, _TEXT),
    "failure_json": (c_void_p, _OBJECT, LengthOut),
    "failure_copy_json": (c_size_t, _OBJECT, _TEXT, c_char_p, c_size_t),
    "failure_copy_string": (c_size_t, _OBJECT, _TEXT, c_char_p, c_size_t),
    "failure_response": (_OBJECT, _OBJECT),
    "failure_free": (None, _OBJECT),

    "response_status": (c_int, _OBJECT),
    "response_http_version": (_TEXT, _OBJECT),
    "response_header": (_TEXT, _OBJECT, _TEXT),
    "response_attempts": (c_uint32, _OBJECT),
    "response_time_us": (c_int64, _OBJECT, c_uint32),
    "response_rate_limit": (c_int64, _OBJECT),
    "response_rate_limit_remaining": (c_int64, _OBJECT),
    "response_rate_limit_period_s": (c_int64, _OBJECT),
    "response_rate_limit_reset_s": (c_int64, _OBJECT),

    "queue_new": (_OBJECT, _OBJECT, c_uint32, ErrorOut),
    "queue_add": (c_bool, _OBJECT, _TEXT, c_uint64, ErrorOut),
    "queue_next": (_OBJECT, _OBJECT, c_int64),
    "queue_cancel": (c_bool, _OBJECT, c_uint64),
    "queue_fd": (c_int, _OBJECT),
    "queue_free": (None, _OBJECT),
    "result_tag": (c_uint64, _OBJECT),
    "result_take_failure": (_OBJECT, _OBJECT),
    "result_take_error": (_OBJECT, _OBJECT),
    "result_free": (None, _OBJECT),

    "search_failures": (_OBJECT, _OBJECT, _TEXT, c_int64, c_int64, ErrorOut),
    "search_set_page_size": (c_bool, _OBJECT, c_uint32, ErrorOut),
    "search_next": (c_uint32, _OBJECT, c_int64, FailureOut, ErrorOut),
    "search_fd": (c_int, _OBJECT),
    "search_free": (None, _OBJECT),
}

c = SimpleNamespace(**{name: function(name, *types) for name, types in _FUNCTIONS.items()})
