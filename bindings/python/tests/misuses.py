# SPDX-License-Identifier: Apache-2.0
"""What a program can get wrong. Each misuse is a function of a client and its settings that says how it ends.

As a program: misuses.py SETTINGS FIRST runs all from the FIRST on, each with a client of its own, and prints a
line of JSON for each: how it ended, how long it took, and how many descriptors it left open.
"""

import asyncio
import copy
import datetime
import gc
import json
import os
import pickle
import resource
import signal
import sys
import threading
import time

import libdora

MISUSES = {}


def misuse(*expected):
    """`expected` are the names of exceptions, or "success"."""
    def add(function):
        MISUSES[function.__name__] = (function, expected)
        return function
    return add


def same(expected, **cases):
    """Many of a kind."""
    for name, case in cases.items():
        MISUSES[name] = (case, (expected,))


class Logger:
    """A logger that does something wrong, once."""

    def __init__(self, act):
        self.act = act

    def log(self, *_arguments):
        act, self.act = self.act, lambda: None
        act()


def raising(kind):
    def act():
        raise kind("no log")
    return act


# ---------------------------------------------------------------- Settings

WRONG_SETTINGS = {
    "site": [5, b"datadoghq.com", ["datadoghq.com"]], "api_key": [1234567890, b"key", True],
    "app_key": [1234567890, object()], "access_token": [5, {"token": "x"}], "base_url": [5, ("https://localhost",)],
    "ca_file": [5, ["ca.pem"], 1.5], "client_certificate": [5, ("a",), ("a", "b", "c"), (1, 2), {}], "proxy": [5, False],
    "user_agent": [5, b"x"], "headers": ["X-A: b", 5, {"X-A": 1}, {1: "b"}, [("X-A", "b")]],
    "connect_timeout": ["5", b"5", True, [5], object()], "attempt_timeout": ["5", {}], "timeout": ["5", True, (1, 2), 1j],
    "max_retries": [1.5, "3", None, True], "retry_backoff": [5, (1,), "ab", (None, 1), ("1", "2"), None],
    "max_response_bytes": [1e6, "1", None], "max_in_flight": [1.5, "3", None, False], "compression": ["no", 0, None],
    "strict": ["no", 1, None], "logger": ["name", 5, print, sys.stderr],
}


def given(name, value):
    def make(client, settings):
        libdora.Client(**{**settings, name: value})
    return make


for setting, values in WRONG_SETTINGS.items():
    for number, wrong in enumerate(values):
        same("TypeError", **{f"setting_{setting}_{number}": given(setting, wrong)})

same("TypeError",
     setting_by_position=lambda client, settings: libdora.Client("datadoghq.eu"),
     setting_unknown=lambda client, settings: libdora.Client(sites="datadoghq.eu"),
     setting_unknown_async=lambda client, settings: libdora.AsyncClient(api_keys="x"))
same("InvalidArgumentError",
     environment_without_keys=lambda client, settings: libdora.Client(),
     keys_twice_as_long=lambda client, settings: libdora.Client(api_key="k" * 8192, app_key="a"),
     header_of_ours=lambda client, settings: libdora.Client(**settings, headers={"DD-API-KEY": "x"}),
     ca_file_absent=lambda client, settings: libdora.Client(**{**settings, "ca_file": "/absent"}))


# ------------------------------------------------------------------- Calls

same("TypeError",
     id_none=lambda client, settings: client.get_failure(None),
     id_int=lambda client, settings: client.get_failure(5),
     id_bytes=lambda client, settings: client.get_failure(b"event"),
     id_missing=lambda client, settings: client.get_failure(),
     ids_none=lambda client, settings: client.get_failures(None),
     ids_int=lambda client, settings: client.get_failures(5),
     ids_one_text=lambda client, settings: client.get_failures("event"),
     ids_bytes=lambda client, settings: client.get_failures(b"event"),
     ids_of_none=lambda client, settings: list(client.get_failures([None])),
     ids_asynchronous=lambda client, settings: client.get_failures(asynchronous_ids()),
     in_flight_text=lambda client, settings: client.get_failures(["event"], max_in_flight="3"),
     in_flight_fraction=lambda client, settings: client.get_failures(["event"], max_in_flight=1.5))
same("InvalidArgumentError",
     id_empty=lambda client, settings: client.get_failure(""),
     id_dots=lambda client, settings: client.get_failure(".."),
     id_nul=lambda client, settings: client.get_failure("a\0b"),
     id_surrogate=lambda client, settings: client.get_failure("\ud800"),
     id_long=lambda client, settings: client.get_failure("x" * 2_000_000),
     in_flight_zero=lambda client, settings: client.get_failures(["event"], max_in_flight=0),
     in_flight_negative=lambda client, settings: client.get_failures(["event"], max_in_flight=-1),
     in_flight_huge=lambda client, settings: client.get_failures(["event"], max_in_flight=1 << 40))


async def asynchronous_ids():
    yield "event"


@misuse("success")
def in_flight_as_many_as_c_can_say(client, settings):
    assert len(list(client.get_failures(["event"] * 5, max_in_flight=(1 << 32) - 1))) == 5


@misuse("ValueError")
def iterator_used_within_itself(client, settings):
    def source():
        yield "event"
        yield next(results).failure_id
    results = client.get_failures(source())
    list(results)


@misuse("success")
def iterator_shared_by_threads(client, settings):
    results = client.get_failures(["event"] * 200)

    def take():
        while True:
            try:
                next(results)
            except (StopIteration, ValueError):
                return
    in_threads(8, take)


@misuse("success")
def iterator_dropped_half_read(client, settings):
    for _ in range(5):
        next(client.get_failures(["event"] * 50))


@misuse("ZeroDivisionError")
def iterator_thrown_into(client, settings):
    results = client.get_failures(["event"] * 5)
    next(results)
    results.throw(ZeroDivisionError)


@misuse("RecursionError", "ArgumentError")  # the latter of ctypes, with the former in its message
def call_at_the_end_of_the_stack(client, settings):
    def deeper():
        client.get_failure("event")
        deeper()
    sys.setrecursionlimit(200)
    try:
        deeper()
    finally:
        sys.setrecursionlimit(1000)


def in_threads(number, act):
    threads = [threading.Thread(target=act) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ------------------------------------------------------------------ Search

same("TypeError",
     search_query_int=lambda client, settings: client.search(5),
     search_query_bytes=lambda client, settings: client.search(b"env:production"),
     search_since_text=lambda client, settings: client.search(since="2026-01-01"),
     search_since_seconds=lambda client, settings: client.search(since=1.7e9),
     search_page_size_text=lambda client, settings: client.search(page_size="10"),
     search_by_position=lambda client, settings: client.search("", 0, 1),
     search_in_async_for=lambda client, settings: asyncio.run(consume(client.search())),
     search_len=lambda client, settings: len(client.search()),
     search_indexed=lambda client, settings: client.search()[0])
same("InvalidArgumentError",
     search_since_naive=lambda client, settings: client.search(since=datetime.datetime(2026, 1, 1)),
     search_until_seconds=lambda client, settings: client.search(until=1_772_366_400),
     search_backwards=lambda client, settings: client.search(since=2 * 10**17, until=10**17),
     search_page_size_zero=lambda client, settings: client.search(page_size=0))


async def consume(search):
    async for _ in search:
        pass


@misuse("success")
def search_closed_by_the_logger(client, settings):
    logger = Logger(lambda: logger.search.close())
    with libdora.Client(**settings, logger=logger) as other:
        logger.search = other.search()
        try:
            list(logger.search)
        except ValueError:  # it is in use, the logger was told, and so was the caller
            pass
        logger.search.close()
        del logger.search


@misuse("success")
def search_dropped_half_read(client, settings):
    for _ in range(5):
        next(client.search(page_size=50))


@misuse("success")
def search_shared_by_threads(client, settings):
    search, found = client.search(page_size=20), []

    def take():
        while True:
            try:
                found.append(next(search).id)
            except StopIteration:
                return
            except ValueError:
                time.sleep(0.001)
    in_threads(6, take)
    assert len(found) == len(set(found)) == 250


# ------------------------------------------------------------------ Closed

def closed(use):
    def misuse(client, settings):
        client.close()
        use(client)
    return misuse


same("ValueError",
     result_unpacked=lambda client, settings: dict(client.get_failures(["event"])),
     closed_get=closed(lambda client: client.get_failure("event")),
     closed_many=closed(lambda client: client.get_failures(["event"])),
     closed_cancel=closed(lambda client: client.cancel()),
     closed_with=closed(lambda client: client.__enter__()),
     closed_half_read=lambda client, settings: half_read(client),
     made_without_init=lambda client, settings: libdora.Client.__new__(libdora.Client).get_failure("event"),
     made_without_init_cancel=lambda client, settings: libdora.AsyncClient.__new__(libdora.AsyncClient).cancel())
same("success",
     closed_twice=closed(lambda client: client.close()),
     closed_by_threads=lambda client, settings: in_threads(16, client.close),
     initialised_twice=lambda client, settings: (client.__init__(**settings), client.get_failure("event")))


def half_read(client):
    results = client.get_failures(["event"] * 5)
    next(results)
    client.close()
    list(results)


@misuse("success")
def closed_while_threads_call(client, settings):
    outcomes = []

    def call():
        try:
            while True:
                client.get_failure("event")
        except (ValueError, libdora.CancelledError) as error:
            outcomes.append(error)
    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    client.close()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 8


@misuse("CancelledError")
def closed_by_a_thread_during_a_call(client, settings):
    closer = threading.Timer(0.1, client.close)
    closer.start()
    try:
        client.get_failure("silent")
    finally:
        closer.join()  # the call ends while it still closes


@misuse("success")
def dropped_during_a_call(client, settings):
    other = [libdora.Client(**settings)]
    thread = threading.Thread(target=other[0].get_failure, args=["event"])
    thread.start()
    other.clear()
    gc.collect()
    thread.join()


# ------------------------------------------------------- Copies and events

same("TypeError",
     copied=lambda client, settings: copy.copy(client),
     copied_deeply=lambda client, settings: copy.deepcopy([client]),
     pickled=lambda client, settings: pickle.dumps(client),
     pickled_async=lambda client, settings: pickle.dumps(libdora.AsyncClient(**settings)),
     event_made=lambda client, settings: libdora.Failure(),
     event_parsed_from_int=lambda client, settings: libdora.Failure.parse(5),
     event_parsed_from_none=lambda client, settings: libdora.Failure.parse(None),
     event_parsed_from_dict=lambda client, settings: libdora.Failure.parse({"data": {}}),
     tag_of_int=lambda client, settings: client.get_failure("event").custom_tag(5),
     pointer_of_none=lambda client, settings: client.get_failure("event").value(None),
     string_of_bytes=lambda client, settings: client.get_failure("event").string(b"/data"),
     header_of_int=lambda client, settings: client.get_failure("event").response.header(5),
     event_ordered=lambda client, settings: client.get_failure("event") < client.get_failure("event"))
same("AttributeError",
     event_assigned=lambda client, settings: setattr(client.get_failure("event"), "name", "x"),
     event_extended=lambda client, settings: setattr(client.get_failure("event"), "other", "x"),
     event_without_init=lambda client, settings: libdora.Failure.__new__(libdora.Failure).name,
     event_misspelt=lambda client, settings: client.get_failure("event").service)
same("InvalidArgumentError",
     tag_with_nul=lambda client, settings: client.get_failure("event").custom_tag("a\0b"),
     pointer_with_nul=lambda client, settings: client.get_failure("event").value("/a\0b"))
same("KeyError",
     pointer_absent=lambda client, settings: client.get_failure("event").value("/absent"),
     pointer_malformed=lambda client, settings: client.get_failure("event").value("data"))
same("MalformedResponseError",
     event_parsed_from_nothing=lambda client, settings: libdora.Failure.parse(b""),
     event_parsed_from_depth=lambda client, settings: libdora.Failure.parse("[" * 100_000),
     event_parsed_from_binary=lambda client, settings: libdora.Failure.parse(bytes(range(256))))
same("success",
     event_deleted_twice=lambda client, settings: client.get_failure("event").__del__(),
     result_of_nothing_compared=lambda client, settings: libdora.Result("x") == libdora.Result("x"))


@misuse("success")
def events_outlive_all(client, settings):
    other = libdora.Client(**settings)
    event, error = other.get_failure("event"), None
    try:
        other.get_failure("absent")
    except libdora.NotFoundError as caught:
        error = caught
    response = event.response
    other.close()
    del other, event
    gc.collect()
    assert response.header("Content-Type") and error.response.header("content-length") == "0"
    assert pickle.loads(pickle.dumps(error)).response.status == 404


# ----------------------------------------------------------------- Loggers

def logged(act, use=lambda client: client.get_failure("event")):
    def misuse(client, settings):
        with libdora.Client(**settings, logger=Logger(act)) as other:
            use(other)
    return misuse


MISUSES["logger_raises"] = logged(raising(LookupError)), ("LookupError",)
MISUSES["logger_raises_base_exception"] = logged(raising(KeyboardInterrupt)), ("KeyboardInterrupt",)
MISUSES["logger_exits"] = logged(raising(SystemExit)), ("SystemExit",)
MISUSES["logger_raises_in_many"] = (
    logged(raising(LookupError), lambda client: list(client.get_failures(["event"] * 5))), ("LookupError",))
MISUSES["logger_collects_garbage"] = logged(gc.collect), ("success",)


@misuse("success")
def logger_calls_the_client(client, settings):
    logger = Logger(lambda: logger.client.get_failure("event"))
    with libdora.Client(**settings, logger=logger) as logger.client:
        logger.client.get_failure("event")


@misuse("CancelledError", "success")
def logger_closes_the_client(client, settings):
    logger = Logger(lambda: logger.client.close())
    logger.client = libdora.Client(**settings, logger=logger)
    logger.client.get_failure("event")


@misuse("success")
def logger_drops_other_queues(client, settings):
    logger = Logger(lambda: (logger.parts.clear(), gc.collect()))
    with libdora.Client(**settings, logger=logger) as other:
        act, logger.act = logger.act, lambda: None
        logger.parts = [other.get_failures(["silent"] * 3) for _ in range(3)]
        logger.act = act
        other.get_failure("event")


@misuse("success")
def logger_is_forgotten(client, settings):
    with libdora.Client(**settings, logger=Logger(lambda: None)) as other:
        gc.collect()
        other.get_failure("event")


@misuse("success")
def logger_and_client_are_one_circle(client, settings):
    for _ in range(50):
        logger = Logger(lambda: None)
        logger.client = libdora.Client(**settings, logger=logger)
        logger.results = logger.client.get_failures(["event"] * 3)
        next(logger.results)
    del logger
    gc.collect()


# -------------------------------------------------------------------- Fork

def forked(act, before=lambda client: None):
    def misuse(client, settings):
        before(client)
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                act(client)
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(pid, 0)
        assert status == 0, f"the child ended with {status}"
        client.get_failure("event")
    return misuse


same("success",
     fork_before_a_call=forked(lambda client: client.get_failure("event")),
     fork_after_a_call=forked(lambda client: client.get_failure("event"), lambda client: client.get_failure("event")),
     fork_and_close=forked(lambda client: client.close(), lambda client: client.get_failure("event")),
     fork_and_many=forked(lambda client: list(client.get_failures(["event"] * 5)), lambda client: client.get_failure("event")),
     fork_twice=lambda client, settings: forked(lambda client: forked(lambda client: client.get_failure("event"))(
         client, settings), lambda client: client.get_failure("event"))(client, settings))


@misuse("success")
def fork_with_a_half_read_iterator(client, settings):
    results = client.get_failures(["event"] * 20)
    next(results)
    forked(lambda client: list(results))(client, settings)
    assert len(list(results)) == 19


@misuse("success")
def fork_with_a_half_read_search(client, settings):
    search = client.search(page_size=100)
    next(search)
    forked(lambda client: list(search))(client, settings)
    assert len(list(search)) == 249


@misuse("success")
def fork_while_a_thread_calls(client, settings):
    thread = threading.Thread(target=lambda: call_silent(client))
    thread.start()
    time.sleep(0.1)
    forked(lambda client: client.get_failure("event"))(client, settings)
    client.cancel()
    thread.join()


def call_silent(client):
    try:
        client.get_failure("silent")
    except libdora.CancelledError:
        pass


# -------------------------------------------------------------- Interrupts

class Alarm(Exception):
    pass


def interrupted(use):
    def misuse(client, settings):
        def ring(*_arguments):
            raise Alarm("rings")
        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            use(client)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            client.get_failure("event")
    return misuse


same("Alarm",
     interrupted_call=interrupted(lambda client: client.get_failure("silent")),
     interrupted_many=interrupted(lambda client: list(client.get_failures(["silent"] * 3))),
     interrupted_search=interrupted(lambda client: time.sleep(5) or list(client.search())),
     interrupted_wait_of_a_search=interrupted(lambda client: list(silent_search(client))),
     interrupted_loop=lambda client, settings: interrupted(lambda client: on_loop(wait_for_ever)(client, settings))(
         client, settings),
     interrupted_source=interrupted(lambda client: list(client.get_failures(time.sleep(5) or "event" for _ in range(3)))))


def silent_search(client):
    return client.search("silent")


@misuse("success")
def handler_calls_the_client(client, settings):
    names = []

    def handle(*_arguments):
        names.append(client.get_failure("event").name)
        signal.setitimer(signal.ITIMER_REAL, 0.005)  # an interval's would come amid this one's on a busy machine

    before = signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.005)
    try:
        end = time.monotonic() + 5
        while len(names) < 3 and time.monotonic() < end:
            client.get_failure("event")
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert set(names) == {"Database outage"}


@misuse("CancelledError")
def handler_cancels(client, settings):
    before = signal.signal(signal.SIGALRM, lambda *_arguments: client.cancel())
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        client.get_failure("silent")
    finally:
        signal.signal(signal.SIGALRM, before)


# ----------------------------------------------------------------- asyncio

def on_loop(use):
    """`use` is a coroutine function of an AsyncClient."""
    async def main(settings):
        async with libdora.AsyncClient(**settings) as client:
            await use(client)

    def misuse(client, settings):
        asyncio.run(main(settings))
    return misuse


async def await_twice(client):
    coroutine = client.get_failure("event")
    await coroutine
    await coroutine


async def close_and_await(client):
    client.close()
    await client.get_failure("event")


async def close_while_awaiting(client):
    task = asyncio.create_task(client.get_failure("silent"))
    await asyncio.sleep(0.05)
    client.close()
    client.close()
    await task


async def wait_for_ever(client):
    await asyncio.gather(*(client.get_failure("silent") for _ in range(3)))


async def time_out(client):
    await asyncio.wait_for(client.get_failure("silent"), 0.05)


async def call_in_a_forked_child(client):
    await client.get_failure("event")
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            await client.get_failure("event")
            status = 2
        except RuntimeError:  # asyncio's own: there is no loop in the child
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(pid, 0)[1] == 0


for name, use, kind in (
        ("async_id_int", lambda client: client.get_failure(5), "TypeError"),
        ("async_id_none", lambda client: client.get_failure(None), "TypeError"),
        ("async_id_empty", lambda client: client.get_failure(""), "InvalidArgumentError"),
        ("async_await_twice", await_twice, "RuntimeError"),
        ("async_closed", close_and_await, "ValueError"),
        ("async_closed_while_awaiting", close_while_awaiting, "CancelledError"),
        ("async_timeout", time_out, "TimeoutError"),
        ("async_fork", call_in_a_forked_child, "success")):
    MISUSES[name] = (on_loop(use), (kind,))


@misuse("RuntimeError")
def async_without_a_loop(client, settings):
    libdora.AsyncClient(**settings).get_failure("event").send(None)


@misuse("TypeError", "AttributeError")
def async_client_in_with(client, settings):
    with libdora.AsyncClient(**settings):
        pass


@misuse("TypeError", "AttributeError")
def client_in_async_with(client, settings):
    async def main():
        async with client:
            pass
    asyncio.run(main())


@misuse("success")
def async_loop_closed_with_calls(client, settings):
    other = libdora.AsyncClient(**settings)
    for _ in range(5):
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(other.get_failure("silent")) for _ in range(3)]
        loop.run_until_complete(asyncio.sleep(0.02))
        for task in tasks:
            task._log_destroy_pending = False  # or asyncio tells of it on stderr
        loop.close()
        del task, tasks, loop
    gc.collect()
    other.close()


@misuse("success")
def async_loop_dropped_unclosed(client, settings):
    import warnings
    other = libdora.AsyncClient(**settings)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(other.get_failure("event"))
    other.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        del loop
        gc.collect()


@misuse("success")
def async_two_loops_in_turn(client, settings):
    other = libdora.AsyncClient(**settings)
    loops = [asyncio.new_event_loop() for _ in range(2)]
    for _ in range(5):
        for loop in loops:
            assert loop.run_until_complete(other.get_failure("event")).name == "Database outage"
    loops[0].close()
    assert loops[1].run_until_complete(other.get_failure("event")).name == "Database outage"
    other.close()
    loops[1].close()


@misuse("success")
def async_closed_by_a_thread(client, settings):
    async def main():
        async with other:
            closer.start()
            outcomes = await asyncio.gather(*(other.get_failure("silent") for _ in range(5)), return_exceptions=True)
            assert {type(outcome) for outcome in outcomes} == {libdora.CancelledError}
    other = libdora.AsyncClient(**settings)
    closer = threading.Timer(0.1, other.close)
    asyncio.run(main())
    closer.join()  # the awaits end while it still closes


# --------------------------------------------------------------- Resources

@misuse("success")
def dropped_clients(client, settings):
    for _ in range(200):
        libdora.Client(**settings)
        libdora.AsyncClient(**settings)
    for _ in range(20):
        libdora.Client(**settings).get_failure("event")


@misuse("success")
def collector_under_stress(client, settings):
    before = gc.get_threshold()
    gc.set_threshold(1, 1, 1)
    try:
        with libdora.Client(**settings, logger=Logger(lambda: None)) as other:
            for _ in range(20):
                other.get_failure("event").to_dict()
            assert len(list(other.get_failures(["event"] * 20))) == 20
    finally:
        gc.set_threshold(*before)


@misuse("success")
def no_descriptor_is_left(client, settings):
    """A call for which the system has no descriptor is an error of the library's, and the next one works."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    errors = 0
    try:
        for more in range(8):
            resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + more, hard))
            try:
                libdora.Client(**{**settings, "timeout": 2}).get_failure("event")
            except (libdora.Error, OSError):
                errors += 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert errors
    client.get_failure("event")


class Finalized:
    """One of a circle, whose finalizer uses all that the circle holds, some of it finalized before."""

    def __init__(self, *held):
        self.held = [*held, self]

    def __del__(self):
        for one in self.held:
            try:
                if isinstance(one, libdora.Client):
                    one.get_failure("event")
                elif isinstance(one, (libdora.Search, type(x for x in ()))):
                    list(one)
                elif isinstance(one, libdora.Failure):
                    repr(one), one.to_dict(), one.json, one.response
                elif isinstance(one, libdora.Response):
                    one.header("Content-Type")
            except (libdora.Error, ValueError):
                pass


@misuse("success")
def finalizers_of_a_circle(client, settings):
    for turn in range(8):
        other = libdora.Client(**settings)
        event, error = other.get_failure("event"), None
        try:
            other.get_failure("absent")
        except libdora.NotFoundError as caught:
            error = caught.with_traceback(None)
        results = other.get_failures(["event"] * 3)
        next(results)
        held = [other, event, error, event.response, error.response, results, other.search(), Finalized()]
        circle = Finalized(*(held[turn:] + held[:turn]))
        del other, event, error, results, held, circle
        gc.collect()


def descriptors():
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def run(name, settings):
    function, _ = MISUSES[name]
    before, began = descriptors(), time.monotonic()
    try:
        client = libdora.Client(**settings)
        try:
            function(client, settings)
            kind, message = "success", ""
        finally:
            client.close()
            del client
    except BaseException as error:
        kind, message = type(error).__name__, str(error) or repr(error)
        del error
    return {"name": name, "kind": kind, "message": message, "seconds": time.monotonic() - began,
            "left": descriptors() - before}


if __name__ == "__main__":
    for chosen in list(MISUSES)[int(sys.argv[2]):]:
        print(json.dumps(run(chosen, json.loads(sys.argv[1]))), flush=True)
