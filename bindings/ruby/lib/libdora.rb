# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "fiddle"

# libdora for Ruby 3.0 and later: incident events of Datadog's DORA metrics.
#
#     Dora::Client.open do |client| # keys and site from the environment
#       failure = client.failure("failure-id")
#       puts failure.name, failure.started_at
#     end
#
# The library is the gem's own, in a checkout the one in .build/stage, else the
# loader's; the environment's DORA_LIBRARY comes before all of them. A client serves any number of threads and works
# after fork. What it returns is plain, frozen and outlives it.
module Dora
  # A blocking call comes back to Ruby this often, for Ctrl-C, Timeout and Thread#kill.
  SLICE_MS = 20
  # How many ids each_failure takes ahead of the results that were yielded.
  IDS_AHEAD = 1000

  # The functions of dora.h, without their prefix.
  module Library
    VOID = Fiddle::TYPE_VOID
    POINTER = Fiddle::TYPE_VOIDP
    UINT32 = -Fiddle::TYPE_INT
    UINT64 = -Fiddle::TYPE_LONG_LONG
    INT64 = Fiddle::TYPE_LONG_LONG
    SIZE = Fiddle::TYPE_SIZE_T
    BOOL = -Fiddle::TYPE_CHAR

    FUNCTIONS = [
      [VOID, [POINTER], %w[config_free client_cancel client_free queue_free result_free failure_free error_free]],
      [VOID, [POINTER] * 2, %w[site api_key app_key access_token base_url ca_file proxy user_agent]
        .map { |name| "config_set_#{name}" }],
      [VOID, [POINTER] * 3, %w[config_set_client_certificate config_add_header config_set_logger]],
      [VOID, [POINTER, UINT32], %w[connect_timeout_ms attempt_timeout_ms timeout_ms max_retries]
        .map { |name| "config_set_#{name}" }],
      [VOID, [POINTER, UINT32, UINT32], %w[config_set_retry_backoff_ms]],
      [VOID, [POINTER, UINT64], %w[config_set_max_response_bytes]],
      [VOID, [POINTER, BOOL], %w[config_set_compression config_set_strict]],
      [POINTER, [], %w[version config_new]],
      [POINTER, [POINTER], %w[result_take_failure result_take_error failure_response error_response error_message
                              response_http_version failure_id failure_type failure_name failure_env failure_severity
                              failure_team failure_version failure_git_commit_sha failure_git_repository_url
                              failure_git_repository_id]],
      [POINTER, [POINTER] * 2, %w[client_new failure_json error_body]],
      [POINTER, [POINTER, UINT32, POINTER], %w[queue_new]],
      [POINTER, [UINT32], %w[error_code_name]],
      [POINTER, [POINTER, SIZE], %w[failure_service failure_custom_tag failure_violation error_item_title error_item_detail
                                    error_item_status error_item_source_pointer error_item_source_parameter
                                    error_item_source_header]],
      [BOOL, [POINTER, POINTER, UINT64, POINTER], %w[queue_add]],
      [BOOL, [POINTER], %w[error_is_retryable]],
      [BOOL, [POINTER] * 2, %w[failure_started_at failure_finished_at]],
      [SIZE, [POINTER], %w[queue_pending error_item_count failure_service_count failure_custom_tag_count
                           failure_violation_count]],
      [UINT64, [POINTER], %w[result_tag]],
      [UINT32, [POINTER], %w[error_get_code response_attempts]],
      [Fiddle::TYPE_INT, [POINTER], %w[error_curl_code response_status]],
      [INT64, [POINTER, UINT32], %w[response_time_us]],
      [INT64, [POINTER], %w[error_retry_after_ms response_rate_limit response_rate_limit_remaining
                            response_rate_limit_period_s response_rate_limit_reset_s]]
    ].freeze

    near = ["libdora/libdora.so.0", "../../../.build/stage/lib/libdora.so.0"].map { |path| File.expand_path(path, __dir__) }
    library = Fiddle.dlopen(ENV.fetch("DORA_LIBRARY") { near.find { |path| File.file?(path) } || "libdora.so.0" })
    # Of all functions only queue_next waits: it lets other threads run. Where Fiddle
    # knows the option, the others are too short to be worth a change of thread.
    short = Fiddle::Function.method_defined?(:need_gvl?) ? { need_gvl: true } : {}
    bind = lambda do |result, arguments, name, **options|
      function = Fiddle::Function.new(library["dora_#{name}"], arguments, result, **options)
      define_singleton_method(name) { |*values| function.call(*values) }
    end
    FUNCTIONS.each { |result, arguments, names| names.each { |name| bind.call(result, arguments, name, **short) } }
    bind.call(POINTER, [POINTER, INT64], "queue_next")

    class << self
      # Calls a function that takes `dora_error **` last.
      def call(name, *arguments)
        error = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
        error[0, Fiddle::SIZEOF_VOIDP] = "\0" * Fiddle::SIZEOF_VOIDP
        result = public_send(name, *arguments, error)
        raise Error.take(error.ptr) if result.is_a?(Fiddle::Pointer) ? result.null? : result.zero?

        result
      end

      def string(pointer)
        pointer.null? ? nil : pointer.to_s.force_encoding(Encoding::UTF_8).freeze
      end

      # The bytes of a function that reports their number through `size_t *`.
      def sized(name, source)
        length = Fiddle::Pointer.malloc(Fiddle::SIZEOF_SIZE_T, Fiddle::RUBY_FREE)
        pointer = public_send(name, source, length)
        pointer.null? ? nil : pointer[0, length[0, Fiddle::SIZEOF_SIZE_T].unpack1("J")].freeze
      end

      # A NUL-terminated copy for C.
      def c_string(text)
        text = text.to_s.encode(Encoding::UTF_8)
        raise ArgumentError, "string contains null byte" if text.include?("\0")

        "#{text}\0"
      end
    end
  end
  private_constant :Library

  VERSION = Library.string(Library.version)

  # The facts of an HTTP response; nil is what was not sent. times_us: of the last
  # attempt, name looked up, connected, TLS, first byte, total.
  Response = Struct.new(:status, :http_version, :attempts, :times_us,
                        :rate_limit, :rate_limit_remaining, :rate_limit_period_s, :rate_limit_reset_s) do
    def self.of(pointer)
      return nil if pointer.null?
      limits = members.last(4).map { |name| Library.public_send("response_#{name}", pointer) }
      new(Library.response_status(pointer), Library.string(Library.response_http_version(pointer)),
          Library.response_attempts(pointer), (0..4).map { |phase| Library.response_time_us(pointer, phase) }.freeze,
          *limits.map { |limit| limit.negative? ? nil : limit }).freeze
    end
  end

  # What went wrong: one line for a person, which never holds a key, and the facts.
  class Error < StandardError
    ITEM_TEXTS = %i[title detail status source_pointer source_parameter source_header].freeze

    # code is "rate_limited" and so on; retry_after is in seconds; items are hashes.
    attr_reader :code, :retryable, :retry_after, :items, :body, :response, :curl_code
    alias retryable? retryable

    def self.take(pointer)
      code = Library.error_get_code(pointer)
      kind = KINDS.fetch(code - 1, Error)
      kind.new(Library.string(Library.error_message(pointer))).tap { |error| error.send(:read, pointer, code) }
    ensure
      Library.error_free(pointer)
    end

    private

    def read(pointer, code)
      retry_after_ms = Library.error_retry_after_ms(pointer)
      @code = Library.string(Library.error_code_name(code))
      @retryable = Library.error_is_retryable(pointer) != 0
      @retry_after = retry_after_ms.negative? ? nil : retry_after_ms / 1000.0
      @items = Array.new(Library.error_item_count(pointer)) { |index| item(pointer, index) }.freeze
      @body = Library.sized(:error_body, pointer)
      @response = Response.of(Library.error_response(pointer))
      @curl_code = Library.error_curl_code(pointer)
    end

    def item(pointer, index)
      ITEM_TEXTS.to_h { |name| [name, Library.string(Library.public_send("error_item_#{name}", pointer, index))] }.freeze
    end
  end

  class ClosedError < IOError; end

  # In the order of the DORA_ERROR_ constants, from 1.
  Error::KINDS = %i[InvalidArgument BadRequest Unauthenticated Forbidden NotFound RateLimited ServerError HTTPError
                    ConnectionFailed TLSError TimedOut Cancelled ResponseTooLarge MalformedResponse
                    InternalError].map { |name| const_set(name, Class.new(Error)) }.freeze

  # One incident event; nil is what it does not carry. Times have nanoseconds.
  # violations: where the event departs from the documented schema. json: the body
  # exactly as it was received.
  Failure = Struct.new(:id, :type, :name, :env, :severity, :team, :version,
                       :git_commit_sha, :git_repository_url, :git_repository_id,
                       :started_at, :finished_at, :services, :custom_tags, :violations, :json, :response) do
    def self.take(pointer)
      texts = members.first(10).map { |name| Library.string(Library.public_send("failure_#{name}", pointer)) }
      times = %i[failure_started_at failure_finished_at].map { |name| time(name, pointer) }
      lists = %w[service custom_tag violation].map { |name| list("failure_#{name}", pointer) }
      new(*texts, *times, *lists, Library.sized(:failure_json, pointer),
          Response.of(Library.failure_response(pointer))).freeze
    ensure
      Library.failure_free(pointer)
    end

    def self.time(name, pointer)
      unix_ns = Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
      return nil if Library.public_send(name, pointer, unix_ns).zero?

      seconds, nanoseconds = unix_ns[0, 8].unpack1("q").divmod(1_000_000_000)
      Time.at(seconds, nanoseconds, :nsec, in: "UTC").freeze
    end

    def self.list(name, pointer)
      Array.new(Library.public_send("#{name}_count", pointer)) do |index|
        Library.string(Library.public_send(name, pointer, index))
      end.freeze
    end
    private_class_method :time, :list
  end

  # How one event of each_failure came out: either failure or error is nil.
  Result = Struct.new(:failure_id, :failure, :error)

  # Fetches incident events. Any number of threads may use one client at once.
  class Client
    # Closes the client after the block.
    def self.open(**settings)
      client = new(**settings)
      yield client
    ensure
      client&.close
    end

    # Settings as dora_config_set_* have them, without that prefix: site, api_key,
    # app_key, base_url, ca_file, client_certificate: [path, key_path], headers: {},
    # connect_timeout, attempt_timeout and timeout in seconds (0 = no limit),
    # retry_backoff: [base, max] in seconds, max_retries, strict, logger: a Logger.
    # What is not given is as the environment or the library has it.
    def initialize(headers: {}, logger: nil, **settings)
      @lock = Mutex.new
      @idle = [] # queues, as many as calls were in progress at once
      @at_work = 0
      config = Library.config_new
      settings.each { |name, value| set(config, name, value) unless value.nil? }
      headers.each { |header| Library.config_add_header(config, *header.map { |text| Library.c_string(text) }) }
      Library.config_set_logger(config, @log = logging_to(logger), nil) if logger
      @handle = Library.call(:client_new, config)
    ensure
      Library.config_free(config) if config
    end

    # Fetches one incident event and waits for it, retries included. Raises Error.
    def failure(failure_id)
      with_queue(1) do |queue|
        error = add(queue, failure_id, 0)
        _, failure, error = wait(queue) unless error
        raise error if error

        failure
      end
    end

    # Fetches many events side by side and yields a Result for each, in the order of
    # completion. Takes ids as their turn comes. Without a block: an Enumerator.
    def each_failure(failure_ids, max_in_flight: 0)
      return enum_for(:each_failure, failure_ids, max_in_flight: max_in_flight) unless block_given?

      with_queue(max_in_flight) do |queue|
        waiting = {}
        finish = lambda do
          tag, *outcome = wait(queue)
          yield Result.new(waiting.delete(tag), *outcome)
        end
        failure_ids.each_with_index do |failure_id, tag|
          error = add(queue, failure_id, tag)
          error ? yield(Result.new(failure_id, nil, error)) : waiting[tag] = failure_id
          finish.call while waiting.size >= IDS_AHEAD
        end
        finish.call until waiting.empty?
      end
      self
    end

    # Ends every call in progress with Cancelled; later calls work. From any thread.
    def cancel
      @lock.synchronize { Library.client_cancel(opened) }
    end

    # Calls in progress end with Cancelled. To close twice does nothing, as with IO.
    def close
      @lock.synchronize do
        next if @closed
        @closed = true
        Library.client_cancel(@handle)
        free_if_idle
      end
    end

    private

    def opened
      raise ClosedError, "the client is closed" if @closed

      @handle
    end

    def set(config, name, value)
      setter = "config_set_#{name}#{'_ms' if name.to_s.end_with?('timeout', 'backoff')}"
      raise ArgumentError, "unknown keyword: :#{name}" unless Library.respond_to?(setter)
      Library.public_send(setter, config, *Array(value).map { |part| argument(part, setter.end_with?("_ms")) })
    end

    def argument(value, milliseconds)
      return value ? 1 : 0 if [true, false].include?(value)
      return Library.c_string(value) unless value.is_a?(Numeric)
      raise RangeError, "#{value} is negative" if value.negative?

      milliseconds ? (value * 1000).ceil : value
    end

    # DORA_LOG_ERROR is 1, Logger::ERROR is 3.
    def logging_to(logger)
      types = [Library::POINTER, Library::UINT32, Library::POINTER]
      Fiddle::Closure::BlockCaller.new(Library::VOID, types) do |_, level, text|
        logger.add(4 - level, Library.string(text))
      end
    end

    # Lends a queue. It is used again only if the block left nothing pending in it.
    def with_queue(max_in_flight)
      handle = @lock.synchronize { opened.tap { @at_work += 1 } }
      begin
        queue = (@idle.pop if max_in_flight == 1) || Library.call(:queue_new, handle, max_in_flight)
        yield queue
      ensure
        @lock.synchronize { put_back(queue, max_in_flight) }
      end
    end

    def put_back(queue, max_in_flight)
      reusable = queue && max_in_flight == 1 && Library.queue_pending(queue).zero?
      reusable ? @idle.push(queue) : Library.queue_free(queue)
      @at_work -= 1
      free_if_idle
    end

    # Of a closed client the last one out frees it.
    def free_if_idle
      return unless @closed && @at_work.zero?
      Library.queue_free(@idle.pop) until @idle.empty?
      Library.client_free(@handle)
    end

    # Returns the error if the id can't be asked for.
    def add(queue, failure_id, tag)
      opened
      Library.call(:queue_add, queue, Library.c_string(failure_id), tag)
      nil
    rescue InvalidArgument => e
      e
    end

    def wait(queue)
      result = Library.queue_next(queue, SLICE_MS)
      result = Library.queue_next(queue, SLICE_MS) while result.null?
      failure = Library.result_take_failure(result)
      error = Library.result_take_error(result)
      [Library.result_tag(result), (Failure.take(failure) unless failure.null?), (Error.take(error) unless error.null?)]
    ensure
      Library.result_free(result)
    end
  end
end
