# SPDX-License-Identifier: Apache-2.0
"""bindings/ruby: what a Ruby program notices, checked by Ruby programs."""

import json
import os
import signal
import subprocess
import time

import pytest

import capi
from paths import REPOSITORY
from servers.behaviours import EVENT, reply
from servers.external import nginx

BINDING = REPOSITORY / "bindings" / "ruby" / "lib" / "libdora.rb"

# The memory test's calls; DORA_MEMORY_CALLS=100000 is the full number.
MEMORY_CALLS = int(os.environ.get("DORA_MEMORY_CALLS", "20000"))

START = """
require "json"
require ENV.fetch("DORA_BINDING")
SETTINGS = JSON.parse(ENV.fetch("DORA_SETTINGS"), symbolize_names: true)
def check(good) = good || abort("#{caller(1..1).first}: not so")
def raised
  yield
  nil
rescue StandardError => e
  e
end
"""


@pytest.fixture
def settings(local):
    return {**local, "api_key": "api", "app_key": "app", "max_retries": 0, "timeout": 20}


def start(text, settings):
    environment = {**os.environ, "DORA_LIBRARY": str(capi.LIBRARY), "DORA_BINDING": str(BINDING),
                   "DORA_SETTINGS": json.dumps(settings)}
    return subprocess.Popen(["ruby", "-W", "-e", START + text], env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")


@pytest.fixture
def ruby(settings, server):
    """Runs a Ruby program to its end, which must be a good and silent one, and returns what it printed."""
    server.answer("event", reply(200, EVENT))
    server.answer("slow", lambda exchange: exchange.be_silent())

    def run(text, **other):
        process = start(text, {**settings, **other})
        output, trouble = process.communicate(timeout=100)
        assert (process.returncode, trouble) == (0, "")
        return output

    return run


def test_an_event(ruby):
    ruby("""
Dora::Client.open(**SETTINGS) do |client|
  event = client.failure("event")
  check event.name == "Database outage" && event.name.encoding == Encoding::UTF_8
  check event.services == ["shopist"] && event.git_repository_id.nil?
  check event.started_at == Time.utc(2023, 8, 31, 14, 26, 14) && event.started_at.utc?
  check event.finished_at - event.started_at == 10
  check event.response.status == 200 && event.response.attempts == 1 && event.response.rate_limit.nil?
  check JSON.parse(event.json)["data"]["type"] == event.type
  check event.frozen? && event.services.frozen?
end
""")


def test_times_have_nanoseconds(ruby, server):
    server.answer("ns", reply(200, b'{"data":{"attributes":{"started_at":-1,"finished_at":1693491974123456789,"team":1}}}'))
    ruby("""
Dora::Client.open(**SETTINGS) do |client|
  event = client.failure("ns")
  check event.started_at == Time.at(-1, 999_999_999, :nsec)
  check event.finished_at.nsec == 123_456_789
  check event.violations.any? { |violation| violation.start_with?("/data/attributes/team: ") }
end
""")


@pytest.mark.parametrize("status, kind", [(400, "BadRequest"), (401, "Unauthenticated"), (403, "Forbidden"),
                                          (404, "NotFound"), (429, "RateLimited"), (503, "ServerError"), (302, "HTTPError")])
def test_errors_are_classes(ruby, server, status, kind):
    server.answer("bad", reply(status, {"errors": [{"title": "A title"}]}, ("Retry-After", "7")))
    ruby(f"""
Dora::Client.open(**SETTINGS) do |client|
  error = raised {{ client.failure("bad") }}
  check error.instance_of?(Dora::{kind}) && error.is_a?(Dora::Error)
  check error.response.status == {status} && error.items.first[:title] == "A title"
  check error.retryable? == [429, 503].include?({status})
  check !error.retryable? || error.retry_after == 7.0
end
""")


def test_settings_that_cannot_be_used(ruby):
    ruby("""
check raised { Dora::Client.new(**SETTINGS, base_url: nil, site: "example.com") }.is_a?(Dora::InvalidArgument)
check raised { Dora::Client.new(**SETTINGS, api_key: "a\\0b") }.is_a?(ArgumentError)
check raised { Dora::Client.new(**SETTINGS, timeout: -1) }.is_a?(RangeError)
check raised { Dora::Client.new(**SETTINGS, unknown: 1) }.is_a?(ArgumentError)
""")


def test_settings_reach_the_server_and_the_logger(ruby, server):
    ruby("""
require "logger"
require "stringio"
log = StringIO.new
options = { user_agent: "probe/1", headers: { "X-Probe" => "yes" }, compression: false, strict: true, proxy: "",
            connect_timeout: 5, attempt_timeout: 2.5, retry_backoff: [0.01, 0.1], logger: Logger.new(log) }
Dora::Client.open(**SETTINGS, **options) { |client| client.failure("event") }
check log.string.match?(/INFO.*HTTP 200/)
""")
    headers = server.requests[-1].headers
    assert headers["user-agent"].startswith("probe/1 ") and headers["x-probe"] == "yes"
    assert "accept-encoding" not in headers


def test_many_events(ruby, server):
    server.answer("absent", reply(404, {"errors": ["Not Found"]}))
    ruby("""
Dora::Client.open(**SETTINGS) do |client|
  ids = ["event", "absent", ""] * 500
  results = client.each_failure(ids.each, max_in_flight: 8).to_a
  check results.map(&:failure_id).sort == ids.sort
  results.each do |result|
    kind = { "event" => NilClass, "absent" => Dora::NotFound, "" => Dora::InvalidArgument }.fetch(result.failure_id)
    check result.error.instance_of?(kind) && result.failure.nil? == (result.failure_id != "event")
  end
  check client.each_failure(["event"] * 3).first.failure.name == "Database outage"
  check client.failure("event").name == "Database outage"
  check raised { client.each_failure(["event"]) { raise Dora::InvalidArgument, "of the block" } }.message == "of the block"
end
""")


def test_a_closed_client(ruby):
    ruby("""
client = Dora::Client.new(**SETTINGS)
client.failure("event")
kept = client.each_failure(["event"])
client.close
client.close
[-> { client.failure("event") }, -> { client.cancel }, -> { kept.to_a }].each do |call|
  check raised(&call).is_a?(Dora::ClosedError)
end
check Dora::Client.open(**SETTINGS) { |inner| inner }.then { |inner| raised { inner.failure("event") } }.is_a?(Dora::ClosedError)
""")


@pytest.mark.parametrize("ending, kind", [("client.cancel", "Dora::Cancelled"), ("client.close", "Dora::Cancelled"),
                                          ("thread.raise(IOError)", "IOError")])
def test_other_threads_run_and_can_end_a_call(ruby, ending, kind):
    ruby(f"""
client = Dora::Client.new(**SETTINGS)
thread = Thread.new {{ raised {{ client.failure("slow") }} }}
turns = 0
finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + 0.3
(turns += 1; sleep 0.005) while Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish
check turns > 20
{ending}
check thread.join(10) && thread.value.instance_of?({kind})
check client.failure("event").name == "Database outage" unless "{ending}" == "client.close"
client.close
""")


def test_threads_and_fork_share_a_client(ruby):
    ruby("""
client = Dora::Client.new(**SETTINGS)
names = Array.new(8) { Thread.new { Array.new(20) { client.failure("event").name } } }.flat_map(&:value)
check names == ["Database outage"] * 160
child = fork { exit!(Array.new(5) { client.failure("event").name }.uniq == ["Database outage"]) }
5.times { check client.failure("event").name == "Database outage" }
check Process.wait2(child).last.success?
client.close
""")


def test_control_c_interrupts_a_blocking_call(settings, server):
    server.answer("slow", lambda exchange: exchange.be_silent())
    process = start("""
begin
  Dora::Client.open(**SETTINGS) { |client| client.failure("slow") }
rescue Interrupt
  puts "interrupted"
end
""", settings)
    while not server.requests_for("slow"):
        assert process.poll() is None
        time.sleep(0.01)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("interrupted\n", "")
    assert time.monotonic() - before < 1


def test_memory_stays_flat(ruby, tmp_path, authority):
    with nginx(tmp_path, authority, keepalive_requests=1_000_000) as (base_url, _):
        output = ruby(f"""
client = Dora::Client.new(**SETTINGS)
peak = lambda do |count|
  count.times {{ client.failure("event") }}
  File.read("/proc/self/status")[/VmHWM:\\s+(\\d+)/, 1].to_i
end
first = peak.call({MEMORY_CALLS} / 4)
puts peak.call({MEMORY_CALLS}) - first
""", base_url=base_url)
    assert int(output) <= 2048, "KiB over what the first quarter took"
