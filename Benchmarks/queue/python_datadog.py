# SPDX-License-Identifier: Apache-2.0
"""The official client with threads of its own, or on asyncio.

    python_datadog.py BASE_URL CA_FILE COUNT threads|asyncio IN_FLIGHT

Prints microseconds per event. For asyncio SSL_CERT_FILE must name the CA file: that client takes none.
"""

import asyncio
import sys
import time

from datadog_api_client import AsyncApiClient, Configuration, ThreadedApiClient
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi

base_url, ca_file, count, mode, in_flight = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
FAILURE = "documented-example"

configuration = Configuration(host=base_url)
configuration.ssl_ca_cert = ca_file
configuration.api_key["apiKeyAuth"] = "api"
configuration.api_key["appKeyAuth"] = "app"


def with_threads():
    with ThreadedApiClient(configuration, pool_threads=in_flight) as client:
        api = DORAMetricsApi(client)
        assert api.get_dora_failure(FAILURE).get().data.attributes.name
        began = time.perf_counter()
        for pending in [api.get_dora_failure(FAILURE) for _ in range(count)]:
            assert pending.get().data.attributes.name
        return time.perf_counter() - began


async def with_asyncio():
    async with AsyncApiClient(configuration) as client:
        api = DORAMetricsApi(client)
        assert (await api.get_dora_failure(FAILURE)).data.attributes.name
        share = iter(range(count))

        async def work():
            for _ in share:
                assert (await api.get_dora_failure(FAILURE)).data.attributes.name

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(in_flight)))
        return time.perf_counter() - began


seconds = with_threads() if mode == "threads" else asyncio.run(with_asyncio())
print(seconds / count * 1e6)
