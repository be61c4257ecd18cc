# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # Turns what Ruby gives into what the setters of dora.h take. What is of another type
  # is a TypeError, what does not fit a RangeError. No message holds a value: it may be a key.
  module Settings # :nodoc:
    UINT32_MAX = (1 << 32) - 1
    UINT64_MAX = (1 << 64) - 1

    # The setter of a setting that has another name or unit in Ruby.
    SETTERS = { headers: "config_add_header", connect_timeout: "config_set_connect_timeout_ms",
                attempt_timeout: "config_set_attempt_timeout_ms", timeout: "config_set_timeout_ms",
                retry_backoff: "config_set_retry_backoff_ms" }.freeze

    # What a setter takes of a value that was converted.
    TYPES = {
      text: [Library::TEXT], path: [Library::TEXT], certificate: [Library::TEXT] * 2, headers: [Library::TEXT] * 2,
      seconds: [Library::UINT32], uint32: [Library::UINT32], backoff: [Library::UINT32] * 2, uint64: [Library::UINT64],
      flag: [Library::BOOL], logger: [Library::ADDRESS] * 2
    }.freeze

    class << self
      # Each setting, with the way its value is converted.
      attr_reader :all

      # Says which settings there are, and binds their setters.
      def declare(all)
        @all = all.freeze
        all.each { |name, kind| Library.bind(Library::VOID, [Library::ADDRESS, *TYPES.fetch(kind)], setter(name)) }
      end

      # Makes a dora_client. What is nil is left as the environment or the library has it.
      def client(settings, log_id)
        unknown = settings.keys - all.keys
        raise ArgumentError, "unknown keyword: #{unknown.first.inspect}" unless unknown.empty?

        converted = settings.compact.to_h { |name, value| [name, public_send(all.fetch(name), name, value)] }
        config = Library.config_new
        begin
          converted.each { |name, value| set(config, name, value, log_id) }
          Library.call(:client_new, config)
        ensure
          Library.config_free(config)
        end
      end

      def text(name, value)
        string = String.try_convert(value) || mismatch(name, "a String", value)
        string = string.encoding == Encoding::BINARY ? string.dup.force_encoding(Encoding::UTF_8) : string.encode(Encoding::UTF_8)
        raise ArgumentError, "#{name}: not UTF-8" unless string.valid_encoding?
        raise ArgumentError, "#{name}: contains a null byte" if string.include?("\0")

        string
      rescue EncodingError
        raise ArgumentError, "#{name}: can't be converted from #{string.encoding} to UTF-8"
      end

      def path(name, value)
        text(name, value.respond_to?(:to_path) ? value.to_path : String.try_convert(value) || mismatch(name, "a path", value))
      end

      # One file with both, or the certificate's and the key's.
      def certificate(name, value)
        paths = Array.try_convert(value) || [value]
        raise ArgumentError, "#{name}: a path, or [certificate, key], is expected" unless [1, 2].include?(paths.size)

        [path(name, paths[0]), paths[1] && path(name, paths[1])]
      end

      def headers(name, value)
        hash = Hash.try_convert(value) || mismatch(name, "a Hash", value)
        hash.map { |pair| pair.map { |part| text(name, part) } }
      end

      # 0 is no limit.
      def seconds(name, value)
        mismatch(name, "a number of seconds", value) unless value.is_a?(Numeric) && value.real?
        raise RangeError, "#{name}: not finite; 0 is no limit" unless value.finite?

        in_range(name, (value * 1000).ceil, 0, UINT32_MAX, "milliseconds")
      end

      def backoff(name, value)
        pair = Array.try_convert(value)
        mismatch(name, "[base, max] in seconds", value) unless pair && pair.size == 2
        pair.map { |part| seconds(name, part) }
      end

      def uint32(name, value, least = 0)
        integer(name, value, least, UINT32_MAX)
      end

      def uint64(name, value)
        integer(name, value, 0, UINT64_MAX)
      end

      def flag(name, value)
        mismatch(name, "true or false", value) unless [true, false].include?(value)
        value ? 1 : 0
      end

      def logger(name, value)
        value.respond_to?(:add) ? value : mismatch(name, "a Logger (an object with the method add)", value)
      end

      def setter(name)
        SETTERS.fetch(name) { "config_set_#{name}" }
      end

      # Not Kernel#Integer: it takes "5" and 1.5.
      def integer(name, value, least, most)
        mismatch(name, "an Integer", value) unless value.is_a?(Integer)
        in_range(name, value, least, most)
      end

      private

      def set(config, name, value, log_id)
        return Library.config_set_logger(config, Log.function, log_id) if name == :logger
        return value.each { |header| Library.config_add_header(config, *header) } if name == :headers

        Library.public_send(setter(name), config, *value)
      end

      def in_range(name, value, least, most, unit = nil)
        return value if value.between?(least, most)

        raise RangeError, "#{name}: #{[value, unit].compact.join(' ')} is not between #{least} and #{most}"
      end

      def mismatch(name, expected, value)
        raise TypeError, "#{name}: #{expected} is expected, not #{value.nil? ? 'nil' : value.class}"
      end
    end
  end
  private_constant :Settings
end
