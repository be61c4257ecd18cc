# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"

# What a program should not do, each in a process of its own: it ends in Ruby's error or in success, never in a
# crash, a leak or a wait.
class MisuseTest < DoraTest
  parallelize_me!

  def self.misuse(name, program)
    define_method("test_#{name}") { ruby(program, seconds: 120) }
  end

  # Values that are of no use as an id, a source of ids, JSON, a pointer or a header's name.
  misuse "wrong_types_everywhere", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    event = client.failure("event")
    calls = [->(x) { client.failure(x) }, ->(x) { client.each_failure([x]) { |result| result } }, ->(x) { Dora::Failure.parse(x) },
             ->(x) { event.json_at(x) }, ->(x) { event.string_at(x) }, ->(x) { event.custom_tag(x) }, ->(x) { event.response[x] }]
    [nil, 5, 1.5, :id, [], {}, Object, Object.new, BasicObject, 1..2, -> {}, Time.now, 1 << 70].product(calls) do |value, call|
      check raised { call.call(value) }.instance_of?(TypeError)
    end
  RUBY

  misuse "texts_that_are_none", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    event = client.failure("event")
    ["a\0b", "\xff", "\xD8\x00".dup.force_encoding("UTF-16BE")].each do |text|
      [->(x) { client.failure(x) }, ->(x) { event.json_at(x) }, ->(x) { event.custom_tag(x) }].each do |call|
        check raised { call.call(text) }.is_a?(ArgumentError)
      end
    end
    check client.failure("event".encode("UTF-16LE")).name == "Database outage"
    check raised { client.failure("") }.is_a?(Dora::InvalidArgument)
    check raised { client.failure("x" * 5000) }.is_a?(Dora::InvalidArgument)
  RUBY

  misuse "bodies_that_are_no_event", <<~'RUBY'
    ["", "{", "[]", "null", "\xff", "\0", "[" * 100_000, "{\"data\":5}", "\xfe\xff".b].each do |text|
      check raised { Dora::Failure.parse(text) }.is_a?(Dora::MalformedResponse)
    end
  RUBY

  misuse "use_after_close", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    kept = client.each_failure(["event"])
    client.failure("event")
    client.close
    [-> { client.failure("event") }, -> { client.cancel }, -> { kept.to_a }, -> { client.each_failure([]) { |r| r } }].each do |call|
      check raised(&call).instance_of?(Dora::ClosedError)
    end
    check client.closed? && client.inspect == "#<Dora::Client closed>"
  RUBY

  misuse "closing_twice", "client = Dora::Client.new(**SETTINGS)\n3.times { check client.close.nil? }\n"

  misuse "closing_within_open", <<~'RUBY'
    check Dora::Client.open(**SETTINGS) { |inner| inner.close; 5 } == 5
    check Dora::Client.open(**SETTINGS) { |inner| inner }.closed?
  RUBY

  misuse "copies", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    [-> { client.dup }, -> { client.clone }, -> { Marshal.dump(client) }, -> { client.clone(freeze: true) }].each do |copy|
      check raised(&copy).instance_of?(TypeError)
    end
    GC.start
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "yaml", <<~'RUBY'
    require "yaml"
    client = Dora::Client.new(**SETTINGS)
    check raised { YAML.dump(client) }.is_a?(TypeError)
    event = client.failure("event")
    stored = YAML.unsafe_load(YAML.dump([event, event.response]))
    check stored[0] == event && stored[1]["x-request-id"].nil?
  RUBY

  misuse "objects_that_were_never_made", <<~'RUBY'
    client = Dora::Client.allocate
    [-> { client.failure("x") }, -> { client.cancel }, -> { client.close }, -> { client.closed? }].each do |call|
      check raised(&call).instance_of?(TypeError)
    end
    event = Dora::Failure.allocate
    [-> { event.name }, -> { event.services }, -> { event.started_at }, -> { event.json_at("") }, -> { event.to_h }].each do |call|
      check [NilClass, TypeError, NoMethodError].include?(raised(&call).class)
    end
    check raised { Dora::Failure.new(1) }.instance_of?(NoMethodError)
    check raised { Dora::Response.new(1, 2) }.instance_of?(NoMethodError)
  RUBY

  misuse "making_a_client_twice", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    check raised { client.send(:initialize, **SETTINGS) }.instance_of?(TypeError)
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "a_frozen_client", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS).freeze
    check client.failure("event").name == "Database outage"
    client.close
    check client.closed?
  RUBY

  misuse "changing_what_is_frozen", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    event = client.failure("event")
    [-> { event.name << "x" }, -> { event.services << "x" }, -> { event.json << "x" }, -> { event.instance_variable_set(:@x, 1) },
     -> { event.response.times_us[:x] = 1 }].each { |change| check raised(&change).is_a?(FrozenError) }
  RUBY

  misuse "an_error_raised_again", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    error = client.each_failure(["status-404"]).first.error
    2.times { check raised { raise error }.equal?(error) }
    check raised { raise error, "another text" }.response.status == 404
    check Dora::Error.new("made by hand").response.nil?
  RUBY

  misuse "compaction", <<~'RUBY'
    entries = []
    log = Told.new { |*entry| entries << entry }
    client = Dora::Client.new(**SETTINGS, logger: log)
    20.times do
      Array.new(2000) { +"x" }
      GC.compact
      check client.failure("event").name == "Database outage"
      client.each_failure(["event"] * 3) { GC.compact }
    end
    check entries.size >= 80
    GC.verify_compaction_references(toward: :empty) # moves all that can be moved
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "automatic_compaction", <<~'RUBY'
    GC.auto_compact = true
    log = Told.new { Array.new(100) { +"x" } }
    client = Dora::Client.new(**SETTINGS, logger: log)
    200.times { |number| client.failure("event-#{number}"); GC.start if (number % 20).zero? }
  RUBY

  misuse "gc_stress", <<~'RUBY'
    log = Told.new { +"x" * 2 }
    client = Dora::Client.new(**SETTINGS, logger: log)
    GC.stress = true
    event = client.failure("event")
    check event.services == ["shopist"] && event.response["x-request-id"] == "request-7"
    client.each_failure(%w[status-404]) { |result| check result.error.is_a?(Dora::NotFound) }
    client.close
  RUBY

  misuse "a_logger_that_raises", <<~'RUBY'
    log = Told.new { raise IOError, "of the logger" }
    client = Dora::Client.new(**SETTINGS, logger: log)
    3.times { check raised { client.failure("event") }.message == "of the logger" }
    check raised { client.each_failure(["event"]) { |result| result } }.message == "of the logger"
    log.now { nil }
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "a_logger_that_throws_exits_or_kills", <<~'RUBY'
    log = Told.new
    client = Dora::Client.new(**SETTINGS, logger: log)
    log.now { throw :thrown, 5 }
    check catch(:thrown) { client.failure("event") } == 5
    log.now { exit 3 }
    check raised { client.failure("event") }.instance_of?(SystemExit)
    log.now { Thread.current.kill }
    check Thread.new { client.failure("event") }.join(10)
    log.now { nil }
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "a_logger_that_uses_the_client", <<~'RUBY'
    client = inside = nil
    log = Told.new do
      next if inside
      inside = true
      client.failure("event")
      client.cancel
      inside = false
    end
    client = Dora::Client.new(**SETTINGS, logger: log)
    check client.failure("event").name == "Database outage"
    log.now { client.close }
    check [NilClass, Dora::ClosedError, Dora::Cancelled].include?(raised { client.failure("event") }.class)
    check client.closed?
  RUBY

  misuse "a_logger_that_forks", <<~'RUBY'
    child = nil
    log = Told.new { Process.wait(child = fork { exit!(0) }) unless child }
    check Dora::Client.open(**SETTINGS, logger: log) { |client| client.failure("event") }.name == "Database outage"
  RUBY

  misuse "a_logger_that_sleeps_and_lets_others_run", <<~'RUBY'
    log = Told.new { sleep 0.002 }
    client = Dora::Client.new(**SETTINGS, logger: log)
    names = Array.new(8) { Thread.new { Array.new(5) { client.failure("event").name } } }.flat_map(&:value)
    check names == ["Database outage"] * 40
  RUBY

  misuse "a_block_that_raises_or_leaves", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    before = descriptors
    20.times do
      check raised { client.each_failure(%w[event silent]) { raise IOError } }.instance_of?(IOError)
      check client.each_failure(%w[event silent]) { break 5 } == 5
      check catch(:out) { client.each_failure(%w[event silent]) { throw :out, 6 } } == 6
      check Thread.new { client.each_failure(%w[event silent]) { Thread.exit } }.join(10)
    end
    check descriptors <= before + 10
  RUBY

  misuse "sources_that_misbehave", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    source = ->(&each) { Class.new { define_method(:each, &each) }.new }
    walk = ->(&each) { client.each_failure(source.call(&each)) { |result| result } }
    check raised { walk.call { |&id| id.call(1, 2) } }.instance_of?(TypeError)
    check walk.call { 5 }.equal?(client)
    check catch(:out) { walk.call { throw :out, 6 } } == 6
    check raised { walk.call { |&id| id.call("event") && exit } }.instance_of?(SystemExit)
    endless = Enumerator.produce("event-1", &:succ)
    check client.each_failure(endless).first(50).all?(&:failure)
    closing = Enumerator.new { |ids| ids << "event"; client.close; ids << "event" }
    check raised { client.each_failure(closing) { |r| r } }.instance_of?(Dora::ClosedError)
  RUBY

  misuse "enumerators_on_two_threads", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    walk = client.each_failure(%w[event-1 event-2 event-3])
    walk.next
    check Thread.new { raised { walk.next } }.value.is_a?(FiberError)
    check walk.next.failure
  RUBY

  misuse "enumerators_left_half_read", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    after = Array.new(3) do
      Thread.new { 100.times { client.each_failure(%w[event silent]).next } }.join
      8.times { GC.start; Array.new(1000) { +"x" } }
      descriptors
    end
    check after.last < 700 # the client keeps connections for later, of 100 walks at once; a leak makes it 2,100
    check client.failure("event").name == "Database outage"
    client.close
    check descriptors < 15
  RUBY

  misuse "closing_with_enumerators_left_half_read", <<~'RUBY'
    before = descriptors
    client = Dora::Client.new(**SETTINGS)
    walks = Array.new(5) { client.each_failure(%w[event silent]).tap(&:next) }
    client.close
    check descriptors <= before + 1
    walks.each { |walk| check raised { walk.next }.instance_of?(Dora::ClosedError) }
  RUBY

  misuse "two_hundred_dropped_clients", <<~'RUBY'
    Dora::Client.open(**SETTINGS) { |client| client.failure("event") }
    before = descriptors
    drop = lambda do
      100.times { Dora::Client.new(**SETTINGS).failure("event") }
      100.times { Dora::Client.new(**SETTINGS).each_failure(%w[event silent]).next }
    end
    Thread.new(&drop).join
    8.times { GC.start; Array.new(1000) { +"x" } }
    check descriptors <= before + 15
  RUBY

  misuse "interrupts_in_a_call", <<~'RUBY'
    require "timeout"
    client = Dora::Client.new(**SETTINGS)
    [-> { client.failure("silent") }, -> { client.each_failure(%w[silent]) { |r| r } }, -> { client.each_failure(%w[silent]).to_a }].each do |call|
      started = now
      check raised { Timeout.timeout(0.1) { call.call } }.instance_of?(Timeout::Error)
      thread = Thread.new { raised { call.call } }
      sleep 0.05
      thread.raise(IOError)
      check thread.value.instance_of?(IOError)
      thread = Thread.new { call.call }
      sleep 0.05
      check thread.kill.join(10)
      check now - started < 15 # the timeout is 20 seconds
    end
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "interrupts_at_any_moment", <<~'RUBY'
    log = Told.new
    client = Dora::Client.new(**SETTINGS, logger: log)
    stop = now + 1.5
    rescued = 0
    while now < stop
      begun = false
      thread = Thread.new do
        begun = true
        loop { client.failure("event"); client.each_failure(%w[event status-404]) { |r| r }; client.search("count:2").to_a }
      rescue IOError
        rescued += 1
      end
      sleep 0.001 until begun
      sleep rand * 0.01
      thread.raise(IOError)
      check thread.join(10)
    end
    check rescued > 20
    check client.failure("event").name == "Database outage"
    client.close
    check descriptors < 60
  RUBY

  misuse "signals_at_any_moment", <<~'RUBY'
    log = Told.new
    client = Dora::Client.new(**SETTINGS, logger: log)
    armed = false # each signal raises once, and not in the rescue below
    thrown = 0
    trap(:USR1) do
      next unless armed
      armed = false
      thrown += 1
      raise IOError
    end
    parent = Process.pid
    child = fork { 150.times { sleep rand * 0.01; Process.kill(:USR1, parent) }; exit!(0) }
    count = 0
    begin
      armed = true
      (client.failure("event"); client.each_failure(%w[event event]) { |r| r }) until Process.wait(child, Process::WNOHANG)
    rescue IOError
      count += 1
      retry
    rescue Errno::ECHILD
      nil
    end
    trap(:USR1, "IGNORE")
    check count > 20 && count == thrown # none is swallowed
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "cancel_and_close_in_trap", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    trap(:USR1) { client.cancel }
    trap(:USR2) { client.close }
    signal = ->(name) { Thread.new { sleep 0.1; Process.kill(name, Process.pid) } }
    started = now
    signal.call(:USR1)
    check raised { client.failure("silent") }.instance_of?(Dora::Cancelled)
    check client.failure("event").name == "Database outage"
    signal.call(:USR1)
    check client.each_failure(%w[silent-1 silent-2]).map { |result| result.error.class } == [Dora::Cancelled] * 2
    signal.call(:USR2)
    check raised { client.failure("silent") }.instance_of?(Dora::Cancelled)
    check client.closed?
    check now - started < 15 # the timeout is 20 seconds
    Process.kill(:USR2, Process.pid)
    sleep 0.01
  RUBY

  misuse "a_call_in_trap", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    name = nil
    trap(:USR1) { name = client.failure("event").name }
    Process.kill(:USR1, Process.pid)
    sleep 0.01 until name
    check name == "Database outage"
  RUBY

  misuse "control_c", <<~'RUBY'
    trap(:INT, "DEFAULT")
    client = Dora::Client.new(**SETTINGS)
    Thread.new { sleep 0.1; Process.kill(:INT, Process.pid) }
    started = now
    check raised { client.failure("silent") }.instance_of?(Interrupt)
    check now - started < 15 # the timeout is 20 seconds
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "cancel_and_close_from_other_threads", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    threads = Array.new(10) { Thread.new { raised { client.failure("silent") } } }
    sleep 0.2
    client.cancel
    check threads.map { |thread| thread.value.class }.uniq == [Dora::Cancelled]
    threads = Array.new(10) { Thread.new { raised { client.failure("silent") } } }
    sleep 0.2
    client.close
    check threads.map { |thread| thread.value.class }.uniq == [Dora::Cancelled]
  RUBY

  misuse "closing_at_any_moment", <<~'RUBY'
    60.times do
      client = Dora::Client.new(**SETTINGS)
      threads = Array.new(4) do
        Thread.new { raised { loop { client.failure("event"); client.each_failure(%w[event event]) { |r| r.get }; client.search("count:2").to_a } } }
      end
      sleep rand * 0.02
      client.close
      check threads.map(&:value).all? { |error| [Dora::ClosedError, Dora::Cancelled].include?(error.class) }
    end
    check descriptors < 30
  RUBY

  misuse "a_fork_in_every_state", <<~'RUBY'
    child = lambda do |&block|
      pid = fork { exit!(block.call ? 0 : 1) }
      check Process.wait2(pid).last.success?
    end
    fetch = ->(client) { client.failure("event").name == "Database outage" }
    client = Dora::Client.new(**SETTINGS)
    child.call { fetch.call(client) } # before its first call
    check fetch.call(client)
    child.call { fetch.call(client) && fetch.call(client) }
    child.call { client.close; raised { client.failure("event") }.is_a?(Dora::ClosedError) }
    check fetch.call(client)
    thread = Thread.new { raised { client.failure("silent") } } # during a call
    sleep 0.1
    child.call { fetch.call(client) && (client.close || true) }
    client.cancel
    check thread.value.is_a?(Dora::Cancelled)
    results = []
    client.each_failure(%w[event-1 event-2 event-3], max_in_flight: 2) do |result|
      child.call { fetch.call(client) } # in the midst of a walk
      results << result
    end
    check results.all?(&:failure)
    walk = client.each_failure(%w[event-1 event-2 event-3], max_in_flight: 1)
    walk.next
    child.call { [walk.next, walk.next].all?(&:failure) } # a walk that was begun
    check [walk.next, walk.next].all?(&:failure)
    child.call { client.close; GC.start; true }
    check fetch.call(client)
    client.close
    child.call { raised { client.failure("event") }.is_a?(Dora::ClosedError) }
  RUBY

  misuse "a_child_that_exits_as_usual", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    walk = client.each_failure(%w[event silent])
    walk.next
    Process.wait(fork { client.failure("event") })
    check $?.success?
    check client.failure("event").name == "Database outage"
  RUBY

  {
    "unused" => "", "after_a_call" => "$client.failure('event')", "closed" => "$client.close",
    "in_a_walk" => "$walk = $client.each_failure(%w[event silent]); $walk.next",
    "in_a_call_of_a_thread" => "Thread.new { $client.failure('silent') }; sleep 0.1",
    "in_a_walk_of_a_thread" => "Thread.new { $client.each_failure(%w[silent]) { |r| r } }; sleep 0.1",
    "in_a_block" => "$client.each_failure(%w[event silent]) { exit }",
    "at_exit" => "at_exit { $client.failure('event') }",
    "in_a_finalizer" => "ObjectSpace.define_finalizer(Object.new, proc { $client.close })",
    "exit_at_once" => "$client.failure('event'); exit!(0)",
    "with_events" => "$events = $client.each_failure(%w[event] * 50).to_a; $client.close",
    "with_errors" => "$errors = $client.each_failure(%w[status-404] * 50).to_a"
  }.each do |name, program|
    misuse "an_exit_#{name}", "$client = Dora::Client.new(**SETTINGS, logger: Told.new)\n#{program}\n"
  end

  misuse "ractors", <<~'RUBY'
    Warning[:experimental] = false
    $client = client = Dora::Client.new(**SETTINGS)
    event = client.failure("event")
    name = Ractor.new(event.to_h) { |hash| hash[:name] }.take
    check name == "Database outage"
    check Ractor.new(SETTINGS) { |settings| Dora::Client.new(**settings) rescue $!.class }.take == Ractor::UnsafeError
    check Ractor.new { Dora::Failure.parse("{}") rescue $!.class }.take == Ractor::UnsafeError
    check raised { Ractor.make_shareable(client) }.is_a?(TypeError)
    check raised { Ractor.new(client) { |inner| inner } }.is_a?(TypeError)
    check raised { Ractor.new(event) { |inner| inner } }.is_a?(TypeError)
    check client.failure("event") == event
  RUBY

  misuse "no_descriptors_left", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS, timeout: 2)
    client.failure("event")
    Process.setrlimit(:NOFILE, 40)
    taken = []
    raised { loop { taken << File.open("/dev/null") } }
    other = raised { client.each_failure(%w[event event]).to_a }
    check other.nil? || other.is_a?(Dora::Error) || other.is_a?(SystemCallError)
    taken.each(&:close)
    check client.failure("event").name == "Database outage"
  RUBY

  misuse "many_threads", <<~'RUBY'
    client = Dora::Client.new(**SETTINGS)
    names = Array.new(60) { Thread.new { client.failure("delay-50").name } }.map(&:value)
    check names.size == 60
    client.close
    check descriptors < 15
  RUBY
end
