# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # The facts of the HTTP response that an event or an error came with. Frozen.
  class Response
    PHASES = %i[lookup connect tls first_byte total].freeze
    private_constant :PHASES

    # The HTTP status of the last attempt.
    attr_reader :status
    # "1.0", "1.1", "2" or "3".
    attr_reader :http_version
    # How many attempts the call took, the last one included.
    attr_reader :attempts
    # Microseconds from the start of the last attempt until the name was looked up, the
    # connection stood, TLS was complete, the first byte and the last byte arrived: a Hash with
    # <tt>:lookup</tt>, <tt>:connect</tt>, <tt>:tls</tt>, <tt>:first_byte</tt>, <tt>:total</tt>.
    # On a connection that was open already the first three are 0.
    attr_reader :times_us
    # Requests in a period, or nil if the server did not say.
    attr_reader :rate_limit
    # Requests left in the period, or nil.
    attr_reader :rate_limit_remaining
    # The period in seconds, or nil.
    attr_reader :rate_limit_period_s
    # Seconds until the period starts anew, or nil.
    attr_reader :rate_limit_reset_s

    # What is at an address that the owner, an event or an error, keeps alive.
    def self.of(address, owner) # :nodoc:
      address.zero? ? nil : new(address, owner)
    end
    private_class_method :new

    def initialize(address, owner) # :nodoc:
      @owner = owner
      @pointer = Fiddle::Pointer.new(address)
      @status = Library.response_status(address)
      @http_version = Library.text(Library.response_http_version(address))
      @attempts = Library.response_attempts(address)
      @times_us = PHASES.each_with_index.to_h { |name, phase| [name, Library.response_time_us(address, phase)] }.freeze
      Library::RATE_LIMITS.each do |name|
        limit = Library.public_send("response_#{name}", address)
        instance_variable_set("@#{name}", limit.negative? ? nil : limit)
      end
      freeze
    end

    # A header's value, or nil if it was not sent; the first one where there are several.
    #
    #     error.response["X-Request-Id"] # for a support ticket
    def header(name)
      name = Settings.text("name", name)
      Library.text(Library.response_header(@pointer.to_i, name))
    end
    alias [] header

    # All facts but the headers.
    def to_h
      { status: status, http_version: http_version, attempts: attempts, times_us: times_us, rate_limit: rate_limit,
        rate_limit_remaining: rate_limit_remaining, rate_limit_period_s: rate_limit_period_s,
        rate_limit_reset_s: rate_limit_reset_s }
    end

    # The headers stay behind: only what Ruby holds can be dumped.
    def marshal_dump # :nodoc:
      to_h
    end

    def marshal_load(facts) # :nodoc:
      facts.each { |name, value| instance_variable_set("@#{name}", value.freeze) }
      freeze
    end
  end
end
