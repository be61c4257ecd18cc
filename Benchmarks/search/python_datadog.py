# SPDX-License-Identifier: Apache-2.0
"""The official client's list call, for the pages of libdora's search.

    python_datadog.py BASE_URL CA_FILE BODIES

Prints microseconds per event. An event that several pages have is counted once. The client writes requests in a way
of its own: a header tells the benchmark's server which page is meant. It leaves events of a shape that it does not
know, as these are, as it got them from json: without types.
"""

import json
import sys
import time

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi
from datadog_api_client.v2.model.dora_list_failures_request import DORAListFailuresRequest
from datadog_api_client.v2.model.dora_list_failures_request_attributes import DORAListFailuresRequestAttributes
from datadog_api_client.v2.model.dora_list_failures_request_data import DORAListFailuresRequestData
from datadog_api_client.v2.model.dora_list_failures_request_data_type import DORAListFailuresRequestDataType
from dateutil.parser import isoparse

base_url, ca_file, bodies = sys.argv[1:]
configuration = Configuration(host=base_url)
configuration.ssl_ca_cert = ca_file
configuration.api_key["apiKeyAuth"] = "local-api-key"
configuration.api_key["appKeyAuth"] = "local-application-key"


def request_of(body):
    asked = json.loads(body)["data"]["attributes"]
    return DORAListFailuresRequest(data=DORAListFailuresRequestData(attributes=DORAListFailuresRequestAttributes(
        _from=isoparse(asked["from"]), to=isoparse(asked["to"]), limit=asked["limit"], sort=asked["sort"]),
        type=DORAListFailuresRequestDataType.DORA_FAILURES_LIST_REQUEST))


def name_of(event):
    attributes = event.attributes
    return attributes["name"] if isinstance(attributes, dict) else attributes.name


with open(bodies, encoding="utf-8") as file:
    requests = [request_of(line) for line in file.read().splitlines()]
seen = set()
with ApiClient(configuration) as client:
    api = DORAMetricsApi(client)
    began = time.perf_counter()
    for page, request in enumerate(requests):
        client.set_default_header("X-Page", str(page))
        for event in api.list_dora_failures(request).data:
            assert name_of(event)
            seen.add(event.id)
    print((time.perf_counter() - began) / len(seen) * 1e6)
