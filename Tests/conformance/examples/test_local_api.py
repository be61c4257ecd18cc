# SPDX-License-Identifier: Apache-2.0
"""The list endpoint of examples/local_api.py: the quirks of Datadog's, as they were recorded or seen."""

import http.client
import json
import ssl
import urllib.parse

import pytest

TYPE = "dora_failures_list_request"


@pytest.fixture(scope="module")
def ask(local_api):
    """Sends a request with the right keys; returns the status and the document that came back."""
    address = urllib.parse.urlsplit(local_api["base_url"])
    connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=20,
                                             context=ssl.create_default_context(cafile=local_api["ca_file"]))

    def request(body, path="/api/v2/dora/failures", method="POST", api_key=local_api["api_key"]):
        connection.request(method, path, body if isinstance(body, (bytes, type(None))) else json.dumps(body),
                           {"DD-API-KEY": api_key, "DD-APPLICATION-KEY": local_api["app_key"]})
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "application/vnd.api+json"
        return response.status, json.loads(response.read())

    yield request
    connection.close()


@pytest.fixture
def listed(ask):
    def request(**attributes):
        status, document = ask({"data": {"type": TYPE, "attributes": attributes}})
        assert status == 200 and list(document) == ["data"], document
        return document["data"]
    return request


@pytest.fixture
def refusal(ask):
    """What is said about attributes that are not accepted."""
    def request(body):
        status, document = ask(body)
        [error] = document["errors"]
        assert status == 400 and (error["status"], error["title"]) == ("400", "Bad Request")
        return error["detail"]
    return request


def names(events):
    return [event["attributes"]["name"] for event in events]


def test_a_year_of_events_of_both_shapes(listed):
    events = listed(limit=1000)
    assert len(events) == 403 and len({event["id"] for event in events}) == 403
    shapes = {tuple(sorted(event["attributes"])) for event in events}
    assert any("service" in shape and "custom" in shape for shape in shapes)
    assert any("services" in shape and "version" in shape for shape in shapes)
    assert {type(event["attributes"]["started_at"]) for event in events} == {int, str}
    assert {event["type"] for event in events} == {"dora_failure", "dora_incident"}
    assert any("finished_at" not in event["attributes"] for event in events)
    assert events[-1]["id"] == "documented-example", "newest first where nothing is said"


def test_an_event_of_the_list_is_what_its_id_gives(ask, listed):
    for event in listed(limit=6):
        assert ask(None, f"/api/v2/dora/failures/{event['id']}", "GET") == (200, {"data": event})


def test_ten_unless_told_otherwise_and_at_most_a_thousand(listed):
    assert len(listed()) == 10
    assert len(listed(limit=1)) == 1
    assert len(listed(limit=5000)) == 403


def test_both_bounds_are_inclusive(listed):
    moment = "2026-07-14T09:12:03Z"
    assert names(listed(**{"from": moment, "to": moment})) == ["Checkout returns errors"]
    assert listed(**{"from": "2026-07-14T09:12:03.000000001Z", "to": "2026-07-14T09:12:04Z"}) == []
    assert names(listed(to="2023-08-31T14:26:14Z")) == ["Database outage"]
    assert listed(to="2023-08-31T14:26:13.999999999Z") == []


def test_order(listed):
    newest, oldest = listed(sort="-started_at", limit=500), listed(sort="started_at", limit=500)
    assert newest != oldest
    assert {event["id"] for event in newest} == {event["id"] for event in oldest}
    assert (newest[-1]["id"], oldest[0]["id"]) == ("documented-example", "documented-example")
    assert newest[0]["attributes"]["started_at"] == oldest[-1]["attributes"]["started_at"] == "2026-07-19T05:53:25Z"


@pytest.mark.parametrize("query, count", [
    ("*", 403), ("", 403), ("severity:SEV-1", 36), ("severity:(SEV-1 OR SEV-2)", 95), ("severity:sev-1 env:production", 26),
    ("-severity:SEV*", 201), ("language:java", 1), ('"Database outage"', 1), ("Database AND outage", 1), ("database", 1),
    ("service:shopist team:backend", 55), ("backstage.io:x", 0), ("git:x", 0), ("started_at:1", 0),
])
def test_queries(listed, query, count):
    assert len(listed(query=query, limit=1000)) == count


def test_unknown_parameters_are_ignored(listed):
    assert listed(cursor="x", offset=20) == listed()


@pytest.mark.parametrize("attributes, detail", [
    ({"from": 1693491974}, 'error decoding attribute "from": invalid type number'),
    ({"to": 1693491974.5}, 'error decoding attribute "to": invalid type number'),
    ({"from": True}, 'error decoding attribute "from": invalid type boolean'),
    ({"to": "2026-07-14T09:12:03+00:00"}, 'error decoding attribute "to": cannot parse'),
    ({"to": "2026-13-14T09:12:03Z"}, 'error decoding attribute "to": month must be in 1..12'),
    ({"limit": "10"}, 'error decoding attribute "limit": invalid type string'),
    ({"limit": 0}, 'attribute "limit" is 0'),
    ({"sort": "name"}, 'attribute "sort" is "name"'),
    ({"query": "severity:(SEV-1"}, 'attribute "query": cannot parse "severity:(SEV-1"'),
    ({"query": "severity:SEV-1 OR severity:SEV-2"}, 'attribute "query": cannot parse "OR severity:SEV-2"'),
])
def test_what_an_attribute_must_be(refusal, attributes, detail):
    assert refusal({"data": {"type": TYPE, "attributes": attributes}}).startswith(detail)


@pytest.mark.parametrize("body, given", [
    ({"data": {"attributes": {"limit": 10}}}, ""), ({"data": {"type": "x"}}, "x"), ({}, ""), ([], ""), ({"data": None}, "")])
def test_the_type_is_demanded(refusal, body, given):
    assert refusal(body) == f'got type "{given}" expected one of "{TYPE}"'


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"data":1}'])
def test_what_is_no_request(refusal, body):
    assert refusal(body)


def test_keys_and_paths(ask):
    body = {"data": {"type": TYPE}}
    assert ask(body, api_key="another") == (403, {"errors": ["Forbidden"]})
    assert ask(body, "/api/v2/dora/failures/")[0] == 404
    assert ask(body)[0] == 200, "a refused request leaves the connection in order"
