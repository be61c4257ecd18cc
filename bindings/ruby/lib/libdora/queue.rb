# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # A completion queue.
  class Queue < Waiter # :nodoc:
    def initialize(session, entry, reusable)
      @reusable = reusable
      super(session, entry)
    end

    def lent
      @entry.thread = Thread.current
      self
    end

    # It serves again only if nothing is pending in it.
    def release
      Thread.handle_interrupt(Object => :never) do
        @entry.busy = true
        reusable = @reusable && !@session.closed? && Library.queue_pending(@entry.address).zero?
        @entry.busy = false
        reusable ? @session.give_back(self, @entry) : drop
      end
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
    public :wait

    private

    def look
      calling do
        result = Library.queue_next(@entry.address, 0)
        result.zero? ? nil : take(result)
      end
    end

    def take(result)
      tag = Library.result_tag(result)
      failure = Library.result_take_failure(result)
      failure.zero? ? [tag, nil, Error.take(Library.result_take_error(result))] : [tag, Failure.take(failure), nil]
    ensure
      Library.result_free(result)
    end

    def descriptor
      Library.queue_fd(@entry.address)
    end
  end
  private_constant :Queue
end
