# SPDX-License-Identifier: Apache-2.0
"""The libcurl that the library runs with here."""

import ctypes
import re


def version():
    """(7, 88) for 7.88.1."""
    library = ctypes.CDLL("libcurl.so.4")
    library.curl_version.restype = ctypes.c_char_p
    return tuple(map(int, re.match(rb"libcurl/(\d+)\.(\d+)", library.curl_version()).groups()))
