# SPDX-License-Identifier: Apache-2.0
"""Arguments and settings that can't be used: an error that names them, and nothing on the wire."""

import ctypes
from ctypes import POINTER, c_bool, c_void_p

import pytest

import capi
from harness import API_KEY, APP_KEY, Client, DoraError, call, configured, dora, parse
from servers.behaviours import event

SECRET = "s3cr3t-value"
SEARCH_ERROR = 4


# ------------------------------------------------------------------- NULL

def nothing(argument_type):
    """The NULL or 0 of an argument's type."""
    if argument_type is capi.LogFunction:
        return capi.LogFunction()
    return 0 if argument_type in (ctypes.c_uint32, ctypes.c_uint64, ctypes.c_size_t, ctypes.c_int64, c_bool) else None


@pytest.mark.parametrize("name", [name for name, (_, arguments) in capi.FUNCTIONS.items() if arguments])
def test_null_for_everything(name):
    result_type, argument_types = capi.FUNCTIONS[name]
    result = getattr(dora, name)(*map(nothing, argument_types))
    if name == "dora_client_new":  # NULL is a configuration: the environment's, here without keys
        assert result is None
    elif name == "dora_error_code_name":
        assert result == b"ok"
    elif "_copy_" in name:
        assert result == capi.SIZE_MAX
    elif name == "dora_search_next":
        assert result == SEARCH_ERROR
    elif name in ("dora_queue_fd", "dora_search_fd") or result_type is ctypes.c_int64:
        assert result == -1
    else:
        assert not result


@pytest.mark.parametrize("name", [name for name, (_, arguments) in capi.FUNCTIONS.items()
                                  if arguments and arguments[-1] is POINTER(c_void_p) and name != "dora_search_next"])
def test_null_arguments_become_an_error(name):
    arguments = map(nothing, capi.FUNCTIONS[name][1][:-1])
    with pytest.raises(DoraError) as caught:
        call(getattr(dora, name), *arguments)
    assert caught.value.code == "invalid_argument"
    assert not caught.value.retryable
    assert (caught.value.response, caught.value.body, caught.value.curl_code) == (None, None, 0)
    assert caught.value.retry_after_ms == -1


def test_an_error_may_be_unwanted(local):
    with Client(**local) as client:
        assert dora.dora_get_failure(client.pointer, None, None) is None
        assert dora.dora_get_failure(client.pointer, b"absent", None) is None
    assert dora.dora_parse_failure(b"x", 1, None) is None


def test_null_for_one_pointer_of_several(server, local):
    server.answer("event", event)
    with configured(**local) as config:
        dora.dora_config_set_client_certificate(config, None, None)
        dora.dora_config_set_logger(config, capi.LogFunction(), None)
    failure = call(dora.dora_parse_failure, b'{"data":{"attributes":{"started_at":1}}}', 40)
    assert dora.dora_failure_started_at(failure, None) is True
    assert dora.dora_failure_custom_tag_value(failure, None) is None
    assert dora.dora_failure_copy_json(failure, None, None, 0) == capi.SIZE_MAX
    assert dora.dora_failure_copy_json(failure, b"", None, 0) == 40
    assert dora.dora_failure_json(failure, None) is not None
    dora.dora_failure_free(failure)


def test_indexes_out_of_range():
    failure = call(dora.dora_parse_failure, b'{"data":{"attributes":{"services":["a"]}}}', 42)
    for index in (1, 2, capi.SIZE_MAX):
        assert dora.dora_failure_service(failure, index) is None
        assert dora.dora_failure_custom_tag(failure, index) is None
        assert dora.dora_failure_violation(failure, 1000 + (index >> 1)) is None
    dora.dora_failure_free(failure)


def test_an_unknown_phase_and_code(server, local):
    server.answer("event", event)
    with Client(**local) as client:
        failure = call(dora.dora_get_failure, client.pointer, b"event")
        response = dora.dora_failure_response(failure)
        assert dora.dora_response_time_us(response, 5) == -1
        assert dora.dora_response_time_us(response, 2**32 - 1) == -1
        assert dora.dora_response_header(response, b"absent") is None
        assert dora.dora_response_header(response, b"") is None
        assert dora.dora_response_header(response, None) is None
        dora.dora_failure_free(failure)
    assert dora.dora_error_code_name(17) == b"unknown"
    assert dora.dora_error_code_name(2**32 - 1) == b"unknown"


CODE_NAMES = ["ok", "invalid_argument", "bad_request", "unauthenticated", "forbidden", "not_found", "rate_limited",
              "server", "http", "connection", "tls", "timeout", "cancelled", "response_too_large",
              "malformed_response", "internal", "incomplete"]


def test_code_names():
    assert [dora.dora_error_code_name(code).decode() for code in range(len(CODE_NAMES))] == CODE_NAMES


# --------------------------------------------------------------- Settings

# What is set, and what the message has to name: the setting, and what to do.
REFUSED = [
    ({"api_key": None}, ["api_key", "DD_API_KEY"]),
    ({"app_key": None}, ["app_key", "DD_APP_KEY"]),
    ({"api_key": None, "app_key": None}, ["api_key", "DD_API_KEY"]),
    ({"api_key": ""}, ["api_key"]),
    ({"app_key": ""}, ["app_key"]),
    ({"api_key": SECRET + "\n"}, ["api_key", "control"]),
    ({"api_key": SECRET + "\r\nX-Evil: 1"}, ["api_key", "control"]),
    ({"api_key": SECRET + "\x7f"}, ["api_key", "control"]),
    ({"app_key": "\t" + SECRET}, ["app_key", "control"]),
    ({"app_key": SECRET + "\n"}, ["app_key", "control"]),
    ({"access_token": SECRET + "\n"}, ["access_token", "control"]),
    ({"access_token": ""}, ["access_token"]),
    ({"site": "example.com"}, ["site", "example.com", "datadoghq.eu"]),
    ({"site": ""}, ["site"]),
    ({"site": "datadoghq.com.evil.com"}, ["site"]),
    ({"site": "datadoghq.com/"}, ["site"]),
    ({"site": "user@datadoghq.com"}, ["site"]),
    ({"site": "https://api.datadoghq.com"}, ["site"]),
    ({"base_url": "http://example.com"}, ["base_url", "https"]),
    ({"base_url": "http://127.0.0.1.example.com"}, ["base_url", "https"]),
    ({"base_url": "http://localhost.example.com"}, ["base_url", "https"]),
    ({"base_url": "http://128.0.0.1"}, ["base_url", "https"]),
    ({"base_url": "ftp://127.0.0.1"}, ["base_url", "https"]),
    ({"base_url": "file:///etc/passwd"}, ["base_url", "https"]),
    ({"base_url": "127.0.0.1"}, ["base_url", "https"]),
    ({"base_url": "https://"}, ["base_url"]),
    ({"base_url": "https:///path"}, ["base_url"]),
    ({"base_url": "https://user:" + SECRET + "@127.0.0.1"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1@example.com"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1?x=1"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1#x"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1:99999"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1:port"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1/a b"}, ["base_url"]),
    ({"base_url": "https://127.0.0.1/\r\nX-Evil: 1"}, ["base_url"]),
    ({"ca_file": "/nonexistent/ca.pem"}, ["ca_file", "/nonexistent/ca.pem"]),
    ({"client_certificate": ("/nonexistent/client.pem", None)}, ["client_certificate", "/nonexistent/client.pem"]),
    ({"client_certificate": (None, "/nonexistent/client.key")}, ["client_certificate"]),
    ({"proxy": "ftp://127.0.0.1:1"}, ["proxy"]),
    ({"proxy": "http://user:" + SECRET + "@"}, ["proxy"]),
    ({"proxy": "http://127.0.0.1:99999"}, ["proxy"]),
    ({"user_agent": "a\r\nX-Evil: 1"}, ["user_agent"]),
    ({"headers": [("DD-API-KEY", SECRET)]}, ["header", "DD-API-KEY"]),
    ({"headers": [("dd-application-key", SECRET)]}, ["header", "dd-application-key"]),
    ({"headers": [("authorization", SECRET)]}, ["header", "authorization"]),
    ({"headers": [("Accept", "text/html")]}, ["header", "Accept"]),
    ({"headers": [("Accept-Encoding", "br")]}, ["header", "Accept-Encoding"]),
    ({"headers": [("User-Agent", "x")]}, ["header", "User-Agent"]),
    ({"headers": [("Host", "example.com")]}, ["header", "Host"]),
    ({"headers": [("Content-Length", "1")]}, ["header", "Content-Length"]),
    ({"headers": [("Transfer-Encoding", "chunked")]}, ["header", "Transfer-Encoding"]),
    ({"headers": [("Connection", "close")]}, ["header", "Connection"]),
    ({"headers": [("X-Good", "1"), ("X Bad", "1")]}, ["header", "X Bad"]),
    ({"headers": [("X-Bad:", "1")]}, ["header", "X-Bad:"]),
    ({"headers": [("", "1")]}, ["header"]),
    ({"headers": [("X-Bad", "1\r\nX-Evil: 1")]}, ["header", "X-Bad"]),
    ({"headers": [(None, "1")]}, ["header"]),
    ({"max_response_bytes": 0}, ["max_response_bytes"]),
]


@pytest.mark.parametrize("settings, fragments", REFUSED, ids=lambda value: ascii(value) if isinstance(value, dict) else "")
def test_a_setting_that_cannot_be_used(settings, fragments):
    with pytest.raises(DoraError) as caught:
        Client(**settings)
    message = caught.value.message
    assert caught.value.code == "invalid_argument"
    for fragment in fragments:
        assert fragment in message
    for secret in (SECRET, API_KEY, APP_KEY):
        assert secret not in message
    assert "\n" not in message


ACCEPTED = [
    *({"site": site} for site in ("datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "ap1.datadoghq.com",
                                  "ap2.datadoghq.com", "uk1.datadoghq.com", "datadoghq.eu", "ddog-gov.com",
                                  "us2.ddog-gov.com")),
    *({"base_url": url} for url in ("https://example.com", "https://example.com:8443/prefix/", "https://[2001:db8::1]:1",
                                    "http://localhost", "http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:8080/x",
                                    "HTTPS://EXAMPLE.com")),
    *({"proxy": proxy} for proxy in ("", "127.0.0.1", "127.0.0.1:3128", "http://user:word@proxy:3128", "socks5h://[::1]:1080",
                                     None)),
    {"connect_timeout_ms": 0, "attempt_timeout_ms": 0, "timeout_ms": 0, "max_retries": 0},
    {"connect_timeout_ms": 2**32 - 1, "attempt_timeout_ms": 2**32 - 1, "timeout_ms": 2**32 - 1,
     "max_retries": 2**32 - 1, "retry_backoff_ms": (2**32 - 1, 2**32 - 1), "max_response_bytes": 2**64 - 1},
    {"retry_backoff_ms": (0, 0)},
    {"api_key": None, "app_key": None, "access_token": "token"},
    {"client_certificate": (None, None), "ca_file": None, "user_agent": None},
]


@pytest.mark.parametrize("settings", ACCEPTED, ids=ascii)
def test_a_setting_that_can_be_used(settings):
    with Client(**settings) as client:
        assert client.pointer


@pytest.mark.parametrize("failure_id", ["", ".", "..", None])
def test_an_id_that_cannot_be_used(server, local, failure_id):
    connections = server.connections
    with Client(**local) as client:
        with pytest.raises(DoraError) as caught:
            call(dora.dora_get_failure, client.pointer, None if failure_id is None else failure_id.encode())
    assert caught.value.code == "invalid_argument"
    assert "failure_id" in caught.value.message
    assert server.connections == connections


# ------------------------------------------------------------ Environment

def test_the_environment(server, local, monkeypatch):
    server.answer("event", event)
    for name, value in {"DD_API_KEY": "env-api", "DD_APP_KEY": "env-app", "DD_SITE": "example.com"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DoraError, match="site"):
        call(dora.dora_client_new, None)
    monkeypatch.setenv("DD_SITE", "datadoghq.eu")
    dora.dora_client_free(call(dora.dora_client_new, None))
    with configured(**local) as config:
        client = call(dora.dora_client_new, config)
    dora.dora_failure_free(call(dora.dora_get_failure, client, b"event"))
    dora.dora_client_free(client)
    assert server.requests[0].headers["dd-api-key"] == "env-api"
    assert server.requests[0].headers["dd-application-key"] == "env-app"


def sent_headers(server, **settings):
    """The headers of a request with the environment's credentials unless settings say otherwise."""
    server.answer("event", event)
    with configured(**settings) as config:
        client = call(dora.dora_client_new, config)
    dora.dora_failure_free(call(dora.dora_get_failure, client, b"event"))
    dora.dora_client_free(client)
    return server.requests[-1].headers


def test_explicit_settings_beat_the_environment(server, local, monkeypatch):
    monkeypatch.setenv("DD_BEARER_TOKEN", "env-token")
    assert sent_headers(server, **local)["authorization"] == "Bearer env-token"
    headers = sent_headers(server, **local, api_key="own-api", app_key="own-app")
    assert headers["dd-api-key"] == "own-api" and "authorization" not in headers
    headers = sent_headers(server, **local, access_token="own-token")
    assert headers["authorization"] == "Bearer own-token"


def test_an_empty_variable_is_not_set(monkeypatch):
    monkeypatch.setenv("DD_SITE", "")
    monkeypatch.setenv("DD_BEARER_TOKEN", "")
    monkeypatch.setenv("DD_API_KEY", "")
    with Client():
        pass
    with pytest.raises(DoraError, match="DD_API_KEY"):
        call(dora.dora_client_new, None)


def test_null_clears_what_the_environment_set(monkeypatch):
    monkeypatch.setenv("DD_API_KEY", "env-api")
    with pytest.raises(DoraError, match="api_key"):
        Client(api_key=None)


def test_a_key_of_the_environment_that_ends_in_a_newline_is_not_printed(monkeypatch):
    monkeypatch.setenv("DD_API_KEY", SECRET + "\n")
    monkeypatch.setenv("DD_APP_KEY", "app")
    with pytest.raises(DoraError) as caught:
        call(dora.dora_client_new, None)
    assert "api_key" in caught.value.message and SECRET not in caught.value.message


def test_the_client_keeps_its_own_copy(server, local):
    server.answer("event", event)
    with Client(**local) as client:  # the configuration is freed by now
        client.get("event")
    assert server.requests[0].headers["dd-api-key"] == API_KEY


def test_parse_with_a_length_of_zero():
    with pytest.raises(DoraError) as caught:
        parse(b"")
    assert caught.value.code in ("malformed_response", "invalid_argument")
