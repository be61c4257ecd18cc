# SPDX-License-Identifier: Apache-2.0
"""What a script does without libdora: http.client for the pages, json.loads for the events.

    python_json.py BASE_URL CA_FILE BODIES

Prints microseconds per event. An event that several pages have is counted once.
"""

import http.client
import json
import ssl
import sys
import time
import urllib.parse

base_url, ca_file, bodies = sys.argv[1:]
HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "DD-API-KEY": "local-api-key",
           "DD-APPLICATION-KEY": "local-application-key"}

with open(bodies, encoding="utf-8") as file:
    requests = file.read().splitlines()
host = urllib.parse.urlsplit(base_url).netloc
began = time.perf_counter()
connection = http.client.HTTPSConnection(host, context=ssl.create_default_context(cafile=ca_file))
seen = set()
for body in requests:
    connection.request("POST", "/api/v2/dora/failures", body, HEADERS)
    response = connection.getresponse()
    assert response.status == 200
    for event in json.loads(response.read())["data"]:
        assert event["attributes"]["name"]
        seen.add(event["id"])
print((time.perf_counter() - began) / len(seen) * 1e6)
