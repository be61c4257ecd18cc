# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # How one event of Client#each_failure came out: either #failure or #error is nil. Frozen.
  class Result
    # The id that was asked for.
    attr_reader :failure_id
    # The Failure, or nil.
    attr_reader :failure
    # The Error, or nil.
    attr_reader :error

    def initialize(failure_id, failure, error) # :nodoc:
      @failure_id = failure_id
      @failure = failure
      @error = error
      freeze
    end

    # The Failure. Raises the Error, if it is one.
    def get
      raise error if error

      failure
    end

    # The id, the event and the error.
    def to_h
      { failure_id: failure_id, failure: failure, error: error }
    end

    # For <tt>case result in {failure: Dora::Failure => failure}</tt>.
    def deconstruct_keys(_keys)
      to_h
    end

    # Whether all three are equal.
    def ==(other)
      other.is_a?(Result) && to_h == other.to_h
    end
    alias eql? ==

    def hash # :nodoc:
      to_h.hash
    end
  end
end
