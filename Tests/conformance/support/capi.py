# SPDX-License-Identifier: Apache-2.0
"""dora.h for ctypes: every function with its argument and result types, read from the header."""

import ctypes
import re
import sys
from ctypes import (
    POINTER,
    c_bool,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)

from paths import REPOSITORY, STAGE

sys.path.insert(0, str(REPOSITORY / "man"))

import header

LIBRARY = STAGE / "lib" / "libdora.so.0"

SIZE_MAX = c_size_t(-1).value

LogFunction = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_char_p)

# A type of the header for ctypes. A pointer that may be no C string, or that a test has to free, is an address.
TYPES = {
    "void": None, "bool": c_bool, "int": c_int, "size_t": c_size_t, "int64_t": c_int64, "uint32_t": c_uint32,
    "uint64_t": c_uint64, "dora_error_code": c_uint32, "dora_search_status": c_uint32,
    "const char *": c_char_p, "char *": c_char_p, "void *": c_void_p,
    "int64_t *": POINTER(c_int64), "size_t *": POINTER(c_size_t), "dora_log_function": LogFunction,
    "dora_error **": POINTER(c_void_p), "dora_failure **": POINTER(c_void_p),
}


def type_of(declaration):
    """The ctypes type of a result, "const char *", or of an argument, "const char *name"."""
    kind = re.sub(r"(?<=[ *])\w+$", "", declaration).strip() or declaration
    kind = kind if kind in TYPES or kind.endswith("*") else declaration
    return c_void_p if re.fullmatch(r"(const )?dora_\w+ \*", kind) else TYPES[kind]


def types_of(function):
    """What ctypes has to know of a function: its result and its arguments."""
    arguments = [type_of(argument) for argument in function.arguments if argument != "void"]
    # Bytes whose number comes with them may hold a NUL.
    is_sized = function.result == "const char *" and "size_t *length" in function.arguments
    return c_void_p if is_sized else type_of(function.result), arguments


FUNCTIONS = {each.name: types_of(each) for each in header.read(REPOSITORY / "include" / "dora.h").declarations("function")}
# The fields of an event that are one string, without their prefix.
FAILURE_TEXTS = [name.removeprefix("dora_failure_") for name, types in FUNCTIONS.items()
                 if name.startswith("dora_failure_") and types == (c_char_p, [c_void_p])]


def load():
    library = ctypes.CDLL(str(LIBRARY))
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
