# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"
require "logger"
require "pathname"
require "stringio"

# What Client.new takes, and what becomes of it.
class SettingsTest < DoraTest
  TEXTS = %i[site api_key app_key access_token base_url proxy user_agent].freeze
  NUMBERS = %i[connect_timeout attempt_timeout timeout max_retries max_response_bytes].freeze
  OTHERS = [5, 1_234_567_890, 1.5, :symbol, [], {}, true, Object.new, "text", -> {}].freeze
  ACCEPTED = {
    TEXTS => [String], %i[ca_file] => [String], %i[client_certificate] => [String], %i[headers] => [Hash],
    %i[connect_timeout attempt_timeout timeout] => [Integer, Float], %i[max_retries max_response_bytes] => [Integer],
    %i[retry_backoff] => [], %i[compression strict] => [TrueClass], %i[logger] => []
  }.freeze

  ACCEPTED.each do |names, types|
    names.each do |name|
      define_method("test_wrong_types_for_#{name}") do
        OTHERS.reject { |value| types.any? { |type| value.is_a?(type) } }.each do |value|
          next if name == :client_certificate && value == []

          error = assert_raises(TypeError, value.inspect) { Dora::Client.new(**SETTINGS, name => value) }
          assert_operator error.message, :start_with?, "#{name}: "
        end
      end
    end
  end

  def test_numbers_that_do_not_fit
    { connect_timeout: -1, attempt_timeout: Float::NAN, timeout: Float::INFINITY, max_retries: -1, max_response_bytes: 1 << 64,
      retry_backoff: [-1, 2] }.each do |name, value|
      assert_raises(RangeError, name) { Dora::Client.new(**SETTINGS, name => value) }
    end
    assert_raises(RangeError) { Dora::Client.new(**SETTINGS, timeout: 1 << 40) }
    client do |client|
      [-1, 0, 1 << 32].each { |number| assert_raises(RangeError) { client.each_failure([], max_in_flight: number) } }
      [1.5, "3", nil].each { |number| assert_raises(TypeError) { client.each_failure([], max_in_flight: number) } }
    end
  end

  def test_texts_that_cannot_be_used
    TEXTS.each do |name|
      assert_raises(ArgumentError) { Dora::Client.new(**SETTINGS, name => "a\0b") }
      assert_raises(ArgumentError) { Dora::Client.new(**SETTINGS, name => "\xff") }
    end
    assert_raises(ArgumentError) { Dora::Client.new(**SETTINGS, unknown: 1) }
    error = assert_raises(Dora::InvalidArgument) { Dora::Client.new(**SETTINGS, base_url: nil, site: "example.com") }
    assert_operator error.message, :start_with?, "site: "
  end

  def test_no_message_holds_a_key
    [123_456_789, ["secret"], "se\0cret"].each do |key|
      error = assert_raises(StandardError) { Dora::Client.new(**SETTINGS, api_key: key) }
      refute_match(/123456789|cret/, error.full_message(highlight: false).lines.first)
    end
  end

  def test_settings_reach_the_server
    options = { user_agent: "probe/1", headers: { "X-Probe" => "yes" }, compression: false, proxy: "", access_token: "token" }
    headers = client(**options) { |client| client.failure("echo").custom_tags }
    assert(headers.any? { |header| header.start_with?("User-Agent: probe/1 ") }, headers.inspect)
    assert_includes headers, "X-Probe: yes"
    assert_includes headers, "Authorization: Bearer token"
    refute(headers.any? { |header| header.start_with?("Accept-Encoding") })
  end

  def test_limits_are_kept
    assert_raises(Dora::TimedOut) { client(timeout: 0.05) { |client| client.failure("silent") } }
    assert_raises(Dora::TimedOut) { client(attempt_timeout: Rational(1, 20)) { |client| client.failure("silent") } }
    assert_raises(Dora::ResponseTooLarge) { client(max_response_bytes: 100) { |client| client.failure("event") } }
    started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    error = client(max_retries: 2, retry_backoff: [0.001, 0.002]) { |client| assert_raises(Dora::ServerError) { client.failure("status-501") } }
    assert_equal 1, error.response.attempts
    assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, :<, 10
  end

  def test_files
    missing = Pathname("/does/not/exist.pem")
    [{ ca_file: missing }, { client_certificate: missing }, { client_certificate: [missing, missing.to_s] }].each do |files|
      assert_raises(Dora::Error) { Dora::Client.open(**SETTINGS, base_url: "https://127.0.0.1:1", **files) { |client| client.failure("x") } }
    end
  end

  def test_strict
    client(strict: true) { |client| assert_equal "Database outage", client.failure("event").name }
  end

  def test_a_logger
    log = StringIO.new
    client(logger: Logger.new(log)) { |client| client.failure("event") }
    assert_match(/INFO.*HTTP 200/, log.string)
    refute_match(/\bapp\b/, log.string)
  end

  def test_each_client_has_its_own_logger
    logs = [StringIO.new, StringIO.new]
    first, second = logs.map { |log| Dora::Client.new(**SETTINGS, logger: Logger.new(log)) }
    first.failure("event-of-first")
    second.failure("event-of-second")
    assert_equal [true, false], logs.map { |log| log.string.include?("event-of-first") }
    [first, second].each(&:close)
  end

  def test_open
    client = Dora::Client.open(**SETTINGS)
    assert_equal "Database outage", client.failure("event").name
    client.close
    assert_predicate client, :closed?
    assert_equal 7, Dora::Client.open(**SETTINGS) { 7 }
  end
end
