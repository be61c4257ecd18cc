# SPDX-License-Identifier: Apache-2.0
"""The libcurl that the library runs with."""

import ctypes
import re

_library = ctypes.CDLL("libcurl.so.4")
_library.curl_version.restype = ctypes.c_char_p

VERSION = tuple(map(int, re.match(rb"libcurl/(\d+)\.(\d+)\.(\d+)", _library.curl_version()).groups()))
