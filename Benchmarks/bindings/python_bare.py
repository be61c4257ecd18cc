# SPDX-License-Identifier: Apache-2.0
"""dora_get_failure through ctypes, and nothing of the event but its name."""

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_void_p

import measure

library = ctypes.CDLL(os.environ["DORA_LIBRARY"])


def function(name, result, *arguments):
    bound = getattr(library, name)
    bound.restype, bound.argtypes = result, arguments
    return bound


get_failure = function("dora_get_failure", c_void_p, c_void_p, c_char_p, POINTER(c_void_p))
name_of = function("dora_failure_name", c_char_p, c_void_p)
free = function("dora_failure_free", None, c_void_p)
config = function("dora_config_new", c_void_p)()
for setting, value in (("base_url", measure.base_url), ("ca_file", measure.ca_file), ("api_key", "api"), ("app_key", "app")):
    function(f"dora_config_set_{setting}", None, c_void_p, c_char_p)(config, value.encode())
client = function("dora_client_new", c_void_p, c_void_p, POINTER(c_void_p))(config, None)
error = c_void_p()


def fetch():
    failure = get_failure(client, b"documented-example", byref(error))
    assert name_of(failure)
    free(failure)


measure.report(fetch)
