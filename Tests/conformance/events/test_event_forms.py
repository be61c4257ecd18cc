# SPDX-License-Identifier: Apache-2.0
"""The forms that the API sends in place of the documented ones: through the C API, in strict mode too."""

import itertools
import json
import pathlib
import time

import pytest

from harness import Client, DoraError, call, dora, id_of, parse
from servers.behaviours import reply

SENT = (pathlib.Path(__file__).parent / "data" / "sent.json").read_bytes()
ABSENT = object()


def document(data=None, **attributes):
    return json.dumps({"data": {"id": "1", "type": "dora_failure", **(data or {}),
                                "attributes": {"started_at": 1, **attributes}}}).encode()


def event(data=None, **attributes):
    return parse(document(data, **attributes))


def strings(value):
    if value is ABSENT:
        return []
    return [value] if isinstance(value, str) else value


@pytest.fixture
def fetch_strictly(server, local):
    def fetch(body):
        failure_id = id_of(body)
        server.answer(failure_id, reply(200, body))
        with Client(**local, strict=True) as client:
            return client.get(failure_id)
    return fetch


def test_the_sent_form(fetch_strictly):
    event = fetch_strictly(SENT)
    assert event.json == SENT
    assert event.violations == []
    assert event.services == ["checkout-gateway"]
    assert (event.env, event.envs) == ("live", ["live", "dr"])
    assert (event.team, event.teams) == ("checkout", ["checkout"])
    assert event.name == "INC-2041 | Pagos duplicados tras la actualización"
    assert event.severity == "High"
    assert (event.started_at, event.finished_at) == (1773787260 * 10**9, 1773795912 * 10**9)
    assert event.custom_tags == ["language:jvm", "backstage.io/owner:team-a", "backstage.io/owner:team-b"]
    assert (event.version, event.git_commit_sha) == (None, None)


def test_every_combination_of_forms(fetch_strictly):
    combinations = list(itertools.product(*(
        [ABSENT, word, [word], [word, f"{word} 2"], []] for word in ("env", "team", "service"))))
    assert len(combinations) == 125
    for env, team, service in combinations:
        attributes = {"env": env, "team": team, "service": service}
        event = fetch_strictly(document(**{name: value for name, value in attributes.items() if value is not ABSENT}))
        assert (event.envs, event.teams, event.services) == (strings(env), strings(team), strings(service))
        assert event.env == next(iter(strings(env)), None)
        assert event.team == next(iter(strings(team)), None)
        assert event.violations == []


@pytest.mark.parametrize("field", ["env", "team", "service", "services"])
@pytest.mark.parametrize("value, name", [(7, "a number"), (-0.5, "a number"), (True, "a boolean"),
                                         ({}, "an object"), ({"a": "b"}, "an object")])
def test_a_value_of_another_form(field, value, name):
    event_ = event(**{field: value})
    assert (event_.envs, event_.teams, event_.services) == ([], [], [])
    assert (event_.env, event_.team) == (None, None)
    assert event_.violations == [f"/data/attributes/{field}: {name}, expected a string or a list of strings"]


@pytest.mark.parametrize("field", ["env", "team", "service", "services"])
def test_elements_of_another_form(field, fetch_strictly):
    body = document(**{field: ["a", 1, ["x"], {"y": "z"}, None, False, "b"]})
    event_ = parse(body)
    assert event_.envs + event_.teams + event_.services == ["a", "b"]
    assert event_.violations == [
        f"/data/attributes/{field}/{index}: {name}, expected a string" for index, name in
        enumerate(["a number", "a list", "an object", "null", "a boolean"], 1)]
    with pytest.raises(DoraError, match=f"strict mode: /data/attributes/{field}/1: a number"):
        fetch_strictly(body)


@pytest.mark.parametrize("field", ["env", "team", "service", "custom", "custom_tags"])
def test_null_is_read_as_absent(field):
    event_ = event(**{field: None})
    assert event_.envs == event_.teams == event_.services == event_.custom_tags == event_.violations == []


def test_documented_and_sent_services_together():
    assert event(services=["a", "b"], service=["b", "c", "a"]).services == ["a", "b", "c"]
    assert event(service=["b", "c"], services="b").services == ["b", "c"]
    assert event(services=[], service="c").services == ["c"]
    assert event(services=["é"], service=["\u00e9", "e\u0301"]).services == ["é", "e\u0301"]


def test_documented_and_sent_tags_together():
    event_ = event(custom={"k": ["v", "w"], "x": "y"}, custom_tags=["x:y", "k:v"])
    assert event_.custom_tags == ["x:y", "k:v", "k:w"]
    assert event_.violations == []


def test_a_tag_is_found_by_the_key_of_custom():
    body = document(custom_tags=["a:b:c"], custom={"a:b": ["c", "d"], "team/eu:1": "x", "only": []})
    failure = call(dora.dora_parse_failure, body, len(body))
    values = {key: dora.dora_failure_custom_tag_value(failure, key)
              for key in (b"a", b"a:b", b"team/eu:1", b"team/eu", b"only", b"")}
    dora.dora_failure_free(failure)
    assert values == {b"a": b"b:c", b"a:b": b"c", b"team/eu:1": b"x", b"team/eu": None, b"only": None, b"": None}


def test_types():
    assert event({"type": "dora_incident"}).violations == []
    assert event({"type": "dora_deployment"}).violations == ['/data/type: not "dora_failure"']


def test_a_start_is_missed():
    body = b'{"data":{"attributes":{"env":["live"],"finished_at":"2026-03-18T01:05:12Z"}}}'
    assert parse(body).violations == ["/data/attributes/started_at: missing"]


@pytest.mark.parametrize("body, pointer, value", [
    (document(env=["live\0x"]), "env/0", "live"),
    (document(name="a\0"), "name", "a"),
    (document(service="\0a"), "service", ""),
    (document(custom_tags=["k:v\0w"]), "custom_tags/0", "k:v"),
    (document(custom={"k": "v\0w"}), "custom/k", "k:v"),
    (document(custom={"k": ["v\0w"]}), "custom/k/0", "k:v"),
])
def test_an_escaped_nul_is_a_violation_that_says_so(body, pointer, value, fetch_strictly):
    event_ = parse(body)
    assert event_.violations == [f"/data/attributes/{pointer}: an escaped NUL, where a C string ends"]
    assert value in [event_.name, *event_.envs, *event_.services, *event_.custom_tags]
    with pytest.raises(DoraError, match="an escaped NUL"):
        fetch_strictly(body)


def test_a_nul_elsewhere_is_none():
    assert event(unknown_to_all="a\0b", internal={"x\0y": ["\0"]}).violations == []


def seconds(body):
    """The best of three, so that other programs count as little as can be."""
    best = None
    for _ in range(3):
        start = time.process_time()
        failure = call(dora.dora_parse_failure, body, len(body))
        best = min(best or 1e9, time.process_time() - start)
        dora.dora_failure_free(failure)
    return best


@pytest.mark.parametrize("attributes", [
    lambda names: {"services": names, "service": names[::-1]},
    lambda names: {"service": names},
    lambda names: {"env": names, "team": names},
    lambda names: {"custom": {"key": names}, "custom_tags": [f"key:{name}" for name in names]},
    lambda names: {"custom": {name: name for name in names}},
    lambda names: {"custom": {"k" * len(names): names}},
    lambda names: {"custom_tags": names},
], ids=["services and service", "service", "env and team", "tags of both", "keys", "a long key", "tags"])
def test_time_grows_with_the_length_only(attributes):
    few, many = ([f"{index:06d}" for index in range(count)] for count in (25_000, 100_000))
    # Four times the length: a square would take sixteen times as long.
    assert seconds(document(**attributes(many))) < 10 * seconds(document(**attributes(few))) + 0.01


def test_a_hundred_thousand_names():
    names = [f"name-{index}" for index in range(100_000)]
    event_ = event(services=names, service=["new", *names[:100]], env=names, custom={"k": names})
    assert event_.services == [*names, "new"]
    assert event_.envs == names
    assert event_.custom_tags == [f"k:{name}" for name in names]
    assert event_.violations == []


def test_memory_is_bounded_however_long_a_key_is():
    event_ = event(custom={"k" * 1_000_000: [str(index) for index in range(1000)]})
    assert 1 <= len(event_.custom_tags) <= 16
    assert len(event_.violations) == 1
    assert event_.violations[0].endswith(": left out, the keys of so many tags are too long")
