# SPDX-License-Identifier: Apache-2.0
import measure

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.v2.api.dora_metrics_api import DORAMetricsApi

configuration = Configuration(host=measure.base_url)
configuration.ssl_ca_cert = measure.ca_file
configuration.api_key["apiKeyAuth"] = "api"
configuration.api_key["appKeyAuth"] = "app"
api = DORAMetricsApi(ApiClient(configuration))


def fetch():
    assert api.get_dora_failure(failure_id="documented-example").data.attributes.name


measure.report(fetch)
