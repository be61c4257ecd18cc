# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"

# What a program notices of the binding beside its results: other threads and fibres go on, an idle
# wait costs nothing, memory stays flat.
class HostsTest < DoraTest
  parallelize_me!

  # DORA_MEMORY_CALLS=100000 is the full number.
  MEMORY_CALLS = Integer(ENV.fetch("DORA_MEMORY_CALLS", "2000"))
  SCHEDULER = File.join(__dir__, "support", "scheduler.rb")

  def test_other_threads_run_during_a_call
    client do |client|
      thread = Thread.new { client.failure("delay-300") }
      turns = 0
      (turns += 1) && sleep(0.005) while thread.alive?
      assert_operator turns, :>, 5
      assert_equal "Database outage", thread.value.name
    end
  end

  def test_a_fibre_scheduler_goes_on_during_calls
    ruby(<<~'RUBY', "-r", SCHEDULER)
      client = Dora::Client.new(**SETTINGS)
      turns = begun = 0
      names = []
      Thread.new do
        Fiber.set_scheduler(Scheduler.new)
        8.times do |number|
          Fiber.schedule do
            begun += 1
            names << client.failure("delay-500-#{number}").name
            check begun == 8 && turns > 5
          end
        end
        Fiber.schedule { names.concat(client.each_failure(%w[delay-500 event]).map { |result| result.get.name }) }
        Fiber.schedule { 40.times { sleep 0.005; turns += 1 } }
      end.join
      check names == ["Database outage"] * 10 && turns == 40
      client.close
    RUBY
  end

  def test_waiting_costs_no_processor_time
    output = ruby(<<~'RUBY')
      client = Dora::Client.new(**SETTINGS)
      threads = Array.new(50) { Thread.new { raised { client.failure("silent") } } }
      sleep 0.3
      before = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
      sleep 1
      puts Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - before
      client.cancel
      threads.each(&:join)
    RUBY
    assert_operator Float(output), :<, 0.02, "seconds of processor time in a second, 50 threads waiting"
  end

  def test_memory_stays_flat
    output = ruby(<<~RUBY, seconds: 600)
      client = Dora::Client.new(**SETTINGS)
      peak = lambda do |count|
        count.times { |number| (number % 10).zero? ? client.each_failure(%w[event status-404]).to_a : client.failure("event").to_h }
        File.read("/proc/self/status")[/VmHWM:\\s+(\\d+)/, 1].to_i
      end
      first = peak.call(#{MEMORY_CALLS})
      puts peak.call(#{MEMORY_CALLS}) - first
    RUBY
    assert_operator Integer(output), :<=, 2048, "KiB over what the first #{MEMORY_CALLS} calls took"
  end

  def test_large_events_are_collected_in_time
    output = ruby(<<~'RUBY')
      client = Dora::Client.new(**SETTINGS)
      100.times { client.failure("large-2000000").name }
      puts File.read("/proc/self/status")[/VmHWM:\s+(\d+)/, 1]
    RUBY
    assert_operator Integer(output), :<, 200_000, "KiB at most for 100 events of 2 MB"
  end

  def test_without_the_library
    _, trouble, status = captured([{ "DORA_LIBRARY" => "/does/not/exist.so" }, RbConfig.ruby, "-I", LIB, "-e", 'require "libdora"'], 30)
    refute_predicate status, :success?
    ["LoadError", "gem install libdora", "Debian, Ubuntu", "Fedora"].each { |text| assert_includes trouble, text }
  end
end
