# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# A fibre scheduler, as small as Ruby 3.0 to 3.4 take it.
class Scheduler
  def initialize
    @readable = {}
    @times = {}
    @lock = Thread::Mutex.new
    @unblocked = []
    @urgent = IO.pipe
  end

  def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def fiber(&block)
    Fiber.new(blocking: false, &block).tap(&:resume)
  end

  def io_wait(io, events, timeout)
    raise NotImplementedError unless events == IO::READABLE

    @readable[Fiber.current] = io
    @times[Fiber.current] = now + timeout if timeout
    ready = Fiber.yield
    ready ? events : false
  ensure
    @readable.delete(Fiber.current)
    @times.delete(Fiber.current)
  end

  def kernel_sleep(duration = nil)
    block(:sleep, duration)
  end

  def block(_blocker, timeout = nil)
    @times[Fiber.current] = now + timeout if timeout
    Fiber.yield
  ensure
    @times.delete(Fiber.current)
  end

  def unblock(_blocker, fiber)
    @lock.synchronize { @unblocked << fiber }
    @urgent.last.write_nonblock(".")
  end

  def close
    run
  end

  def run
    turn until @readable.empty? && @times.empty?
  end

  def turn
    soonest = @times.values.min
    ready, = IO.select([*@readable.values, @urgent.first], nil, nil, soonest && [soonest - now, 0].max)
    @urgent.first.read_nonblock(100) if ready&.include?(@urgent.first)
    @readable.select { |_, io| ready&.include?(io) }.each_key { |fiber| fiber.resume(true) }
    @times.select { |_, time| time <= now }.each_key { |fiber| fiber.resume(false) if @times.key?(fiber) }
    @lock.synchronize { @unblocked.slice!(0..) }.each { |fiber| fiber.resume(true) if fiber.alive? }
  end
end
