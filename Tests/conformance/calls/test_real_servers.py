# SPDX-License-Identifier: Apache-2.0
"""nginx with the protocols that the field speaks."""

import concurrent.futures

import pytest

from harness import Client, DoraError
from servers.behaviours import DOCUMENTED
from servers.external import nginx


@pytest.mark.parametrize("protocols", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("http2, version", [(True, "2"), (False, "1.1")])
@pytest.mark.parametrize("gzip", [True, False])
def test_nginx(tmp_path, authority, protocols, http2, version, gzip):
    with nginx(tmp_path, authority, protocols, http2, gzip) as (base_url, log):
        with Client(base_url=base_url, ca_file=authority.ca_file) as client:
            for _ in range(3):
                event = client.get("event")
                assert event.json == DOCUMENTED
                assert event.response.http_version == version
    lines = log.read_text().splitlines()  # complete once nginx has ended
    assert len(lines) == 3
    assert len({line.split()[0] for line in lines}) == 1, "one connection for all calls"
    assert all(line.endswith(f"HTTP/{'2.0' if http2 else '1.1'} {protocols} 200") for line in lines)


def test_an_id_reaches_nginx_as_one_segment(tmp_path, authority):
    with nginx(tmp_path, authority) as (base_url, log):
        with Client(base_url=base_url, ca_file=authority.ca_file) as client:
            assert client.get("a b?c").id == "string"
    assert "/api/v2/dora/failures/a b?c HTTP/2.0" in log.read_text()


def test_an_api_error_over_http2(tmp_path, authority):
    with nginx(tmp_path, authority) as (base_url, _):
        settings = {"api_key": None, "app_key": None, "access_token": "token"}
        with Client(base_url=base_url, ca_file=authority.ca_file, **settings) as client:
            with pytest.raises(DoraError) as caught:
                client.get("event")
    assert caught.value.code == "unauthenticated"
    assert [item["title"] for item in caught.value.items] == ["Unauthorized"]
    assert caught.value.response.http_version == "2"


@pytest.mark.parametrize("http2", [True, False])
def test_connections_that_nginx_ends_cost_no_call(tmp_path, authority, http2):
    with nginx(tmp_path, authority, http2=http2, keepalive_requests=5) as (base_url, log):
        with Client(base_url=base_url, ca_file=authority.ca_file, max_retries=0) as client:
            for _ in range(52):
                assert client.get("event").response.attempts == 1
    assert len({line.split()[0] for line in log.read_text().splitlines()}) >= 10


@pytest.mark.parametrize("http2", [True, False])
def test_threads(tmp_path, authority, http2):
    with nginx(tmp_path, authority, http2=http2) as (base_url, log):
        with Client(base_url=base_url, ca_file=authority.ca_file) as client:
            with concurrent.futures.ThreadPoolExecutor(8) as threads:
                events = list(threads.map(lambda _: client.get("event"), range(400)))
    assert all(event.json == DOCUMENTED for event in events)
    assert len({line.split()[0] for line in log.read_text().splitlines()}) <= 8
