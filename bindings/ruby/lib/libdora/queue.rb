# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "io/wait"

module Dora
  # A completion queue, for one thread at a time. It waits on the queue's descriptor,
  # as Ruby's IO does: other threads and a fibre scheduler's fibres run, and Timeout,
  # Thread#kill and signals end the wait.
  #
  # Between two waits nothing but a signal comes through: a native result is never half taken.
  class Queue # :nodoc:
    # Seconds between two looks at a queue that has no descriptor, for want of them.
    WITHOUT_DESCRIPTOR = 0.02

    def initialize(session, entry, reusable)
      @session = session
      @entry = entry
      @reusable = reusable
      ObjectSpace.define_finalizer(self, Queue.finalizer(session, entry))
    end

    # Frees the queue of a walk that was left half-way, once nobody has it.
    def self.finalizer(session, entry)
      proc { Thread.handle_interrupt(Object => :never) { session.drop(entry) } }
    end

    def lent
      @entry.thread = Thread.current
      self
    end

    # Ends the use of this queue. It serves again only if nothing is pending in it.
    def release
      Thread.handle_interrupt(Object => :never) do
        @entry.busy = true
        reusable = @reusable && !@session.closed? && Library.queue_pending(@entry.address).zero?
        @entry.busy = false
        reusable ? @session.give_back(self, @entry) : drop
      end
    end

    def drop
      ObjectSpace.undefine_finalizer(self)
      @session.drop(@entry)
    end

    # Raises InvalidArgument if there can be no event with this id.
    def add(failure_id, tag)
      busy { Library.call(:queue_add, @entry.address, failure_id, tag) }
    end

    # What is complete, as [tag, failure, error]; nil if nothing is.
    def poll
      busy { look }
    end

    # The next completion. Something must be pending.
    def wait
      busy do
        completion = look
        until completion
          wait_readable
          completion = look
        end
        completion
      end
    end

    private

    # Session#close, on whatever thread, leaves a busy queue to the one that is in here.
    def busy
      @entry.busy = true
      raise ClosedError, "the client is closed" if @session.closed?

      yield
    ensure
      @entry.busy = false
    end

    def look
      Thread.handle_interrupt(Object => :never) do
        result = Library.queue_next(@entry.address, 0)
        result.zero? ? nil : take(result)
      end
    ensure
      Log.write(@session.logger, @session.log_id) if @session.logger
    end

    def take(result)
      failure = Library.result_take_failure(result)
      error = Library.result_take_error(result)
      [Library.result_tag(result), failure.zero? ? nil : Failure.take(failure), error.zero? ? nil : Error.take(error)]
    ensure
      Library.result_free(result)
    end

    # In a forked child the descriptor is another one.
    def wait_readable
      if @process != Process.pid
        descriptor = Library.queue_fd(@entry.address)
        @io = descriptor.negative? ? nil : IO.for_fd(descriptor, autoclose: false)
        @process = Process.pid if @io
      end
      @io ? @io.wait_readable : sleep(WITHOUT_DESCRIPTOR)
    end
  end
  private_constant :Queue
end
