# SPDX-License-Identifier: Apache-2.0
"""Each event of a page is whole and on its own, and an odd one costs itself alone."""

import json

import pytest

from harness import Client, event_of
from searches import END, ERROR, EVENT, Search, json_of, search_all
from servers.behaviours import DATE_TIME, DOCUMENTED, reply
from servers.list_server import SECOND, START, Item, World, items, page_of, read, written

NOON = START + 86_400 * SECOND  # 2026-03-02T12:00:00Z

# An event as production tenants send it.
FIELD = (b'{"type":"dora_failure","id":"7be1a5d0-44c7-4b1c-9d0a-f5c4a1f1d2e3","attributes":{"service":["ledger-api"],"env":'
         b'["live","live-eu"],"team":["payments"],"name":"INC-9 | Refunds \\u2026 twice","severity":"Urgent","started_at":'
         b'"2026-05-20T06:40:00Z","finished_at":"2026-05-21T11:05:40.25Z","created_at":"2026-05-21T12:00:00Z",'
         b'"time_to_restore":102340,"source":"api","internal":{},"custom":{"language":["jvm"],"a:b/c":["x","y:z"]}}}')


def inner(document):
    """The item that a fetched event's body is made of, byte for byte."""
    text = document.strip()
    return text[text.index(b":") + 1:text.rindex(b"}")].strip()


@pytest.mark.parametrize("version", ["1.1", "2"])
@pytest.mark.parametrize("raw", [inner(DOCUMENTED), inner(DATE_TIME), FIELD], ids=["documented", "date-time", "field"])
def test_an_event_of_a_page_is_as_if_fetched(serve, list_servers, version, raw):
    """Promise: every accessor says what it says of the same event fetched by its id."""
    failure_id = json.loads(raw)["id"]
    settings = serve(reply(200, b'{"data":[' + raw + b"]}"), version)
    list_servers[version].answer(failure_id, reply(200, b'{"data":' + raw + b"}"))
    with Client(**settings) as client:
        fetched = client.get(failure_id)
        with Search(client, reader=event_of) as search:
            found = search.next()
    assert found.response.status == 200 and found.response.http_version == version
    assert found.response.attempts == 1 and found.response.content_type == "application/vnd.api+json"
    assert found.json == b'{"data":' + raw + b"}"
    del found.response, fetched.response
    assert vars(found) == vars(fetched)
    assert found.violations == []


def test_the_bytes_of_an_item_are_kept(serve):
    """Promise: as received: spaces, line breaks, escapes, the order and doubles of members, big numbers."""
    raws = [b'{ "id" : "a" ,\n\t"type":"dora_failure", "attributes": { "started_at": 1772452800000000001, "n": 1e400 } }',
            b'{"id":"b","id":"c","attributes":{"started_at":"2026-03-02T12:00:00Z","\\u0061":"\\ud83d\\ude00"}}',
            b'{"attributes":{"started_at":"2026-03-02T12:00:00Z","big":123456789012345678901234567890.0}}',
            "{\"id\":\"日本\",\"attributes\":{\"started_at\":\"2026-03-02T12:00:00Z\"}}".encode()]
    world = World([*items(20), *(Item(NOON, raw) for raw in reversed(raws))])

    def with_spaces(exchange):
        body = world.answer(exchange.request)[1].replace(b'{"data":[', b' {\r\n "data" :[ ', 1)
        reply(200, body[:-2] + b' ] , "meta": [{}] }\n')(exchange)
    found = search_all(serve(with_spaces), page_size=10, reader=json_of)
    assert found == [b'{"data":' + event.raw + b"}" for event in reversed(world.events)]


def test_an_event_outlives_its_search_and_its_client(serve):
    world = World(items(120))
    with Client(**serve(world)) as client:
        with Search(client, page_size=40, reader=lambda failure: failure.value) as search:
            pointers = search.all()
    events = [event_of(pointer) for pointer in pointers]
    assert [event.id for event in events] == [event.id for event in reversed(world.events)]
    assert all(event.response.status == 200 for event in events)


def test_a_response_is_that_of_the_page(serve):
    """The third page took two attempts."""
    world = World(items(100))

    def answer(exchange):
        if exchange.attempt == 3:
            return reply(503)(exchange)
        world(exchange)
    with Client(**serve(answer)) as client, Search(client, page_size=40, reader=event_of) as search:
        attempts = [event.response.attempts for event in search.all()]
    assert attempts == [1] * 79 + [2] * 21


# Odd items

ODD = {
    "no id": b'{"type":"dora_failure","attributes":{"name":"x","started_at":"2026-03-01T12:30:30Z"}}',
    "id null": b'{"id":null,"attributes":{"started_at":"2026-03-01T12:30:30Z"}}',
    "id number": b'{"id":7,"attributes":{"started_at":"2026-03-01T12:30:30Z"}}',
    "id empty": b'{"id":"","attributes":{"started_at":"2026-03-01T12:30:30Z"}}',
    "no attributes": b'{"id":"odd","type":"dora_failure"}',
    "attributes null": b'{"id":"odd","attributes":null}',
    "attributes list": b'{"id":"odd","attributes":[1,2]}',
    "no time": b'{"id":"odd","attributes":{"name":"x"}}',
    "time null": b'{"id":"odd","attributes":{"started_at":null}}',
    "time true": b'{"id":"odd","attributes":{"started_at":true}}',
    "time object": b'{"id":"odd","attributes":{"started_at":{"a":1}}}',
    "time words": b'{"id":"odd","attributes":{"started_at":"yesterday"}}',
    "time without zone": b'{"id":"odd","attributes":{"started_at":"2026-03-01T12:30:30"}}',
    "time fraction": b'{"id":"odd","attributes":{"started_at":1.5}}',
    "time huge": b'{"id":"odd","attributes":{"started_at":99999999999999999999}}',
    "seconds": b'{"id":"odd","attributes":{"started_at":1772368230}}',
    "milliseconds": b'{"id":"odd","attributes":{"started_at":1772368230000}}',
    "zero": b'{"id":"odd","attributes":{"started_at":0}}',
    "negative": b'{"id":"odd","attributes":{"started_at":-5}}',
    "unknown attributes": b'{"id":"odd","attributes":{"started_at":"2026-03-01T12:30:30Z","impact":{"deep":[[{}]]},"env":7}}',
    "wrong types": b'{"id":"odd","type":5,"attributes":{"started_at":"2026-03-01T12:30:30Z","name":[],"services":{},"git":"x"}}',
    "members twice": b'{"id":"odd","id":"odder","attributes":{"started_at":"2026-03-01T12:30:30Z"}}',
    "empty object": b"{}", "null": b"null", "number": b"12", "true": b"true", "string": b'"odd"', "list": b'[{"id":"x"}]',
    "empty list": b"[]",
}


def odd_place(index):
    """Half an hour after the start, and half a minute after another event."""
    return START + (30 + index) * 60 * SECOND + 30 * SECOND


class OddWorld(World):
    """Places items by where they stand in time, whatever they say."""

    def __init__(self, *raws, count=100, **options):
        placed = [Item(odd_place(index), raw) for index, raw in enumerate(raws)]
        super().__init__([*items(count), *placed], **options)


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
@pytest.mark.parametrize("count, page_size", [(100, 40), (1, 10)])
def test_an_odd_item_costs_itself_alone(serve, raw, count, page_size):
    """Promise: all others come once, and so does it, with its bytes."""
    world = OddWorld(raw, count=count)
    found = search_all(serve(world), page_size=page_size, reader=json_of)
    assert sorted(found) == sorted(b'{"data":' + event.raw + b"}" for event in world.events)


def test_many_odd_items_of_all_kinds(serve):
    raws = [raw.replace(b"odd", b"odd %d" % number).replace(b"2026-03-01T12:30:30Z", written(odd_place(number)).encode())
            for number, raw in enumerate(ODD.values())]
    world = OddWorld(*raws, count=200)
    for page_size in (10, 40, 1000):
        found = search_all(serve(world), page_size=page_size, reader=json_of)
        assert sorted(found) == sorted(b'{"data":' + event.raw + b"}" for event in world.events)


@pytest.mark.parametrize("page_size, clamp, ends_well", [(1000, 1000, True), (10, 1000, True), (1000, 100, False)])
def test_nothing_but_odd_items(serve, page_size, clamp, ends_well):
    """Nothing says where to go on: the whole, or INCOMPLETE."""
    world = World([Item(START + number * SECOND, b'{"id":"odd %d"}' % number) for number in range(300)], clamp=clamp)
    found = []
    with Client(**serve(world)) as client, Search(client, page_size=page_size, reader=json_of) as search:
        while (step := search.step())[0] == EVENT:
            found.append(step[1])
    assert len(found) == len(set(found))
    if ends_well:
        assert (step[0], len(found)) == (END, 300)
    else:
        assert step[0] == ERROR and step[1].code == "incomplete"


@pytest.mark.parametrize("raw", [b"null", b"12", b'"x"', b"[1]", b"true"])
def test_an_item_that_is_no_object(serve, raw):
    """Promise: an event without fields, with the violation that says so."""
    body = b'{"data":[' + raw + b"]}"
    with Client(**serve(reply(200, body))) as client, Search(client, reader=event_of) as search:
        event = search.next()
    assert event.violations == ["/data: not an object"]
    assert (event.id, event.type, event.name, event.started_at, event.services) == (None, None, None, None, [])
    assert event.json == b'{"data":' + raw + b"}" and event.response.status == 200


@pytest.mark.parametrize("name, violation", [
    ("no id", None), ("id number", "/data/id"), ("no attributes", "/data/attributes: missing"),
    ("no time", "/data/attributes/started_at: missing"), ("time words", "/data/attributes/started_at"),
    ("unknown attributes", "/data/attributes/env"), ("wrong types", "/data/attributes/name"), ("list", "/data: not an object")])
def test_a_violation_names_its_place_in_the_event(serve, name, violation):
    with Client(**serve(reply(200, page_of([Item(START, ODD[name])])))) as client, Search(client, reader=event_of) as search:
        violations = search.next().violations
    assert any(text.startswith(violation) for text in violations) if violation else True, violations


def test_strict(serve):
    """Promise: a violation is an error in the event's place, with the event's JSON, and the next call goes on behind it."""
    odd = [ODD[name] for name in ("wrong types", "null", "no time")]
    world = OddWorld(*odd)
    with Client(**serve(world), strict=True) as client, Search(client, page_size=40, reader=json_of) as search:
        found, refused = [], []
        while (step := search.step())[0] != END:
            status, value = step
            if status == ERROR:
                assert value.code == "malformed_response" and not value.retryable
                assert value.response.status == 200 and "/data" in value.message
                refused.append((len(found), value.body))
            else:
                found.append(value)
    order = [b'{"data":' + event.raw + b"}" for event in reversed(world.events)]
    bad = {b'{"data":' + raw + b"}" for raw in odd}
    assert found == [text for text in order if text not in bad]
    places = [(sum(before not in bad for before in order[:index]), text) for index, text in enumerate(order) if text in bad]
    assert refused == places


def test_strict_takes_what_the_field_sends(serve):
    world = World([Item(read("2026-05-20T06:40:00Z"), FIELD), Item(1693491974 * SECOND, inner(DOCUMENTED)), *items(20)])
    assert len(search_all({**serve(world), "strict": True})) == 22
