# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"

# Client#each_failure.
class WalksTest < DoraTest
  def test_many_events
    client do |client|
      ids = ["event", "status-404", ""] * 300
      results = client.each_failure(ids.each, max_in_flight: 8).to_a
      assert_equal ids.sort, results.map(&:failure_id).sort
      results.each do |result|
        kind = { "event" => NilClass, "status-404" => Dora::NotFound, "" => Dora::InvalidArgument }.fetch(result.failure_id)
        assert_instance_of kind, result.error
        assert_equal result.failure.nil?, result.failure_id != "event"
      end
    end
  end

  def test_a_result
    client do |client|
      good, bad = client.each_failure(%w[event status-404]).sort_by(&:failure_id)
      assert_equal "Database outage", good.get.name
      assert_raises(Dora::NotFound) { bad.get }
      assert_equal %i[failure_id failure error], good.to_h.keys
      good => { failure: Dora::Failure => failure, error: nil }
      assert_equal good.failure, failure
    end
  end

  def test_a_source_is_asked_when_there_is_room
    client do |client|
      asked = 0
      source = Enumerator.new { |ids| loop { ids << "delay-20-#{asked += 1}" } }
      first = client.each_failure(source, max_in_flight: 3).first
      assert_equal "Database outage", first.failure.name
      assert_operator asked, :<=, 4
    end
  end

  def test_results_come_while_a_slow_source_goes_on
    client do |client|
      seen = []
      source = Enumerator.new do |ids|
        20.times do |number|
          sleep 0.01
          seen << number
          ids << "event-#{number}"
        end
      end
      client.each_failure(source).first
      assert_operator seen.size, :<, 20
    end
  end

  def test_what_the_source_raises_comes_after_the_results
    client do |client|
      source = Enumerator.new do |ids|
        5.times { |number| ids << "delay-50-#{number}" }
        raise IOError, "the source"
      end
      results = []
      error = assert_raises(IOError) { client.each_failure(source) { |result| results << result } }
      assert_equal ["the source", 5], [error.message, results.count(&:failure)]
    end
  end

  def test_an_id_of_another_type_comes_after_the_results
    client do |client|
      results = []
      assert_raises(TypeError) { client.each_failure(["event", 5, "event"]) { |result| results << result } }
      assert_equal ["event"], results.map(&:failure_id)
    end
  end

  def test_what_the_block_raises_comes_at_once
    client do |client|
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      error = assert_raises(Dora::InvalidArgument) do
        client.each_failure(%w[event silent silent]) { raise Dora::InvalidArgument, "of the block" }
      end
      assert_equal "of the block", error.message
      assert_equal :stopped, client.each_failure(%w[event silent]) { break :stopped }
      assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, :<, 10
    end
  end

  def test_side_by_side
    client do |client|
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      assert_equal 30, client.each_failure(Array.new(30) { |number| "delay-300-#{number}" }).count(&:failure)
      assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - started, :<, 8
    end
  end

  def test_an_enumerator
    client do |client|
      results = client.each_failure(%w[event-1 event-2])
      assert_equal 2, results.size
      assert_equal "event-1", client.each_failure(["event-1"]).next.failure_id
      assert_equal 2, results.lazy.map(&:get).to_a.size
      assert_nil client.each_failure(Enumerator.new { nil }).size
      assert_raises(TypeError) { client.each_failure(5) }
    end
  end

  def test_calls_and_walks_within_a_walk
    client do |client|
      names = []
      client.each_failure(%w[event-1 event-2]) do |result|
        names << result.get.name << client.failure("event").name
        names.concat(client.each_failure(%w[event-3 event-4]).map { |inner| inner.get.name })
      end
      assert_equal ["Database outage"] * 8, names
    end
  end

  def test_closing_within_a_walk
    client do |client|
      error = assert_raises(Dora::ClosedError) { client.each_failure(%w[event silent]) { client.close } }
      assert_includes error.message, "closed"
    end
  end
end
