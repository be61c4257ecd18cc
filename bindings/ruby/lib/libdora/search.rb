# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # A search: all events of a span of time.
  class Search < Waiter # :nodoc:
    PAGE_SIZES = (1..1000).freeze
    # dora_search_failures takes a smaller end for seconds or milliseconds.
    EARLIEST_END = 10**17
    # No bound.
    BOUNDS = [-(1 << 63), (1 << 63) - 1].freeze
    # dora_search_status
    EVENT = 1
    WAITING = 2
    FINISHED = 3

    # The bounds that dora_search_failures takes: the first nanosecond, and the one after the last.
    def self.bounds(span)
      return BOUNDS if span.nil?
      raise TypeError, "span: a Range of Times is expected, not #{span.class}" unless span.is_a?(Range)

      first, last = [span.begin, span.end].map { |time| time && nanoseconds(time) }
      last += 1 if last && !span.exclude_end?
      raise ArgumentError, "span: ends before 1973: #{span.end}" if last && last < EARLIEST_END
      raise ArgumentError, "span: the end is not after the begin: #{span}" if first && last && first >= last

      [first || BOUNDS.first, last || BOUNDS.last]
    end

    def self.nanoseconds(time)
      converted = time.respond_to?(:to_time) ? time.to_time : time
      raise TypeError, "span: a Time is expected, not #{time.class}" unless converted.is_a?(Time)

      nanoseconds = converted.to_i * 1_000_000_000 + converted.nsec
      return nanoseconds if nanoseconds.between?(BOUNDS.first + 1, BOUNDS.last - 2)

      raise RangeError, "span: #{converted.year} is too far away; a Range without that end has no bound"
    end
    private_class_method :nanoseconds

    def initialize(session, entry)
      super
      @out = Fiddle::Pointer.malloc(2 * Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
    end

    def page_size=(events)
      busy { Library.call(:search_set_page_size, @entry.address, events) }
    end

    # The next event, or an Error, which leaves the search where it was; nil at the end.
    def next
      found = wait
      found == FINISHED ? nil : found
    end

    private

    # An event, an error or FINISHED; nil if there is nothing yet.
    def look
      calling do
        status = Library.search_next(@entry.address, 0, @out.to_i, @out.to_i + Fiddle::SIZEOF_VOIDP)
        case status
        when EVENT then Failure.take(@out[0, Fiddle::SIZEOF_VOIDP].unpack1("J"))
        when WAITING then nil
        when FINISHED then FINISHED
        else Error.take(@out[Fiddle::SIZEOF_VOIDP, Fiddle::SIZEOF_VOIDP].unpack1("J"))
        end
      end
    end

    def descriptor
      Library.search_fd(@entry.address)
    end
  end
  private_constant :Search
end
