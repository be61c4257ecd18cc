# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"
require "date"

# Client#search.
class SearchesTest < DoraTest
  parallelize_me!

  NEWEST = Time.utc(2026)

  def test_all_events_newest_first
    client do |client|
      ids = []
      assert_same(client, client.search("count:2500") { |failure| ids << failure.id })
      assert_equal Array.new(2500) { |number| "item-#{number}" }, ids
    end
  end

  def test_an_event_is_whole_and_outlives_its_client
    event = client { |client| client.search("count:3").first }
    GC.start
    assert_equal ["item-0", NEWEST, %w[prod staging], 200, "request-7"],
                 [event.id, event.started_at, event.envs, event.response.status, event.response["X-Request-Id"]]
    assert_equal "item-0", JSON.parse(event.json)["data"]["id"]
    assert_equal event, Marshal.load(Marshal.dump(event))
    assert_predicate event, :frozen?
  end

  def test_spans
    client do |client|
      found = ->(span) { client.search("count:100", span).map { |failure| failure.id[/\d+/].to_i } }
      assert_equal (1..10).to_a, found.call(NEWEST - 10...NEWEST)
      assert_equal (0..10).to_a, found.call(NEWEST - 10..NEWEST)
      assert_equal (0..10).to_a, found.call(NEWEST - 10..)
      assert_equal (11..99).to_a, found.call(...NEWEST - 10)
      assert_equal 100, found.call(nil..nil).size
      assert_equal (1..9).to_a, found.call(NEWEST - 10 + Rational(1, 1_000_000_000)...NEWEST)
      assert_equal (0..10).to_a, found.call((NEWEST - 10).to_datetime..NEWEST.to_datetime)
    end
  end

  def test_a_lazy_enumerator
    client do |client|
      search = client.search("count:100000", page_size: 100)
      assert_equal %w[item-0 item-1], search.lazy.map(&:id).first(2)
      assert_equal ["item-0", "item-1"], [search.next.id, search.next.id]
      assert_equal 5, client.search("count:100000").each_slice(5).first.size
    end
  end

  def test_arguments
    client do |client|
      [5, "2026", [NEWEST, NEWEST], NEWEST].each { |span| assert_raises(TypeError) { client.search("", span) } }
      [1..5, 1.5.., "a".."b"].each { |span| assert_raises(TypeError) { client.search("", span) } }
      assert_raises(TypeError) { client.search(5) }
      assert_raises(ArgumentError) { client.search("a\0") }
      assert_raises(RangeError) { client.search("", Time.utc(3000)..) }
      [0, 1001, -1].each { |size| assert_raises(RangeError) { client.search(page_size: size) } }
      assert_raises(TypeError) { client.search(page_size: "5") }
      assert_raises(TypeError) { client.search(on_error: 5) }
      assert_raises(Dora::InvalidArgument) { client.search("x" * 5000).first }
      [NEWEST...NEWEST, NEWEST..NEWEST - 1, ..Time.at(5)].each do |span|
        assert_operator assert_raises(ArgumentError) { client.search("", span) }.message, :start_with?, "span: "
      end
    end
  end

  def test_an_error_ends_the_search_unless_it_may_go_on
    client do |client|
      assert_raises(Dora::ServerError) { client.search("count:3 once-503 #{rand}").first }
      errors = []
      ids = client.search("count:3 once-503 #{rand}", on_error: ->(error) { errors << error }).map(&:id)
      assert_equal [%w[item-0 item-1 item-2], [Dora::ServerError]], [ids, errors.map(&:class)]
    end
  end

  def test_strict_mode
    client(strict: true) do |client|
      assert_raises(Dora::MalformedResponse) { client.search("count:3 odd").to_a }
      errors = []
      assert_equal %w[item-0 item-2], client.search("count:3 odd", on_error: ->(error) { errors << error.body }).map(&:id)
      assert_equal 1, errors.size
      assert_includes errors.first, "item-1"
    end
  end

  def test_incomplete
    client do |client|
      error = assert_raises(Dora::Incomplete) { client.search("count:1500 many", on_error: ->(_) { true }).to_a }
      assert_equal :incomplete, error.code
    end
  end

  def test_what_the_block_does
    client do |client|
      assert_equal 5, client.search("count:5") { break 5 }
      assert_raises(IOError) { client.search("count:5") { raise IOError } }
      names = client.search("count:3").map { |failure| client.failure(failure.id).name }
      assert_equal ["Database outage"] * 3, names
    end
  end

  def test_cancel_close_and_interrupts
    ruby(<<~'RUBY')
      require "timeout"
      client = Dora::Client.new(**SETTINGS, logger: Told.new)
      call = -> { client.search("silent").to_a }
      check raised { Timeout.timeout(0.1) { call.call } }.instance_of?(Timeout::Error)
      thread = Thread.new { raised { call.call } }
      sleep 0.1
      client.cancel
      check thread.value.instance_of?(Dora::Cancelled)
      thread = Thread.new { call.call }
      sleep 0.1
      check thread.kill.join(5)
      check client.search("count:5").count == 5
      thread = Thread.new { raised { call.call } }
      sleep 0.1
      client.close
      check thread.value.instance_of?(Dora::Cancelled)
      check raised { call.call }.instance_of?(Dora::ClosedError)
    RUBY
  end

  def test_closing_within_a_search_and_dropping_it
    ruby(<<~'RUBY')
      before = descriptors
      client = Dora::Client.new(**SETTINGS)
      check raised { client.search("count:5") { client.close } }.instance_of?(Dora::ClosedError)
      client = Dora::Client.new(**SETTINGS)
      kept = client.search("count:50").tap(&:next)
      Process.wait(fork { exit!(kept.next.id == "item-1") })
      check $?.success?
      check kept.next.id == "item-1"
      client.close
      check raised { kept.next }.instance_of?(Dora::ClosedError)
      Thread.new { 50.times { Dora::Client.new(**SETTINGS).search("count:50").next } }.join
      8.times { GC.start; Array.new(1000) { +"x" } }
      check descriptors <= before + 30
    RUBY
  end

  def test_a_fibre_scheduler_goes_on_during_a_search
    ruby(<<~'RUBY', "-r", File.join(__dir__, "support", "scheduler.rb"))
      client = Dora::Client.new(**SETTINGS)
      turns = 0
      found = []
      Thread.new do
        Fiber.set_scheduler(Scheduler.new)
        3.times { Fiber.schedule { found.concat(client.search("count:5 slow").to_a) } }
        Fiber.schedule { 30.times { sleep 0.005; turns += 1 } }
      end.join
      check found.size == 15 && turns == 30
    RUBY
  end

  def test_the_example
    example = File.join(REPOSITORY, "examples", "ruby", "search.rb")
    keys = { "DD_API_KEY" => "api", "DD_APP_KEY" => "app" }
    run = ->(query) { captured([keys, RbConfig.ruby, "-w", "-I", LIB, example, query, SETTINGS[:base_url]], 30) }
    output, trouble, status = run.call("count:2")
    assert_equal ["item-0: Database outage\nitem-1: Database outage\n", "", true], [output, trouble, status.success?]
    output, trouble, status = run.call("x" * 5000)
    assert_equal ["", 1, true], [output, status.exitstatus, trouble.start_with?("search: query: ")]
  end

  def test_memory_stays_flat_over_a_search
    output = ruby(<<~'RUBY', seconds: 120)
      client = Dora::Client.new(**SETTINGS)
      peak = lambda do |count|
        client.search("count:#{count}").each { |failure| failure.name || abort }
        File.read("/proc/self/status")[/VmHWM:\s+(\d+)/, 1].to_i
      end
      first = peak.call(4000)
      puts peak.call(8000) - first
    RUBY
    assert_operator Integer(output), :<=, 8192, "KiB over what a search of 4,000 events took"
  end
end
