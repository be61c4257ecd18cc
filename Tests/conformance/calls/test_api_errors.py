# SPDX-License-Identifier: Apache-2.0
"""What becomes of an answer that is not 200 with an event."""

import pytest

from harness import API_KEY, APP_KEY, Client, DoraError
from servers.behaviours import DOCUMENTED_ERROR, HTML, event, in_turn, raw, reply

CODES = {400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 429: "rate_limited",
         500: "server", 501: "server", 502: "server", 503: "server", 504: "server",
         201: "http", 402: "http", 405: "http", 408: "http", 410: "http", 418: "http"}

RETRYABLE = {408, 429, 500, 502, 503, 504}


@pytest.fixture
def failing(server, local):
    """The error of one attempt that is answered so."""
    def failing(behaviour, **settings):
        server.answer("event", behaviour)
        with Client(**{**local, "max_retries": 0, **settings}) as client:
            with pytest.raises(DoraError) as caught:
                client.get("event")
        assert API_KEY not in caught.value.message and APP_KEY not in caught.value.message
        return caught.value
    return failing


@pytest.mark.parametrize("status", CODES)
def test_the_documented_error_body(failing, status):
    error = failing(reply(status, DOCUMENTED_ERROR))
    assert error.code == CODES[status]
    assert error.retryable == (status in RETRYABLE)
    assert error.items == [
        {"title": "Bad Request", "detail": "Missing required attribute in body", "status": "400",
         "source_pointer": "/data/attributes/title", "source_parameter": "limit",
         "source_header": "Authorization", "meta": b'{"a": [1]}'},
        {"title": "Second", "detail": None, "status": None, "source_pointer": None, "source_parameter": None,
         "source_header": None, "meta": None}]
    assert error.body == DOCUMENTED_ERROR
    assert error.response.status == status
    assert error.response.attempts == 1
    assert error.curl_code == 0
    assert str(status) in error.message
    assert "Missing required attribute in body" in error.message
    assert "\n" not in error.message


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body(failing, status):
    error = failing(raw(b"HTTP/1.1 %d Status\r\n\r\n" % status))
    assert (error.code, error.response.status) == ("http", status)
    assert not error.body
    assert str(status) in error.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_a_body_of_strings(failing, status):
    error = failing(reply(status, b'{"errors": ["Forbidden", "Really"]}'))
    assert error.code == CODES[status]
    assert [item["title"] for item in error.items] == ["Forbidden", "Really"]
    assert all(item[field] is None for item in error.items for field in item if field != "title")
    assert "Forbidden" in error.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_an_html_body(failing, status):
    error = failing(reply(status, HTML, content_type="text/html"))
    assert (error.code, error.items, error.body) == (CODES[status], [], HTML)
    assert str(status) in error.message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
def test_an_empty_body(failing, status):
    error = failing(reply(status))
    assert (error.code, error.items) == (CODES[status], [])
    assert not error.body


@pytest.mark.parametrize("body", [b'{"errors": null}', b'{"errors": {}}', b'{"errors": [7, null, []]}', b'{"errors": [',
                                  b'[]', b'\xff\xfe\x00', b'{"errors": [{"title": 7, "source": []}]}'])
def test_odd_error_bodies(failing, body):
    error = failing(reply(400, body))
    assert (error.code, error.body) == ("bad_request", body)
    assert all(item["title"] is None for item in error.items)


@pytest.mark.parametrize("body", [b"", HTML, b"null", b'{"errors": ["x"]}', b'{"data": {', b'{"data": []}'])
def test_a_200_that_is_no_event(failing, body):
    error = failing(reply(200, body))
    assert error.code == "malformed_response"
    assert error.response.status == 200
    assert (error.body or b"") == body
    assert not error.retryable


def test_forbidden_names_the_permission(failing):
    assert "dora_metrics_read" in failing(reply(403, b'{"errors": ["Forbidden"]}')).message


def test_not_found_names_the_id_and_the_site(failing, server):
    message = failing(reply(404, b'{"errors": ["Not found"]}')).message
    assert "event" in message and server.base_url in message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_redirect_is_never_followed(failing, start_server, status, scheme):
    other = start_server(plain=scheme == "http")
    location = f"{other.base_url}/api/v2/dora/failures/event"
    error = failing(reply(status, b"", ("Location", location)), max_retries=3)
    assert error.code == "http"
    assert str(status) in error.message
    assert error.response.status == status
    assert other.connections == 0
    other.stop()


def test_the_client_works_on_after_an_error(server, local):
    server.answer("event", in_turn(reply(400, b"{}"), event))
    with Client(**local) as client:
        with pytest.raises(DoraError):
            client.get("event")
        assert client.get("event").id == "string"
    assert len({request.connection for request in server.requests}) == 1, "an error must not cost the connection"


@pytest.mark.parametrize("name, value, expected", [
    ("X-RateLimit-Limit", "600", ("rate_limit", 600)),
    ("x-ratelimit-remaining", " 12 ", ("rate_limit_remaining", 12)),
    ("X-RateLimit-Period", "3600", ("rate_limit_period_s", 3600)),
    ("X-RateLimit-Reset", "17", ("rate_limit_reset_s", 17)),
    ("X-RateLimit-Reset", "17, 17", ("rate_limit_reset_s", 17)),
    ("X-RateLimit-Limit", "many", ("rate_limit", -1)),
    ("X-RateLimit-Limit", "-5", ("rate_limit", -1)),
    ("X-RateLimit-Limit", "99999999999999999999999", ("rate_limit", -1)),
])
def test_rate_limit_facts(failing, name, value, expected):
    response = failing(reply(404, b"", (name, value))).response
    field, number = expected
    assert getattr(response, field) == number
    others = {"rate_limit", "rate_limit_remaining", "rate_limit_period_s", "rate_limit_reset_s"} - {field}
    assert all(getattr(response, other) == -1 for other in others)
