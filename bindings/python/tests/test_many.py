# SPDX-License-Identifier: Apache-2.0
"""get_failures: many events side by side."""

import itertools
import time

import pytest

import libdora


def test_many_events(client, server):
    from servers.behaviours import reply
    server.answer("absent", reply(404, {"errors": ["Not Found"]}))
    ids = [failure_id for _ in range(300) for failure_id in ("event", "absent", "", "n\0l")]
    results = list(client.get_failures(iter(ids), max_in_flight=8))
    assert sorted(result.failure_id for result in results) == sorted(ids)
    kinds = {"event": type(None), "absent": libdora.NotFoundError,
             "": libdora.InvalidArgumentError, "n\0l": libdora.InvalidArgumentError}
    for result in results:
        assert isinstance(result.error, kinds[result.failure_id])
        assert (result.failure is None) == (result.failure_id != "event")


def test_a_result_gives_the_event_or_raises(client):
    good, bad = sorted(client.get_failures(["event", "absent"]), key=lambda result: result.failure is None)
    assert good.get().name == "Database outage"
    with pytest.raises(libdora.NotFoundError):
        bad.get()


def test_ids_are_taken_as_there_is_room(client):
    taken = itertools.count()
    results = client.get_failures(("event" for _ in iter(taken.__next__, 500)), max_in_flight=4)
    next(results)
    assert next(taken) <= 4 + 1
    results.close()


def test_a_slow_source_holds_up_no_result(client):
    def source():
        for _ in range(20):
            time.sleep(0.1)
            yield "event"
    before = time.monotonic()
    results = client.get_failures(source())
    next(results)
    assert time.monotonic() - before < 1.5
    assert len(list(results)) == 19


@pytest.mark.parametrize("trouble", [RuntimeError("the database went away"), StopAsyncIteration()])
def test_what_the_source_raises_comes_after_the_results(client, trouble):
    def source():
        yield from ["event"] * 5
        raise trouble
    results = client.get_failures(source())
    assert [next(results).failure.name for _ in range(5)] == ["Database outage"] * 5
    with pytest.raises(type(trouble)):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


def test_an_id_of_another_type_comes_after_the_results(client):
    results = client.get_failures(["event", 5, "event"])
    assert next(results).failure.name == "Database outage"
    with pytest.raises(TypeError, match="failure_ids: a str is expected, not int"):
        next(results)
