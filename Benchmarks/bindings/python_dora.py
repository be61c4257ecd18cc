# SPDX-License-Identifier: Apache-2.0
import os
import sys

import measure

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../bindings/python/src"))
import libdora

client = libdora.Client(base_url=measure.base_url, ca_file=measure.ca_file, api_key="api", app_key="app")


def fetch():
    assert client.get_failure("documented-example").name


measure.report(fetch)
