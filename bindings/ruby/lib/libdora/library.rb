# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "loading"

module Dora
  # The functions of dora.h, without their prefix, each a method.
  #
  # Fiddle keeps Ruby's lock during all of them: none blocks (dora_queue_next and
  # dora_search_next are called with a timeout of 0 only), and so no other thread comes
  # between. The exceptions are those that free a client, a queue or a search, which may
  # take a moment.
  module Library # :nodoc:
    VOID = Fiddle::TYPE_VOID
    # An Integer. Not TYPE_VOIDP: Fiddle converts that with Kernel#Integer, which swallows what
    # Thread#raise, Timeout or a signal raises meanwhile.
    ADDRESS = Fiddle::TYPE_UINTPTR_T
    # Copied by Fiddle; nil is NULL. Given a NUL, Fiddle raises ArgumentError.
    TEXT = Fiddle::TYPE_CONST_STRING
    INT = Fiddle::TYPE_INT
    UINT32 = -Fiddle::TYPE_INT
    UINT64 = -Fiddle::TYPE_LONG_LONG
    INT64 = Fiddle::TYPE_LONG_LONG
    SIZE = Fiddle::TYPE_SIZE_T
    BOOL = -Fiddle::TYPE_CHAR
    SIZE_MAX = (1 << (8 * Fiddle::SIZEOF_SIZE_T)) - 1

    # How an event's lists are called: the function that counts, and the one that reads.
    FAILURE_LISTS = { services: %w[service_count service], envs: %w[env_count env_at], teams: %w[team_count team_at],
                      custom_tags: %w[custom_tag_count custom_tag], violations: %w[violation_count violation] }.freeze
    ITEM_TEXTS = %w[title detail status source_pointer source_parameter source_header].freeze
    RATE_LIMITS = %w[rate_limit rate_limit_remaining rate_limit_period_s rate_limit_reset_s].freeze
    # [result, arguments, names]. Failure binds the fields that are one string, Client the setters.
    FUNCTIONS = [
      [TEXT, [], %w[version]],

      [UINT32, [ADDRESS], %w[error_get_code]],
      [TEXT, [UINT32], %w[error_code_name]],
      [TEXT, [ADDRESS], %w[error_message]],
      [BOOL, [ADDRESS], %w[error_is_retryable]],
      [INT64, [ADDRESS], %w[error_retry_after_ms]],
      [SIZE, [ADDRESS], %w[error_item_count]],
      [TEXT, [ADDRESS, SIZE], ITEM_TEXTS.map { |name| "error_item_#{name}" }],
      [SIZE, [ADDRESS, SIZE, ADDRESS, SIZE], %w[error_copy_item_meta]],
      [ADDRESS, [ADDRESS, ADDRESS], %w[error_body]],
      [ADDRESS, [ADDRESS], %w[error_response]],
      [INT, [ADDRESS], %w[error_curl_code]],
      [VOID, [ADDRESS], %w[error_free]],

      [ADDRESS, [], %w[config_new]],
      [VOID, [ADDRESS], %w[config_free]],

      [ADDRESS, [ADDRESS, ADDRESS], %w[client_new]],
      [VOID, [ADDRESS], %w[client_cancel client_free]],

      [ADDRESS, [ADDRESS, SIZE, ADDRESS], %w[parse_failure]],
      [BOOL, [ADDRESS, ADDRESS], %w[failure_started_at failure_finished_at]],
      [SIZE, [ADDRESS], FAILURE_LISTS.values.map { |count, _| "failure_#{count}" }],
      [TEXT, [ADDRESS, SIZE], FAILURE_LISTS.values.map { |_, read| "failure_#{read}" }],
      [TEXT, [ADDRESS, TEXT], %w[failure_custom_tag_value]],
      [TEXT, [ADDRESS, ADDRESS], %w[failure_json]], # JSON holds no NUL
      [SIZE, [ADDRESS, TEXT, ADDRESS, SIZE], %w[failure_copy_json failure_copy_string]],
      [ADDRESS, [ADDRESS], %w[failure_response]],
      [VOID, [ADDRESS], %w[failure_free]],

      [INT, [ADDRESS], %w[response_status]],
      [TEXT, [ADDRESS], %w[response_http_version]],
      [TEXT, [ADDRESS, TEXT], %w[response_header]],
      [UINT32, [ADDRESS], %w[response_attempts]],
      [INT64, [ADDRESS, UINT32], %w[response_time_us]],
      [INT64, [ADDRESS], RATE_LIMITS.map { |name| "response_#{name}" }],

      [ADDRESS, [ADDRESS, UINT32, ADDRESS], %w[queue_new]],
      [BOOL, [ADDRESS, TEXT, UINT64, ADDRESS], %w[queue_add]],
      [ADDRESS, [ADDRESS, INT64], %w[queue_next]],
      [SIZE, [ADDRESS], %w[queue_pending]],
      [INT, [ADDRESS], %w[queue_fd]],
      [VOID, [ADDRESS], %w[queue_free]],
      [UINT64, [ADDRESS], %w[result_tag]],
      [ADDRESS, [ADDRESS], %w[result_take_failure result_take_error]],
      [VOID, [ADDRESS], %w[result_free]],

      [ADDRESS, [ADDRESS, TEXT, INT64, INT64, ADDRESS], %w[search_failures]],
      [BOOL, [ADDRESS, UINT32, ADDRESS], %w[search_set_page_size]],
      [UINT32, [ADDRESS, INT64, ADDRESS, ADDRESS], %w[search_next]],
      [INT, [ADDRESS], %w[search_fd]],
      [VOID, [ADDRESS], %w[search_free]]
    ].freeze

    # What a Ruby program has no use for, and why.
    UNUSED = {
      "get_failure" => "blocks: Client#failure waits for a queue's descriptor, as Ruby's own IO does",
      "result_failure_id" => "Client#each_failure keeps the id itself",
      "queue_cancel" => "a walk that ends early frees its queue"
    }.freeze

    MAIN_RACTOR = Ractor.current # the one that loads files
    HANDLE, PATH = Loading.open

    # Makes a method of a function of dora.h.
    def self.bind(result, arguments, name)
      lock = !%w[client_free queue_free search_free].include?(name)
      function = Fiddle::Function.new(Loading.address(HANDLE, PATH, name), arguments, result, need_gvl: lock)
      const_set(name.upcase, function)
      parameters = arguments.each_index.map { |index| "a#{index}" }.join(", ")
      # Not define_method: this way a call costs no array of arguments.
      module_eval("def self.#{name}(#{parameters}) = #{name.upcase}.call(#{parameters})", __FILE__, __LINE__)
      BOUND[name] = [result, arguments]
    end

    # What was bound, by its name.
    BOUND = {}
    FUNCTIONS.each { |result, arguments, names| names.each { |name| bind(result, arguments, name) } }

    # For Fiddle::Pointer: as Integers, for the same reason as ADDRESS.
    FREES_ERROR = ERROR_FREE.to_i
    FREES_FAILURE = FAILURE_FREE.to_i

    class << self
      # Calls a function that takes `dora_error **` last, and raises what it stores there.
      def call(name, *arguments)
        error = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
        error[0, Fiddle::SIZEOF_VOIDP] = "\0" * Fiddle::SIZEOF_VOIDP
        result = public_send(name, *arguments, error.to_i)
        raise Error.take(error[0, Fiddle::SIZEOF_VOIDP].unpack1("J")) if result.zero?

        result
      end

      # Fiddle is not made for other Ractors: say so before it does in its own terms.
      def require_main_ractor
        return if Ractor.current == MAIN_RACTOR

        raise Ractor::UnsafeError, "libdora works in the main Ractor only: fetch there, and send failure.to_h"
      end

      # What comes from C is UTF-8.
      def text(string)
        string&.force_encoding(Encoding::UTF_8).freeze
      end

      # The bytes of a function that reports their number through `size_t *`.
      def sized(name, source)
        length = Fiddle::Pointer.malloc(Fiddle::SIZEOF_SIZE_T, Fiddle::RUBY_FREE)
        address = public_send(name, source, length.to_i)
        return nil if address.zero?

        text(Fiddle::Pointer.new(address)[0, length[0, Fiddle::SIZEOF_SIZE_T].unpack1("J")])
      end

      # The text of a function that copies as snprintf does; nil where nothing is.
      def copied(name, *arguments)
        length = public_send(name, *arguments, 0, 0)
        return nil if length == SIZE_MAX

        buffer = Fiddle::Pointer.malloc(length + 1, Fiddle::RUBY_FREE)
        public_send(name, *arguments, buffer.to_i, length + 1)
        text(buffer[0, length])
      end
    end
  end
  private_constant :Library
end
