# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # The way of a message from the library to a Logger.
  #
  # A Logger may raise, be interrupted, or let other threads run; none of this may
  # happen while the library is on the stack. So a message is only kept while the call
  # lasts, and written when it has returned. One closure serves all clients: it can't be
  # freed before one of them.
  module Log # :nodoc:
    KEPT = :__dora_messages__
    # DORA_LOG_ERROR is 1, Logger::ERROR is 3.
    SEVERITIES = 4

    # dora_log_function. Called by C, which no exception may pass.
    class Keeper < Fiddle::Closure # :nodoc: all
      def initialize
        super(Library::VOID, [Library::UINT64, Library::UINT32, Library::TEXT])
      end

      # Thread#raise and the like wait until the call has returned (Client does that), but a
      # signal's handler runs at any method call: what it raises is kept for then, too.
      def call(log_id, level, message)
        (Thread.current[KEPT] ||= []) << [log_id, level, message]
      rescue Exception => e # rubocop:disable Lint/RescueException
        (Thread.current[KEPT] ||= []) << e
      end
    end
    private_constant :Keeper

    # All that were made, for two threads may make one each.
    KEEPERS = []
    private_constant :KEEPERS

    # The address of the closure. It is made for the first Logger: a hardened system may refuse it.
    # GC.compact moves a closure, of which C knows only where it was; what a Fiddle::Pointer was made from
    # stays where it is.
    def self.function
      KEEPERS << Fiddle::Pointer[Keeper.new] if KEEPERS.empty?
      KEEPERS.first.to_i
    end

    # Writes what a client's call left on this thread. Raises what a Logger raises.
    def self.write(logger, log_id)
      kept = Thread.current[KEPT]
      return if kept.nil? || kept.empty?

      Thread.current[KEPT] = nil
      interruption = kept.find { |entry| entry.is_a?(Exception) }
      raise interruption if interruption

      kept.each do |id, level, message|
        logger.add(SEVERITIES - level, Library.text(message)) if id == log_id
      end
    end
  end
  private_constant :Log
end
