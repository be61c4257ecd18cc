# SPDX-License-Identifier: Apache-2.0
"""An incident event, fetched and read field by field."""

import ctypes

import pytest

import capi
from harness import Client, DoraError, call, dora, event_of, id_of, parse
from servers.behaviours import API_TYPE, DATE_TIME, DOCUMENTED, event, gzipped, reply
from servers.fault_server import PREFIX


@pytest.fixture
def fetch(server, local):
    """Fetches an event with the given body, by its id."""
    def fetch(body, **settings):
        failure_id = id_of(body)
        server.answer(failure_id, reply(200, body))
        with Client(**local, **settings) as client:
            return client.get(failure_id)
    return fetch


def test_the_documented_form(fetch):
    event = fetch(DOCUMENTED)
    assert event.id == "string"
    assert event.type == "dora_failure"
    assert event.name == "Database outage"
    assert (event.env, event.envs) == ("production", ["production"])
    assert event.severity == "SEV-1"
    assert (event.team, event.teams) == ("backend", ["backend"])
    assert event.version == "v1.12.07"
    assert event.git_commit_sha == "66adc9350f2cc9b250b69abddab733dd55e1a588"
    assert event.git_repository_url == "https://github.com/organization/example-repository"
    assert event.git_repository_id is None
    assert event.started_at == 1693491974000000000
    assert event.finished_at == 1693491984000000000
    assert event.services == ["shopist"]
    assert event.custom_tags == ["language:java", "department:engineering"]
    assert event.violations == []
    assert event.json == DOCUMENTED
    assert event.response.status == 200
    assert event.response.content_type == API_TYPE


def test_the_date_time_form(fetch):
    event = fetch(DATE_TIME)
    assert event.id == "4242fcdd31586083"
    assert event.name == "Störung 🚒"
    assert event.services == ["shopist", "checkout"]
    assert event.custom_tags == []
    assert event.git_repository_id == "github.com/organization/example-repository"
    assert event.git_repository_url is None
    assert event.started_at == 1693491974000000000
    assert event.finished_at == 1693491984123456789
    assert event.json == DATE_TIME


def test_an_event_without_attributes(fetch):
    event = fetch(b'{"data":{}}')
    assert (event.id, event.type, event.name, event.started_at, event.services) == (None, None, None, None, [])
    assert event.violations != []


def test_a_field_of_an_unexpected_form_costs_only_itself(fetch):
    event = fetch(b'{"data":{"id":"x","type":"dora_incident","attributes":'
                  b'{"name":7,"services":{"a":"shopist"},"started_at":"yesterday","team":"backend","new":{"deep":[1,2.50]}}}}')
    assert (event.name, event.services, event.started_at) == (None, [], None)
    assert (event.id, event.type, event.team) == ("x", "dora_incident", "backend")
    assert any(violation.startswith("/data/attributes/started_at: ") for violation in event.violations)
    assert any(violation.startswith("/data/attributes/name: ") for violation in event.violations)


def test_strict_mode_makes_a_violation_an_error(fetch):
    body = b'{"data":{"id":"x","type":"dora_failure","attributes":{"name":"no start"}}}'
    assert fetch(body).violations != []
    with pytest.raises(DoraError) as caught:
        fetch(body, strict=True)
    assert caught.value.code == "malformed_response"
    assert "/data/attributes/started_at" in caught.value.message
    assert caught.value.body == body
    assert fetch(DOCUMENTED, strict=True).name == "Database outage"


def test_a_compressed_event(server, local):
    server.answer("event", reply(200, gzipped(DOCUMENTED), ("Content-Encoding", "gzip")))
    with Client(**local) as client:
        assert client.get("event").json == DOCUMENTED
    assert "gzip" in server.requests[0].headers["accept-encoding"]


def test_no_compression_on_request(server, local):
    server.answer("event", event)
    with Client(**local, compression=False) as client:
        client.get("event")
    assert "gzip" not in server.requests[0].headers.get("accept-encoding", "")


def test_parse_needs_no_network():
    event = parse(DATE_TIME)
    assert (event.name, event.json, event.response) == ("Störung 🚒", DATE_TIME, None)


@pytest.mark.parametrize("document", [
    b"", b" ", b"null", b"[]", b"{}", b'{"data":null}', b'{"data":[]}', b'{"data":{}', b'{"data":{}}}',
    b'{"data":{"id":"\xff"}}', b"[" * 600 + b"]" * 600, b"<html>", b"\xef\xbb\xbf",
])
def test_what_is_no_event(document):
    with pytest.raises(DoraError) as caught:
        parse(document)
    assert caught.value.code == "malformed_response"


def test_the_message_of_broken_json_says_where():
    with pytest.raises(DoraError, match="byte 9"):
        parse(b'{"data": ?}')


def test_an_unpaired_surrogate_becomes_the_replacement_character():
    event = parse(b'{"data":{"id":"\\ud800","attributes":{"name":"a\\udc00b"}}}')
    assert (event.id, event.name) == ("\ufffd", "a\ufffdb")
    assert any(violation.startswith("/data/id: ") for violation in event.violations)


@pytest.fixture
def documented():
    failure = call(dora.dora_parse_failure, DOCUMENTED, len(DOCUMENTED))
    yield failure
    dora.dora_failure_free(failure)


@pytest.mark.parametrize("pointer, expected", [
    ("/data/attributes/started_at", b"1693491974000000000"),
    ("/data/attributes/services", b'[\n        "shopist"\n      ]'),
    ("/data/attributes/custom_tags/1", b'"department:engineering"'),
    ("/data/id", b'"string"'),
    ("", DOCUMENTED.rstrip(b"\n")),
])
def test_copy_json(documented, pointer, expected):
    buffer = ctypes.create_string_buffer(b"\x7f" * 1000, 1000)
    length = dora.dora_failure_copy_json(documented, pointer.encode(), buffer, 1000)
    assert length == len(expected)
    assert buffer.value == expected


@pytest.mark.parametrize("pointer", ["/data/attributes/absent", "/data/id/0", "data", "/", "/data/attributes/services/1",
                                     "/data/attributes/services/01", "/data/attributes/services/-", "/~2"])
def test_copy_json_of_nothing(documented, pointer):
    for function in (dora.dora_failure_copy_json, dora.dora_failure_copy_string):
        buffer = ctypes.create_string_buffer(b"\x7f" * 10, 10)
        assert function(documented, pointer.encode(), buffer, 10) == capi.SIZE_MAX
        assert buffer.value == b""


@pytest.mark.parametrize("capacity, expected", [(0, b"\x7f"), (1, b"\0"), (4, b"str\0"), (6, b"strin\0"), (7, b"string\0")])
def test_a_copy_is_cut_as_snprintf_cuts(documented, capacity, expected):
    buffer = ctypes.create_string_buffer(b"\x7f" * 16, 16)
    assert dora.dora_failure_copy_string(documented, b"/data/id", buffer, capacity) == len("string")
    assert buffer.raw == expected + b"\x7f" * (16 - len(expected))


def test_copy_string_of_a_value_that_is_no_string(documented):
    assert dora.dora_failure_copy_string(documented, b"/data/attributes/started_at", None, 0) == capi.SIZE_MAX


def test_a_decoded_string_may_hold_a_nul():
    document = b'{"data":{"id":"a\\u0000b","attributes":{"a/b~c":"\\u00e9\\ud83d\\ude92"}}}'
    failure = call(dora.dora_parse_failure, document, len(document))
    buffer = ctypes.create_string_buffer(16)
    assert dora.dora_failure_copy_string(failure, b"/data/id", buffer, 16) == 3
    assert buffer.raw[:4] == b"a\0b\0"
    assert dora.dora_failure_copy_string(failure, b"/data/attributes/a~1b~0c", buffer, 16) == 6
    assert buffer.value.decode() == "é🚒"
    dora.dora_failure_free(failure)


@pytest.mark.parametrize("key, expected", [("language", b"java"), ("department", b"engineering"), ("lang", None),
                                           ("language:java", None), ("", None)])
def test_custom_tag_value(documented, key, expected):
    assert dora.dora_failure_custom_tag_value(documented, key.encode()) == expected


def test_the_first_colon_and_the_first_tag_count():
    document = b'{"data":{"attributes":{"custom_tags":["url:http://a:1","url:second","flag"]}}}'
    failure = call(dora.dora_parse_failure, document, len(document))
    assert dora.dora_failure_custom_tag_value(failure, b"url") == b"http://a:1"
    assert dora.dora_failure_custom_tag_value(failure, b"flag") is None
    dora.dora_failure_free(failure)


@pytest.mark.parametrize("failure_id, segment", [
    ("a/b c?d#é", "a%2Fb%20c%3Fd%23%C3%A9"),
    ("%2e%2e", "%252e%252e"),
    ("../../v1/validate", "..%2F..%2Fv1%2Fvalidate"),
    ("a&b=c+d;e\\f", "a%26b%3Dc%2Bd%3Be%5Cf"),
    ("line\r\nX-Evil: 1", "line%0D%0AX-Evil%3A%201"),
    ("...", "..."),
    ("AZaz09-_.~", "AZaz09-_.~"),
    ("x" * 4000, "x" * 4000),
])
def test_an_id_is_one_path_segment(server, local, failure_id, segment):
    server.answer(segment, event)
    with Client(**local) as client:
        assert client.get(failure_id).id == "string"
    assert [request.target for request in server.requests] == [PREFIX + segment]


def test_what_a_request_carries(server, local):
    server.answer("event", event)
    with Client(**local, user_agent="shop/1.0", headers=[("X-Trace", "7"), ("X-Empty", "")]) as client:
        client.get("event")
    request = server.requests[0]
    assert request.method == "GET"
    assert request.headers["accept"] == "application/json"
    assert request.headers["dd-api-key"] == "0123456789abcdef-api-key"
    assert request.headers["dd-application-key"] == "fedcba9876543210-app-key"
    assert request.headers["x-trace"] == "7"
    assert request.headers["x-empty"] == ""
    assert request.headers["user-agent"].startswith("shop/1.0 libdora/" + dora.dora_version().decode())
    assert "authorization" not in request.headers
    assert "cookie" not in request.headers


def test_an_access_token_instead_of_the_keys(server, local):
    server.answer("event", event)
    with Client(**local, api_key=None, app_key=None, access_token="token-123") as client:
        client.get("event")
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer token-123"
    assert "dd-api-key" not in headers and "dd-application-key" not in headers


def test_a_base_url_with_a_prefix(server, local):
    server.behaviours["/gateway/datadog" + PREFIX + "event"] = event
    for suffix in ("/gateway/datadog", "/gateway/datadog/"):
        with Client(**{**local, "base_url": server.base_url + suffix}) as client:
            assert client.get("event").id == "string"


def test_an_event_outlives_its_client(server, local):
    server.answer("event", event)
    with Client(**local) as client:
        failure = call(dora.dora_get_failure, client.pointer, b"event")
    assert event_of(failure).name == "Database outage"
