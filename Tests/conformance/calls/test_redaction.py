# SPDX-License-Identifier: Apache-2.0
"""No key in a message, whoever put it there and in whatever form."""

import re
import time
import urllib.parse

import pytest

import capi
from completion_queue import Queue
from harness import Client, DoraError, call, configured, dora
from paths import REPOSITORY
from servers.behaviours import in_turn, reply
from time_limits import error_of

# Letters of both cases, and characters that URLs, JSON and HTML write differently.
API_KEY = "aB3dE+fG/hI=jK&lM"
APP_KEY = "zY8xW+vU/tS=rQ&pO"


class Log:
    def __init__(self):
        self.lines = []
        self.setting = (capi.LogFunction(lambda _user_data, _level, line: self.lines.append(line.decode())), None)


def said_of(settings, failure_id="event"):
    """The message of a call that fails, and what was logged."""
    log = Log()
    with Client(**{"api_key": API_KEY, "app_key": APP_KEY, "max_retries": 1, **settings}, logger=log.setting) as client:
        error = error_of(client, failure_id)
    return [error.message, *log.lines]


def assert_not_told(lines, *secrets):
    for line in lines:
        for secret in secrets:
            assert secret not in line, f"{secret} in: {line}"


# ------------------------------------------------------------------- Echoes

FORMS = {
    "as it is": lambda key: key,
    "percent-encoded": lambda key: urllib.parse.quote(key, safe=""),
    "percent-encoded in lower case": lambda key: re.sub("%..", lambda match: match[0].lower(),
                                                        urllib.parse.quote(key, safe="")),
    "percent-encoded as a path": urllib.parse.quote,
    "in upper case": str.upper,
    "in lower case": str.lower,
    "with a part in another case": lambda key: key[:5].upper() + key[5:],
    "within a word": lambda key: f"x{key}y",
    "twice": lambda key: key + key,
}


@pytest.mark.parametrize("place", ["title", "detail", "string", "reason"])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_that_a_server_echoes_is_not_told(server, local, form, place):
    """Promise: a server that echoes a key, in a form that a server or proxy plausibly uses, finds it redacted."""
    echo = FORMS[form](API_KEY)
    body = {"title": {"errors": [{"title": f"Key {echo} is not valid"}]},
            "detail": {"errors": [{"title": "Forbidden", "detail": f"Key {echo} is not valid"}]},
            "string": {"errors": [f"Key {echo} is not valid"]}, "reason": {}}[place]
    if place == "reason":
        server.answer("event", lambda exchange: exchange.send(
            f"HTTP/1.1 403 Key {echo} is not valid\r\nContent-Length: 0\r\n\r\n".encode()))
    else:
        server.answer("event", reply(403, body))
    lines = said_of(local)
    assert_not_told(lines, echo, API_KEY)
    assert_not_told([line.lower() for line in lines], API_KEY.lower())
    assert_not_told([urllib.parse.unquote(line).lower() for line in lines], API_KEY.lower())


def test_a_token_that_a_server_echoes_is_not_told(server, local):
    """Promise: the same for an access token, with its scheme and in base64url as a JWT has it."""
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkb3JhIn0.s1gn4ture-s1gn4ture"
    server.answer("event", reply(401, {"errors": [f"Authorization: Bearer {token} ({token.upper()})"]}))
    lines = said_of({**local, "api_key": None, "app_key": None, "access_token": token})
    assert_not_told(lines, token, token.upper())


@pytest.mark.parametrize("before", range(270, 302, 3))
def test_a_key_at_the_point_of_the_cut_is_not_told_in_part(server, local, before):
    """Promise: what is cut was redacted before: no first part of a key is left at the end."""
    server.answer("event", reply(403, {"errors": ["x" * before + API_KEY + " is not valid"]}))
    lines = said_of(local)
    for length in range(4, len(API_KEY)):
        assert_not_told(lines, API_KEY[:length])


@pytest.mark.parametrize("before", range(225, 260, 5))
def test_a_key_where_the_url_is_cut_is_not_told_in_part(server, local, before):
    """Promise: the same for an id that ends in the key, where the message cuts the URL."""
    plain = "plainkey0123456789abcdefghij"
    lines = said_of({**local, "api_key": plain}, "x" * before + plain)
    for length in range(8, len(plain)):
        assert_not_told(lines, plain[:length])


@pytest.mark.parametrize("api_key, app_key, echo, left", [
    ("contained-api", "left-contained-api-right", "left-contained-api-right", ["left-", "-right"]),
    ("left-contained-app-right", "contained-app", "left-contained-app-right", ["left-", "-right"]),
    ("front-part-common", "common-rear-part", "front-part-common-rear-part", ["front-part", "rear-part"]),
    ("common-rear-part", "front-part-common", "front-part-common-rear-part", ["front-part", "rear-part"]),
    ("abab-abab-abab", "abab-abab", "abab-abab-abab-abab-abab", ["abab"]),
    ("same-key-for-both", "same-key-for-both", "same-key-for-both", ["same-key"]),
    ("prefix-of-the-other", "prefix-of-the-other-key", "prefix-of-the-other-key", ["prefix", "-key"]),
], ids=["api in app", "app in api", "api overlaps app", "app overlaps api", "api overlaps itself", "the same",
        "api begins app"])
def test_keys_that_share_a_part(server, local, api_key, app_key, echo, left):
    """Promise: of keys that contain or overlap each other nothing is left: the longest is redacted first, and what
    overlaps with it as a whole."""
    server.answer("event", reply(403, {"errors": [f"[{echo}]"]}))
    lines = said_of({**local, "api_key": api_key, "app_key": app_key})
    assert_not_told(lines, *left)


# --------------------------------------------------- The caller's own mistakes

@pytest.mark.parametrize("key", [API_KEY, APP_KEY])
def test_an_id_that_is_a_key_is_not_told(server, local, key):
    """Promise: a program that mixes arguments up and asks for the key finds it in no message of a call."""
    server.behaviours.clear()
    assert_not_told(said_of(local, key), key, urllib.parse.quote(key, safe=""))


def test_an_id_that_is_a_key_is_not_told_by_a_cancelled_call(server, local):
    """Promise: the same where the event was cancelled: waiting, in flight, or backing off."""
    quoted = urllib.parse.quote(API_KEY, safe="")
    server.answer(quoted, in_turn(reply(503, b"", ("Retry-After", "15")), lambda exchange: exchange.be_silent()))
    server.answer("silent", lambda exchange: exchange.be_silent())
    log = Log()
    settings = {**local, "api_key": API_KEY, "app_key": APP_KEY, "logger": log.setting}
    with Client(**settings) as client, Queue(client, 2) as queue:
        queue.add(API_KEY, 0)
        queue.add("silent", 1)
        queue.add("silent", 2)
        queue.add(API_KEY, 3)
        queue.add(APP_KEY, 4)
        assert queue.next(200) is None
        client.cancel()
        results = queue.drain()
    assert {result.error.code for result in results} == {"cancelled"}
    assert_not_told([result.error.message for result in results] + log.lines, API_KEY, APP_KEY, quoted,
                    urllib.parse.quote(APP_KEY, safe=""))


@pytest.mark.parametrize("setting", ["site", "base_url", "ca_file", "proxy", "user_agent", "client_certificate", "headers"])
def test_a_key_in_another_setting_s_place_is_not_told(setting):
    """Promise: dora_error_message never holds a key: neither does that of a setting which was given the key."""
    value = {"client_certificate": (API_KEY, API_KEY), "headers": [(API_KEY + "\xa0", "x")], "base_url": "https:" + API_KEY,
             "user_agent": API_KEY + "é", "proxy": API_KEY}.get(setting, API_KEY)
    with pytest.raises(DoraError) as caught:
        Client(api_key=API_KEY, app_key=APP_KEY, **{setting: value})
    assert caught.value.code == "invalid_argument"
    assert_not_told([caught.value.message], API_KEY)


def test_a_key_in_the_base_url_s_path_is_not_told(server, local):
    """Promise: the same for a message that shows the URL of the call."""
    plain = "plain0123456789key"
    lines = said_of({**local, "base_url": f"{server.base_url}/{plain}", "api_key": plain})
    assert_not_told(lines, plain)


# ------------------------------------------------- What else a message shows

def test_a_header_of_the_program_s_own_is_not_told(server, local):
    """Promise: the value of a header that the program adds may be a secret: no message repeats it of itself."""
    server.answer("event", reply(403, b"{}"))
    assert_not_told(said_of({**local, "headers": [("X-Gateway-Token", "gateway-secret-42")]}), "gateway-secret-42")


def test_redaction_leaves_the_rest_as_it_is(server, local):
    """Promise: what is no secret stays readable: the first error of the API, and one mark for the key."""
    server.answer("event", reply(403, {"errors": [{"title": f"Key {API_KEY} is not valid", "detail": "for this org"}]}))
    message = said_of(local)[0]
    assert "Key [redacted] is not valid: for this org" in message


def test_the_raw_body_is_handed_out_as_it_came(server, local):
    """Promise: dora_error_body is what was received, unredacted: it is no message."""
    server.answer("event", reply(403, {"errors": [API_KEY]}))
    with Client(**local, api_key=API_KEY, app_key=APP_KEY) as client:
        error = error_of(client)
    assert API_KEY.encode() in error.body
    assert error.items[0]["title"] == API_KEY


def test_many_secrets_in_a_long_text_take_no_time(server, local):
    """Promise: redaction is linear: an error body of 4 MiB of near-misses ends within a second."""
    api_key = "a" * 200 + "b"
    server.answer("event", reply(403, {"errors": ["a" * (4 << 20)]}))
    with Client(**local, api_key=api_key, app_key="c" * 200, timeout_ms=5000, max_retries=0) as client:
        began = time.monotonic()
        error = error_of(client)
        assert time.monotonic() - began < 1.5
    assert error.code == "forbidden"


def test_the_documents_say_which_forms_are_redacted():
    """Promise: docs/security.md names the forms."""
    text = (REPOSITORY / "docs" / "security.md").read_text().lower()
    assert "percent-encod" in text and "case" in text


def test_a_configuration_that_fails_shows_no_key_of_the_environment(monkeypatch):
    """Promise: the same for keys of the environment."""
    monkeypatch.setenv("DD_API_KEY", API_KEY)
    monkeypatch.setenv("DD_SITE", API_KEY)
    with configured() as config:
        with pytest.raises(DoraError) as caught:
            call(dora.dora_client_new, config)
    assert_not_told([caught.value.message], API_KEY)
