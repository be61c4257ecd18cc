# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "io/wait"

module Dora
  # What a Queue and a Search have in common: a native object, for one thread at a time, with a
  # descriptor. Waiting is that of Ruby's own IO: other threads and a fibre scheduler's fibres run, and
  # Timeout, Thread#kill and signals end the wait.
  #
  # Between two waits nothing but a signal comes through: no native result is left half taken.
  class Waiter # :nodoc:
    # Seconds between two looks where there is no descriptor, for want of them.
    WITHOUT_DESCRIPTOR = 0.02

    def initialize(session, entry)
      @session = session
      @entry = entry
      ObjectSpace.define_finalizer(self, Waiter.finalizer(session, entry))
    end

    # Frees what a walk that was left half-way has, once nobody has the walk.
    def self.finalizer(session, entry)
      proc { Thread.handle_interrupt(Object => :never) { session.drop(entry) } }
    end

    # Ends the use of this object.
    def release
      Thread.handle_interrupt(Object => :never) { drop }
    end

    def drop
      ObjectSpace.undefine_finalizer(self)
      @session.drop(@entry)
    end

    private

    # Session#close, on whatever thread, leaves a busy object to the one that is in here.
    def busy
      @entry.busy = true
      raise ClosedError, "the client is closed" if @session.closed?

      yield
    ensure
      @entry.busy = false
    end

    # The next thing that look finds.
    def wait
      busy do
        found = look
        until found
          wait_readable
          found = look
        end
        found
      end
    end

    # What the block makes of a native call. What was logged meanwhile comes out behind it.
    def calling(&block)
      Thread.handle_interrupt(Object => :never, &block)
    ensure
      Log.write(@session.logger, @session.log_id) if @session.logger
    end

    # In a forked child the descriptor is another one.
    def wait_readable
      if @process != Process.pid
        number = descriptor
        @io = number.negative? ? nil : IO.for_fd(number, autoclose: false)
        @process = Process.pid if @io
      end
      @io ? @io.wait_readable : sleep(WITHOUT_DESCRIPTOR)
    end
  end
  private_constant :Waiter
end
