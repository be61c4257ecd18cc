# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"

# What an event, a response and an error tell.
class EventsTest < DoraTest
  EVENT = Dora::Failure.parse(JSON.generate(
    data: { id: "x", type: "dora_failure", attributes: {
      name: "é", env: %w[prod staging], team: "one", services: %w[a b], custom_tags: ["key:value:more", "alone"],
      custom: { "with:colon" => ["v"] }, started_at: -1, finished_at: 1_693_491_974_123_456_789, new_field: { a: ["ü\0"] }
    } }
  ))

  def test_fields
    assert_equal ["é", Encoding::UTF_8], [EVENT.name, EVENT.name.encoding]
    assert_equal ["prod", %w[prod staging], ["one"], %w[a b]], [EVENT.env, EVENT.envs, EVENT.teams, EVENT.services]
    assert_nil EVENT.git_repository_id
    assert_nil EVENT.response
  end

  def test_times_have_nanoseconds
    assert_equal Time.at(-1, 999_999_999, :nsec), EVENT.started_at
    assert_equal(-1, EVENT.started_at_unix_ns)
    assert_equal [123_456_789, true], [EVENT.finished_at.nsec, EVENT.finished_at.utc?]
    assert_equal 1_693_491_974_123_456_789, EVENT.finished_at_unix_ns
  end

  def test_tags_and_pointers
    assert_equal ["value:more", "v", nil], [EVENT.custom_tag("key"), EVENT.custom_tag("with:colon"), EVENT.custom_tag("alone")]
    assert_equal "[\"ü\\u0000\"]", EVENT.json_at("/data/attributes/new_field/a")
    assert_equal ["ü\0", nil, nil],
                 ["/data/attributes/new_field/a/0", "/data/attributes/new_field", "no pointer"].map { |at| EVENT.string_at(at) }
    assert_equal EVENT.json, EVENT.json_at("")
  end

  def test_violations
    assert_includes Dora::Failure.parse('{"data":{"attributes":{"team":1}}}').violations.join("\n"), "/data/attributes/team: "
  end

  def test_everything_is_frozen
    client do |client|
      result = client.each_failure(["event"]).first
      event = result.failure
      parts = [result, event, event.response, event.response.times_us, event.name, event.services, event.services.first,
               event.json, event.started_at, event.violations]
      assert parts.all?(&:frozen?), parts.reject(&:frozen?).inspect
    end
  end

  def test_equality_does_not_ask_how_long_the_response_took
    client do |client|
      first, second, other = %w[event event event-2].map { |id| client.failure(id) }
      assert_equal first, second
      assert_equal first.hash, second.hash
      refute_equal first, other
      refute_equal first.response.times_us, {}
    end
  end

  def test_inspect_is_short
    client { |client| assert_operator client.failure("large-4000000").inspect.size, :<, 300 }
  end

  def test_to_h
    hash = EVENT.to_h
    assert_equal [1_693_491_974_123_456_789, EVENT.finished_at, %w[a b]], hash.values_at(:finished_at_unix_ns, :finished_at, :services)
    assert_equal "2023-08-31T14:26:14.123456789Z", JSON.parse(JSON.generate(EVENT))["finished_at"]
    assert_equal "1969-12-31T23:59:59.999999999Z", JSON.parse(EVENT.to_json)["started_at"]
    EVENT => { name:, services: [_, service] }
    assert_equal [EVENT.name, "b"], [name, service]
    assert_nil Dora::Failure.parse('{"data":{}}').to_h[:started_at]
  end

  def test_an_event_can_be_stored
    client do |client|
      event = client.failure("event")
      stored = Marshal.load(Marshal.dump(event))
      assert_equal event, stored
      assert_equal event.json, stored.json
      assert_equal event, event.dup
    end
  end

  def test_an_event_outlives_its_client
    event = client { |client| client.failure("event") }
    GC.start
    assert_equal ["Database outage", 200, "request-7"], [event.name, event.response.status, event.response["X-Request-Id"]]
  end

  def test_a_response
    client do |client|
      response = client.failure("limited").response
      assert_equal [200, "1.1", 1, 100, 99, 60, 30],
                   response.to_h.values_at(:status, :http_version, :attempts, :rate_limit, :rate_limit_remaining,
                                           :rate_limit_period_s, :rate_limit_reset_s)
      assert_equal %i[lookup connect tls first_byte total], response.times_us.keys
      assert_operator response.times_us[:total], :>, 0
      assert_equal ["request-7", "request-7", nil], [response["x-request-id"], response.header("X-REQUEST-ID"), response["x-none"]]
      assert_nil client.failure("event").response.rate_limit
    end
  end

  { 400 => :BadRequest, 401 => :Unauthenticated, 403 => :Forbidden, 404 => :NotFound, 429 => :RateLimited,
    503 => :ServerError, 302 => :HTTPError }.each do |status, kind|
    define_method("test_error_#{status}") do
      error = client { |client| assert_raises(Dora.const_get(kind)) { client.failure("status-#{status}") } }
      assert_kind_of Dora::Error, error
      assert_equal [status, "request-7"], [error.response.status, error.response["x-request-id"]]
      assert_equal({ title: "A title", detail: "A detail", source_pointer: "/data", meta: '{"a":[1]}' }, error.items.first.compact)
      assert_equal [429, 503].include?(status), error.retryable?
      assert_equal 7.0, error.retry_after if error.retryable?
      assert_equal error.items, error.to_h[:items]
      assert_includes error.body, "A title"
    end
  end

  def test_an_error_says_its_code_and_can_be_stored
    error = client { |client| assert_raises(Dora::RateLimited) { client.failure("status-429") } }
    stored = Marshal.load(Marshal.dump(error))
    assert_equal [:rate_limited, 429, error.message], [stored.code, stored.response.status, stored.message]
    assert_nil stored.response["x-request-id"]
  end

  def test_what_cannot_be_reached
    error = assert_raises(Dora::ConnectionFailed) { Dora::Client.open(**SETTINGS, base_url: "http://127.0.0.1:1") { |client| client.failure("x") } }
    assert_equal [true, 7, nil, nil], [error.retryable?, error.curl_code, error.response, error.body]
  end

  def test_messages_are_in_the_terms_of_ruby
    error = client(timeout: 0.05) { |client| assert_raises(Dora::TimedOut) { client.failure("silent") } }
    refute_includes error.message, "_ms"
  end

  def test_what_is_no_event
    assert_includes assert_raises(Dora::MalformedResponse) { Dora::Failure.parse("{\0") }.message, "byte 1"
  end
end
