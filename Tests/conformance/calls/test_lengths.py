# SPDX-License-Identifier: Apache-2.0
"""Ids and settings have a length that is documented; what is longer is refused before anything is sent,
and sizes beyond all reason behave as documented."""

import ctypes
import re
from ctypes import byref, c_void_p

import pytest

import capi
from completion_queue import Queue
from harness import Client, DoraError, call, dora
from paths import REPOSITORY
from servers.behaviours import DOCUMENTED, event, reply

MEBIBYTE = 1 << 20


def refused(settings):
    """The message with which a client is refused."""
    with pytest.raises(DoraError) as caught:
        Client(**settings)
    assert caught.value.code == "invalid_argument", str(caught.value)
    assert len(caught.value.message) < 1000
    return caught.value.message


def longest_id(accepts):
    """By halves, the longest id that is accepted."""
    shortest, longest = 128, 4 * MEBIBYTE
    assert accepts("x" * shortest), "an id of the documented length must be accepted"
    assert not accepts("x" * longest), "an id of 4 MiB must be refused"
    while longest - shortest > 1:
        middle = (shortest + longest) // 2
        if accepts("x" * middle):
            shortest = middle
        else:
            longest = middle
    return shortest


def is_added(queue, failure_id):
    try:
        queue.add(failure_id)
    except DoraError as error:
        assert error.code == "invalid_argument" and "failure_id" in error.message
        return False
    return True


# --------------------------------------------------------------------- Ids

@pytest.mark.parametrize("length", [64 << 10, MEBIBYTE, 16 * MEBIBYTE])
def test_a_long_id_is_refused_by_a_call(server, local, length):
    """Promise: an id beyond the documented length is INVALID_ARGUMENT, and nothing is sent."""
    with Client(**local) as client:
        with pytest.raises(DoraError) as caught:
            client.get("x" * length)
        assert caught.value.code == "invalid_argument", str(caught.value)
        assert "failure_id" in caught.value.message and len(caught.value.message) < 1000
    assert server.connections == 0 or server.requests == []


@pytest.mark.parametrize("length", [64 << 10, MEBIBYTE, 16 * MEBIBYTE])
def test_a_long_id_is_refused_by_a_queue(server, local, length):
    """Promise: the same for dora_queue_add: nothing is added."""
    with Client(**local) as client, Queue(client) as queue:
        assert not is_added(queue, "x" * length)
        assert queue.pending == 0
        assert queue.next(0) is None
    assert server.requests == []


def test_the_limit_is_one_and_documented(local):
    """Promise: single calls and queues have the same limit, some KiB, and dora.h tells it."""
    with Client(**{**local, "base_url": "https://127.0.0.1:1", "max_retries": 0}) as client, Queue(client) as queue:
        def is_asked_for(failure_id):
            with pytest.raises(DoraError) as caught:
                client.get(failure_id)
            return caught.value.code == "connection"

        limit = longest_id(lambda failure_id: is_added(queue, failure_id))
        assert 1024 <= limit <= 64 << 10
        assert is_asked_for("x" * limit) and not is_asked_for("x" * (limit + 1))
        # Bytes of UTF-8 count, and not what they become in the URL.
        assert is_asked_for("é" * (limit // 2)) and is_asked_for("%" * limit)
        assert not is_asked_for("é" * (limit // 2 + 1))
    header = (REPOSITORY / "include" / "dora.h").read_text()
    spellings = [f"{limit:,}", str(limit), f"{limit // 1024} KiB"]
    assert any(re.search(rf"\b{re.escape(spelling)}\b", header) for spelling in spellings), f"dora.h must tell of {limit}"


def test_the_longest_id_is_fetched(server, local):
    """Promise: an id up to the limit is sent whole and comes back whole with its result."""
    failure_id = "x" * 2048
    server.answer(failure_id, event)
    with Client(**local) as client, Queue(client) as queue:
        assert client.get(failure_id).json == DOCUMENTED
        queue.add(failure_id, 2**64 - 1)
        result = queue.next()
        assert (result.id, result.tag) == (failure_id, 2**64 - 1)
        assert result.event.json == DOCUMENTED


def test_an_id_of_4_gibibytes(host):
    """Promise: an id whose length does not fit 32 bits is refused; the tags of the others stay what they are."""
    host("long_ids")


# ----------------------------------------------------------------- Settings

LONG = "x" * MEBIBYTE
LONG_SETTINGS = {
    "api_key": {"api_key": LONG},
    "app_key": {"app_key": LONG},
    "access_token": {"access_token": LONG},
    "base_url": {"base_url": "https://127.0.0.1/" + LONG},
    "base_url's host": {"base_url": "https://" + LONG},
    "user_agent": {"user_agent": LONG},
    "header": {"headers": [("X-Long", LONG)]},
    "header's name": {"headers": [(LONG, "x")]},
    "many headers": {"headers": [(f"X-Many-{number}", "x" * 1000) for number in range(1000)]},
    "proxy": {"proxy": f"http://user:{LONG}@127.0.0.1:1"},
    "proxy's host": {"proxy": "http://" + LONG},
    "site": {"site": LONG},
    "ca_file": {"ca_file": "/" + LONG},
    "client_certificate": {"client_certificate": ("/" + LONG, None)},
}


@pytest.mark.parametrize("name", LONG_SETTINGS)
def test_a_long_setting_is_refused(name):
    """Promise: a setting of a megabyte is refused when the client is made, by its name, and not by a server
    that was sent it or by an internal error."""
    message = refused(LONG_SETTINGS[name])
    setting = {"many headers": "header"}.get(name, name.split("'")[0])
    assert setting in message
    assert "x" * 500 not in message


@pytest.mark.parametrize("name, value", [("api_key", "k" * 256), ("access_token", "t" * 4096), ("user_agent", "a" * 200),
                                         ("headers", [("X-Trace", "v" * 2000)])])
def test_an_ordinary_length_is_none_too_long(server, local, name, value):
    """Promise: what is in use serves: a token of 4 KiB, a header of 2,000 bytes."""
    server.answer("event", event)
    with Client(**{**local, name: value}) as client:
        assert client.get("event").json == DOCUMENTED
    assert len(server.requests) == 1


def test_a_header_of_white_space_is_sent(server, local):
    """Promise: a header that the program adds is sent, with an empty value too."""
    server.answer("event", event)
    headers = [("X-Blank", "  "), ("X-Tab", "\t"), ("X-Empty", ""), ("X-Padded", "  v  ")]
    with Client(**local, headers=headers) as client:
        client.get("event")
    sent = server.requests[0].headers
    assert {name: sent.get(name) for name in ("x-blank", "x-tab", "x-empty", "x-padded")} == {
        "x-blank": "", "x-tab": "", "x-empty": "", "x-padded": "v"}


# ------------------------------------------------------------------- Sizes

CAPACITIES = [capi.SIZE_MAX, capi.SIZE_MAX - 1, capi.SIZE_MAX // 2 + 1, capi.SIZE_MAX // 2]


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_a_capacity_without_bound_holds_everything(capacity):
    """Promise: as snprintf does, at most capacity - 1 bytes and a NUL: a huge capacity takes the whole text."""
    failure = call(dora.dora_parse_failure, DOCUMENTED, len(DOCUMENTED))
    try:
        for function, pointer in ((dora.dora_failure_copy_json, b"/data/attributes/name"),
                                  (dora.dora_failure_copy_string, b"/data/attributes/name")):
            buffer = ctypes.create_string_buffer(b"\xaa" * 255, 256)
            length = function(failure, pointer, ctypes.cast(buffer, ctypes.c_char_p), capacity)
            expected = b'"Database outage"' if function is dora.dora_failure_copy_json else b"Database outage"
            assert length == len(expected)
            assert buffer.value == expected
        buffer = ctypes.create_string_buffer(b"\xaa" * 255, 256)
        assert dora.dora_failure_copy_json(failure, b"/absent", ctypes.cast(buffer, ctypes.c_char_p), capacity) == capi.SIZE_MAX
        assert buffer.value == b""
    finally:
        dora.dora_failure_free(failure)


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_a_capacity_without_bound_holds_an_item_s_meta(server, local, capacity):
    """Promise: the same for dora_error_copy_item_meta."""
    server.answer("event", reply(400, {"errors": [{"title": "x", "meta": {"a": [1, 2]}}]}))
    with Client(**local) as client:
        error = c_void_p()
        assert dora.dora_get_failure(client.pointer, b"event", byref(error)) is None
        buffer = ctypes.create_string_buffer(b"\xaa" * 255, 256)
        length = dora.dora_error_copy_item_meta(error, 0, ctypes.cast(buffer, ctypes.c_char_p), capacity)
        assert (length, buffer.value) == (len(buffer.value), b'{"a": [1, 2]}')
        dora.dora_error_free(error)


@pytest.mark.parametrize("length", [2**31, 2**32, capi.SIZE_MAX // 2 + 1, capi.SIZE_MAX])
def test_a_body_longer_than_any_is_refused(length):
    """Promise: dora_parse_failure takes less than 2 GiB: what is longer is INVALID_ARGUMENT and is not read."""
    with pytest.raises(DoraError) as caught:
        call(dora.dora_parse_failure, b"{}", length)
    assert caught.value.code == "invalid_argument"


@pytest.mark.parametrize("timeout_ms", [2**63 - 1, -2**63, -2])
def test_a_timeout_without_bound_waits_for_the_result(server, local, timeout_ms):
    """Promise: dora_queue_next waits as long as it takes, with any number that says so."""
    server.answer("event", lambda exchange: (exchange.wait(0.2), event(exchange)))
    with Client(**local) as client, Queue(client) as queue:
        queue.add("event")
        assert queue.next(timeout_ms).event.json == DOCUMENTED


@pytest.mark.parametrize("max_in_flight", [2**31, 2**32 - 1])
def test_any_number_in_flight(server, local, max_in_flight):
    """Promise: max_in_flight is a bound, not a reservation."""
    server.answer("event", event)
    with Client(**local) as client, Queue(client, max_in_flight) as queue:
        queue.add("event")
        assert queue.next().event.json == DOCUMENTED
