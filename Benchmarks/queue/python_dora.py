# SPDX-License-Identifier: Apache-2.0
"""The Python package over the queue, with four fields read of each event.

    python_dora.py BASE_URL CA_FILE COUNT IN_FLIGHT

Prints microseconds per event.
"""

import itertools
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../bindings/python/src"))
import libdora

base_url, ca_file, count, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
FAILURE = "documented-example"

with libdora.Client(base_url=base_url, ca_file=ca_file, api_key="api", app_key="app") as client:
    assert client.get_failure(FAILURE).name
    began = time.perf_counter()
    for result in client.get_failures(itertools.repeat(FAILURE, count), max_in_flight=in_flight):
        event = result.get()
        assert event.name and event.severity and event.env and event.started_at_ns
    print((time.perf_counter() - began) / count * 1e6)
