# SPDX-License-Identifier: Apache-2.0
"""The incident event: typed fields that are read when asked for."""

import concurrent.futures
import copy
import datetime
import gc
import json
import pickle
import timeit

import pytest

import libdora
from servers.behaviours import EVENT

NANOSECONDS = b'{"data":{"id":"n","attributes":{"started_at":-1,"finished_at":1693491974123456789,"team":1}}}'


def test_the_fields(client):
    event = client.get_failure("event")
    assert (event.name, event.services, event.git_repository_id) == ("Database outage", ("shopist",), None)
    assert event.started_at == datetime.datetime(2023, 8, 31, 14, 26, 14, tzinfo=datetime.timezone.utc)
    assert event.finished_at_ns == 1693491984000000000
    assert (event.envs, event.teams) == ((event.env,), (event.team,))
    assert event.custom_tag("language") == "java" and event.custom_tag("absent") is None
    assert event.value("/data/attributes/git")["commit_sha"] == event.git_commit_sha
    assert event.string("/data/attributes/name") == "Database outage" and event.string("/data") is None
    with pytest.raises(KeyError):
        event.value("/absent")
    assert event.json == EVENT and event.violations == () and event.response.status == 200


def test_lists():
    event = libdora.Failure.parse('{"data":{"attributes":{"env":["prod","eu"],"team":["a","b"],"service":["x"],'
                                  '"custom":{"language":["jvm","go"]}}}}')
    assert (event.env, event.envs, event.teams, event.services) == ("prod", ("prod", "eu"), ("a", "b"), ("x",))
    assert event.custom_tags == ("language:jvm", "language:go") and event.custom_tag("language") == "jvm"


def test_nanoseconds_are_exact():
    event = libdora.Failure.parse(NANOSECONDS)
    assert (event.started_at_ns, event.finished_at_ns) == (-1, 1693491974123456789)
    assert event.started_at == datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, datetime.timezone.utc)
    assert event.finished_at.microsecond == 123456
    assert [violation.split(":")[0] for violation in event.violations] == ["/data/attributes/team"]


def test_to_dict_is_json_with_exact_nanoseconds():
    plain = libdora.Failure.parse(NANOSECONDS).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["id"] == "n" and plain["services"] == [] and plain["name"] is None
    assert (plain["started_at"], plain["started_at_ns"]) == ("1969-12-31T23:59:59.999999999Z", -1)
    assert (plain["finished_at"], plain["finished_at_ns"]) == ("2023-08-31T14:26:14.123456789Z", 1693491974123456789)


def test_the_same_event_is_equal_however_it_came(client):
    first, second = client.get_failure("event"), client.get_failure("event")
    assert first == second and hash(first) == hash(second)
    spaced = libdora.Failure.parse(json.dumps(json.loads(EVENT), indent=3, sort_keys=True))
    assert spaced == first and len({first, second, spaced}) == 1
    other = json.loads(EVENT)
    other["data"]["attributes"]["some_new_field"] = 1
    assert libdora.Failure.parse(json.dumps(other)) != first
    assert first != first.json and first != None  # noqa: E711


def test_equality_takes_any_json():
    many_digits = '{"data":{"attributes":{"x":%s}}}' % ("1" * 5000)
    assert libdora.Failure.parse(many_digits) == libdora.Failure.parse(many_digits)
    assert libdora.Failure.parse(many_digits) != libdora.Failure.parse(many_digits + " ")


def test_repr_is_short():
    event = libdora.Failure.parse(json.dumps({"data": {"id": "e", "attributes": {"name": "n" * 4_000_000}}}))
    assert len(repr(event)) < 300 and "id='e'" in repr(event)


def test_parse_takes_text_and_bytes():
    for body in (EVENT, EVENT.decode(), bytearray(EVENT), memoryview(EVENT)):
        assert libdora.Failure.parse(body).name == "Database outage"
    for wrong in (None, 5, ["{}"], json.loads(EVENT)):
        with pytest.raises(TypeError, match=r"^json: bytes or a str"):
            libdora.Failure.parse(wrong)
    for unreadable in ("", "[]", "{", b"\xff", "\ud800", '{"data":"\ud800"}'):
        with pytest.raises(libdora.MalformedResponseError):
            libdora.Failure.parse(unreadable)


def test_an_event_never_changes():
    event = libdora.Failure.parse(EVENT)
    for name in ("name", "services", "started_at", "json", "response", "another"):
        with pytest.raises(AttributeError):
            setattr(event, name, "x")
    with pytest.raises(AttributeError):
        del event.name
    with pytest.raises(TypeError, match="get_failure"):
        libdora.Failure()
    assert copy.copy(event) is event and copy.deepcopy([event])[0] is event


def test_an_event_outlives_its_client_and_travels(client):
    event = client.get_failure("event")
    client.close()
    gc.collect()
    assert event.name == "Database outage"
    response = event.response
    travelled = pickle.loads(pickle.dumps(event))
    assert travelled == event and travelled.to_dict() == event.to_dict()
    assert travelled.response == response and travelled.response.times.total_us > 0
    del event
    gc.collect()
    assert response.header("CONTENT-type") == "application/vnd.api+json" == travelled.response.header("Content-Type")
    assert response.header("absent") is None and travelled.response.header("absent") is None
    assert pickle.loads(pickle.dumps(libdora.Failure.parse(NANOSECONDS))).started_at_ns == -1


def test_threads_read_one_event():
    event = libdora.Failure.parse(EVENT)
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        facts = list(threads.map(lambda _: (repr(event), str(event.to_dict())), range(400)))
    assert len(set(facts)) == 1


def test_fields_are_read_when_they_are_asked_for():
    """An event that nobody asks for its fields costs what the library's own reading costs, and little more."""
    parse = min(timeit.repeat(lambda: libdora.Failure.parse(EVENT), number=500, repeat=5))
    whole = min(timeit.repeat(lambda: libdora.Failure.parse(EVENT).to_dict(), number=500, repeat=5))
    assert parse < whole / 2


def test_fields_are_documented():
    fields = [name for name in vars(libdora.Failure) if not name.startswith("_")]
    assert len(fields) > 20
    for name in fields:
        assert len(getattr(libdora.Failure, name).__doc__) > 10, name
