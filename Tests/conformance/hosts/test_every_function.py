# SPDX-License-Identifier: Apache-2.0
"""Every function of dora.h leaves errno, the signal mask and pending signals as they were."""

import ctypes
import json
import re
import signal
import threading
from ctypes import byref, c_char_p, c_int64, c_size_t, c_void_p

import pytest

import capi
from paths import REPOSITORY
from servers.behaviours import DOCUMENTED, DOCUMENTED_ERROR, event, head, reply, sending

SOME_ERRNO = 1234
ERROR_FIELDS = ["title", "detail", "status", "source_pointer", "source_parameter", "source_header"]
# The setters of one value; what is not said here is set to "test", to 1 or to true.
SETTERS = [name for name, (_, arguments) in capi.FUNCTIONS.items()
           if name.startswith("dora_config_set_") and len(arguments) == 2]
VALUES = {"dora_config_set_base_url": b"https://127.0.0.1:1", "dora_config_set_ca_file": b"/absent",
          "dora_config_set_site": b"datadoghq.eu", "dora_config_set_proxy": b""}


def header_functions():
    """The functions that dora.h declares: those that the tests' own list must not lag behind."""
    text = re.sub(r"/\*.*?\*/", "", (REPOSITORY / "include" / "dora.h").read_text(), flags=re.S)
    text = re.sub(r"typedef[^;]*;", "", text)
    return set(re.findall(r"\b(dora_[a-z0-9_]+)\s*\(", text))


def page_of_one(exchange):
    """The documented event, where the bounds hold it; an error the third time; for a search for "silent" nothing."""
    asked = json.loads(exchange.request.body)["data"]["attributes"]
    if asked["query"] == "silent":
        exchange.be_silent()
    event = [json.loads(DOCUMENTED)["data"]] if asked["from"] <= "2023-08-31T14:26:14Z" <= asked["to"] else []
    (reply(503) if exchange.attempt == 3 else reply(200, {"data": event}))(exchange)


class Host:
    """The library as a host that watches its own state sees it: `host.dora_version()`."""

    def __init__(self):
        self.library = ctypes.CDLL(str(capi.LIBRARY), use_errno=True)
        self.called = set()
        self.breaches = []

    def __getattr__(self, name):
        result, arguments = capi.FUNCTIONS[name]
        function = getattr(self.library, name, None)
        if function is None:
            self.breaches.append(f"{name}: the library does not have it")
            return lambda *_values: None
        function.restype, function.argtypes = result, arguments

        def watched(*values):
            self.called.add(name)
            before = state()
            ctypes.set_errno(SOME_ERRNO)
            returned = function(*values)
            error = ctypes.get_errno()
            if error != SOME_ERRNO:
                self.breaches.append(f"{name}{short(values)}: errno became {error}")
            if state() != before:
                self.breaches.append(f"{name}{short(values)}: signals were {before}, are {state()}")
            return returned
        return watched


def state():
    return (signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending())


def short(values):
    return "(" + ", ".join("..." if isinstance(value, int) and value > 1 << 32 else str(value)[:30] for value in values) + ")"


class Scenarios:
    """All functions, each on objects that make it work: the call that finds something to do, and the one that does not."""

    def __init__(self, host, base_url, ca_file):
        self.host = host
        self.base_url = base_url.encode()
        self.ca_file = ca_file.encode()

    def run(self):
        for scenario in (self.versions, self.settings, self.clients, self.single_calls, self.parsed_events, self.errors,
                         self.queues, self.watched_queues, self.cancelled_queues, self.freed_queues, self.searches,
                         self.cancelled_searches):
            scenario()

    def versions(self):
        self.host.dora_version()
        for code in (0, 5, 99):
            self.host.dora_error_code_name(code)

    def configure(self, **timeouts):
        host, config = self.host, self.host.dora_config_new()
        host.dora_config_set_api_key(config, b"key")
        host.dora_config_set_app_key(config, b"key")
        host.dora_config_set_base_url(config, self.base_url)
        host.dora_config_set_ca_file(config, self.ca_file)
        host.dora_config_set_retry_backoff_ms(config, 1, 2)
        host.dora_config_set_timeout_ms(config, timeouts.get("timeout_ms", 5000))
        host.dora_config_set_max_retries(config, timeouts.get("max_retries", 2))
        host.dora_config_set_logger(config, self.logger, None)
        return config

    # Kept, as ctypes asks for.
    logger = capi.LogFunction(lambda *_arguments: None)

    def client(self, **timeouts):
        config = self.configure(**timeouts)
        client = self.host.dora_client_new(config, None)
        assert client
        self.host.dora_config_free(config)
        return client

    def settings(self):
        host, config = self.host, self.host.dora_config_new()
        for name in SETTERS:
            default = b"test" if capi.FUNCTIONS[name][1][1] is c_char_p else 1
            getattr(host, name)(config, VALUES.get(name, default))
        host.dora_config_set_client_certificate(config, b"/absent", None)
        host.dora_config_set_retry_backoff_ms(config, 1, 2)
        host.dora_config_add_header(config, b"X-Test", b"1")
        error = c_void_p()
        assert host.dora_client_new(config, byref(error)) is None, "the CA file is absent"
        host.dora_error_free(error)
        host.dora_config_free(config)

    def clients(self):
        host, error = self.host, c_void_p()
        assert host.dora_client_new(None, byref(error)) is None, "the environment has no keys"
        host.dora_error_free(error)
        client = self.client()
        host.dora_client_cancel(client)
        host.dora_client_free(client)

    def single_calls(self):
        host, client = self.host, self.client()
        for failure_id in (b"event", b"closing", b"closing", b"absent", b"flaky", b"..", b"event"):
            error = c_void_p()
            failure = host.dora_get_failure(client, failure_id, byref(error))
            if failure:
                self.read(failure)
            host.dora_error_free(error)
        threading.Timer(0.1, host.library.dora_client_cancel, [c_void_p(client)]).start()
        assert host.dora_get_failure(client, b"silent", None) is None
        host.dora_client_free(client)

    def read(self, failure):
        host, number, length = self.host, c_int64(), c_size_t()
        for name in sorted(capi.FUNCTIONS):
            result, arguments = capi.FUNCTIONS[name]
            if not name.startswith("dora_failure_") or name == "dora_failure_free":
                continue
            second = {"dora_failure_started_at": byref(number), "dora_failure_finished_at": byref(number),
                      "dora_failure_json": byref(length), "dora_failure_custom_tag_value": b"language"}.get(name, 0)
            if "_copy_" in name:
                for pointer in (b"", b"/absent", b"no pointer"):
                    getattr(host, name)(failure, pointer, None, 0)
            else:
                getattr(host, name)(*[failure, second][:len(arguments)])
            assert result is not None
        self.read_response(host.dora_failure_response(failure))
        host.dora_failure_free(failure)

    def read_response(self, response):
        for name in sorted(capi.FUNCTIONS):
            if name.startswith("dora_response_"):
                second = {"dora_response_header": b"Content-Type", "dora_response_time_us": 4}.get(name)
                getattr(self.host, name)(*[response, second][:len(capi.FUNCTIONS[name][1])])

    def parsed_events(self):
        host, error = self.host, c_void_p()
        self.read(host.dora_parse_failure(DOCUMENTED, len(DOCUMENTED), None))
        assert host.dora_parse_failure(b"{", 1, byref(error)) is None
        host.dora_error_free(error)

    def errors(self):
        host, client, error, length = self.host, self.client(), c_void_p(), c_size_t()
        assert host.dora_get_failure(client, b"bad-request", byref(error)) is None
        for name in ("get_code", "message", "is_retryable", "retry_after_ms", "item_count", "curl_code"):
            getattr(host, f"dora_error_{name}")(error)
        for field in ERROR_FIELDS:
            for index in (0, 7):
                getattr(host, f"dora_error_item_{field}")(error, index)
        host.dora_error_copy_item_meta(error, 0, None, 0)
        host.dora_error_body(error, byref(length))
        self.read_response(host.dora_error_response(error))
        host.dora_error_free(error)
        host.dora_client_free(client)

    def take(self, result):
        host = self.host
        host.dora_result_tag(result)
        host.dora_result_failure_id(result)
        host.dora_failure_free(host.dora_result_take_failure(result))
        host.dora_error_free(host.dora_result_take_error(result))
        host.dora_result_free(result)

    def queues(self):
        host, client = self.host, self.client()
        queue = host.dora_queue_new(client, 2, None)
        host.dora_queue_next(queue, 0)
        host.dora_queue_next(queue, 50)
        for tag, failure_id in enumerate((b"event", b"closing", b"absent", b"flaky", b"closing", b"event")):
            host.dora_queue_add(queue, failure_id, tag, None)
        host.dora_queue_add(queue, b"..", 9, None)
        while host.dora_queue_pending(queue):
            result = host.dora_queue_next(queue, 20)
            if result:
                self.take(result)
        host.dora_queue_next(queue, -1)
        host.dora_queue_free(queue)
        host.dora_client_free(client)

    def watched_queues(self):
        host, client = self.host, self.client()
        queue = host.dora_queue_new(client, 0, None)
        host.dora_queue_fd(queue)
        for _ in range(3):
            host.dora_queue_next(queue, 0)
        for failure_id in (b"event", b"closing", b"event"):
            host.dora_queue_add(queue, failure_id, 1, None)
            host.dora_queue_fd(queue)
            result = None
            while result is None:
                result = host.dora_queue_next(queue, 0) or host.dora_queue_next(queue, 20)
            self.take(result)
            for _ in range(3):
                host.dora_queue_next(queue, 0)
            host.dora_queue_next(queue, 30)
        host.dora_queue_free(queue)
        host.dora_client_free(client)

    def cancelled_queues(self):
        host, client = self.host, self.client()
        queue = host.dora_queue_new(client, 1, None)
        host.dora_queue_fd(queue)
        for tag in range(4):
            host.dora_queue_add(queue, b"silent", tag, None)
        host.dora_queue_next(queue, 100)
        for tag in (0, 3, 9):
            host.dora_queue_cancel(queue, tag)
        host.dora_queue_next(queue, 0)
        host.dora_client_cancel(client)
        while host.dora_queue_pending(queue):
            host.dora_result_free(host.dora_queue_next(queue, 0))
        host.dora_queue_free(queue)
        host.dora_client_free(client)

    def freed_queues(self):
        host, client = self.host, self.client(timeout_ms=200, max_retries=0)
        queue = host.dora_queue_new(client, 4, None)
        for tag in range(8):
            host.dora_queue_add(queue, b"silent", tag, None)
        host.dora_queue_next(queue, 50)
        host.dora_queue_free(queue)
        queue = host.dora_queue_new(client, 4, None)
        for tag in range(8):
            host.dora_queue_add(queue, b"silent", tag, None)
        host.dora_result_free(host.dora_queue_next(queue, -1))
        host.dora_queue_free(queue)
        host.dora_client_free(client)

    def searches(self):
        """Pages of one event with an error among them, with and without waits and a descriptor."""
        host, client = self.host, self.client(max_retries=0)
        failure, error = c_void_p(), c_void_p()
        assert host.dora_search_failures(client, b"\xff", 0, 1 << 62, None) is None
        for is_watched in (False, True):
            search = host.dora_search_failures(client, b"*", -1 << 63, (1 << 63) - 1, None)
            host.dora_search_set_page_size(search, 1001, None)
            host.dora_search_set_page_size(search, 10, None)
            if is_watched:
                host.dora_search_fd(search)
            host.dora_search_next(search, 0, None, None)
            steps = 0
            while (status := host.dora_search_next(search, steps % 2 * 20, byref(failure), byref(error))) != 3:
                host.dora_failure_free(failure)
                if status == 4:
                    host.dora_error_free(error)
                steps += 1
                assert steps < 10_000, "a search without an end"
            host.dora_search_next(search, 0, byref(failure), None)
            host.dora_search_free(search)
        host.dora_client_free(client)

    def cancelled_searches(self):
        host, client, failure = self.host, self.client(timeout_ms=200, max_retries=0), c_void_p()
        search = host.dora_search_failures(client, b"silent", 0, 1 << 62, None)
        host.dora_search_fd(search)
        host.dora_search_next(search, 0, byref(failure), None)
        host.dora_client_cancel(client)
        assert host.dora_search_next(search, 0, byref(failure), None) == 4
        assert host.dora_search_next(search, -1, byref(failure), None) == 4, "the time of the page is up"
        host.dora_search_next(search, 0, byref(failure), None)
        host.dora_search_free(search)
        host.dora_client_free(client)


@pytest.fixture
def scenarios(server, authority):
    server.answer("event", event)
    server.answer("closing", sending(head(200, ("Content-Length", len(DOCUMENTED))) + b"\r\n" + DOCUMENTED, "reset"))
    server.answer("flaky", reply(503))
    server.answer("bad-request", reply(400, DOCUMENTED_ERROR))
    server.answer("silent", lambda exchange: exchange.be_silent())
    server.answer_list(page_of_one)
    return Scenarios(Host(), server.base_url, authority.ca_file)


@pytest.mark.parametrize("pending", [None, signal.SIGPIPE, signal.SIGUSR1], ids=["none", "SIGPIPE", "SIGUSR1"])
def test_errno_and_signals_stay_as_they_were(scenarios, pending):
    """Promise: no function of dora.h leaves errno, the signal mask or a pending signal other than it found them. A
    function of the header that no scenario calls fails the test."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [pending] if pending else [])
    try:
        if pending:
            signal.pthread_kill(threading.get_ident(), pending)
        scenarios.run()
        if pending:
            assert pending in signal.sigpending(), "the host's signal is the host's"
    finally:
        if pending and pending in signal.sigpending():
            signal.sigwait([pending])
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    assert not scenarios.host.breaches, "; ".join(sorted(set(scenarios.host.breaches)))
    assert header_functions() - scenarios.host.called == set(), "each function needs a scenario"
