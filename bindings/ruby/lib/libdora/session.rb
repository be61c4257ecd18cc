# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # A native client, and its native queues and searches: who uses them, and who frees them when.
  #
  # There is no Mutex here, since signal handlers and finalizers come here, too. Ruby's own lock makes
  # a single operation of an Array or a Hash whole; so whoever takes an entry out is
  # the only one, and frees it. A user enters itself first and then looks whether the session is closed;
  # closing marks that first and then looks for users: one of the two sees the other.
  class Session # :nodoc:
    # Queues that wait for the next call; more are freed.
    IDLE = 16

    # A native queue or search, and the function that frees it. busy: a thread is inside of a call on
    # it, or waits for its descriptor.
    Entry = Struct.new(:address, :free, :thread, :busy)

    attr_reader :logger, :log_id

    def initialize(address, logger, log_id)
      @clients = [address]
      @entries = {}.compare_by_identity
      @idle = []
      @visitors = {}.compare_by_identity
      @closed = false
      @logger = logger
      @log_id = log_id
    end

    # For ObjectSpace.define_finalizer: what it holds must not lead to the object. A copy that
    # initialize_copy refused has the finalizer, too.
    def self.finalizer(session, owner)
      proc { |id| Thread.handle_interrupt(Object => :never) { session.finish } if id == owner }
    end

    def closed?
      @closed
    end

    # A Queue for max_in_flight events: for one event one that was used before, if there is any.
    def lend(max_in_flight)
      visit do |client|
        queue = @idle.pop if max_in_flight == 1
        next queue.lent if queue

        Queue.new(self, enter(Library.call(:queue_new, client, max_in_flight), :queue_free), max_in_flight == 1)
      end
    end

    # A Search for what matches a query within bounds in nanoseconds.
    def search(query, bounds, page_size)
      visit do |client|
        entry = enter(Library.call(:search_failures, client, query, *bounds), :search_free, busy: true)
        search = Search.new(self, entry)
        search.page_size = page_size
        search
      end
    end

    def give_back(queue, entry)
      if @closed || @idle.size >= IDLE
        drop(entry)
      else
        @idle.push(queue)
        free_idle if @closed
      end
    end

    # Frees a queue or a search, once.
    def drop(entry)
      @visitors[visitor = Object.new] = true # others run while it is freed; the client must last as long
      Library.public_send(entry.free, entry.address) if @entries.delete(entry)
    ensure
      @visitors.delete(visitor)
      free_client_if_unused
    end

    def cancel
      visit { |client| Library.client_cancel(client) }
    end

    # Calls in progress end as cancelled, and the last of them frees the client. What nobody is inside
    # of goes at once: a walk that was left half-way finds the session closed.
    def close
      return if @closed

      visit do |client|
        @closed = true
        Library.client_cancel(client)
      end
      free_idle
      @entries.keys.each { |entry| drop(entry) unless entry.busy && entry.thread.alive? }
      free_client_if_unused
    end

    # Nobody has the client any more.
    def finish
      @closed = true
      @entries.keys.each { |entry| drop(entry) }
      free_client_if_unused
    end

    def initialize_copy(_other)
      raise TypeError, "can't copy Dora::Client"
    end

    # Ractor.make_shareable comes here.
    def freeze
      raise TypeError, "can't share Dora::Client: it belongs to the main Ractor"
    end

    private

    def enter(address, free, busy: false)
      entry = Entry.new(address, free, Thread.current, busy)
      @entries[entry] = true
      entry
    end

    # Lends the native client for the block: it is not freed meanwhile.
    def visit
      @visitors[visitor = Object.new] = true
      raise ClosedError, "the client is closed" if @closed

      yield @clients.first
    ensure
      @visitors.delete(visitor)
      free_client_if_unused if @closed
    end

    def free_idle
      while (queue = @idle.pop)
        queue.drop
      end
    end

    def free_client_if_unused
      return unless @closed && @entries.empty? && @visitors.empty?

      client = @clients.pop
      Library.client_free(client) if client
    end
  end
  private_constant :Session
end
