# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "timeout"

module Dora
  # The course of one Client#each_failure.
  class Walk # :nodoc:
    # Seconds for which a source may give ids before the queue gets its turn. Ids of a quick source go out
    # together, which takes little more than half the processor's time of one by one.
    TURN = 0.001

    def initialize(queue, max_in_flight, block)
      @queue = queue
      @max_in_flight = max_in_flight
      @block = block
      @waiting = {} # tag => id
      @tag = 0
      @turn = 0
    end

    def run(failure_ids)
      trouble = each_of(failure_ids) do |failure_id|
        make_room while @waiting.size >= @max_in_flight
        add(failure_id)
        finish_what_is_complete if now - @turn > TURN
      end
      finish(@queue.wait) until @waiting.empty?
      raise trouble if trouble
    end

    private

    # Returns what the source raised; what the block raises goes on its way, and so does a timeout
    # that somebody waits for.
    def each_of(failure_ids)
      inside = true
      failure_ids.each do |failure_id|
        failure_id = Settings.text("failure_id", failure_id)
        inside = false
        yield failure_id
        inside = true
      end
      nil
    rescue Timeout::Error => e
      raise if !inside || e.instance_of?(Timeout::Error)

      e
    rescue StandardError => e
      raise unless inside

      e
    end

    def add(failure_id)
      @tag += 1
      @queue.add(failure_id, @tag)
      @waiting[@tag] = failure_id
    rescue InvalidArgument => e
      @block.call(Result.new(failure_id, nil, e))
    end

    def make_room
      finish(@queue.wait)
      finish_what_is_complete
    end

    def finish_what_is_complete
      while (completion = @queue.poll)
        finish(completion)
      end
      @turn = now
    end

    def now
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end

    def finish((tag, failure, error))
      @block.call(Result.new(@waiting.delete(tag), failure, error))
    end
  end
  private_constant :Walk
end
