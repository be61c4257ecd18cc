# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # What went wrong: #message is one line for a person, which never holds a key; the
  # facts are the attributes. Each kind is a class of its own.
  class Error < StandardError
    # The kind as a Symbol, <tt>:rate_limited</tt> for RateLimited.
    attr_reader :code
    # Whether the same call may succeed later without any change.
    attr_reader :retryable
    alias retryable? retryable
    # Seconds that the server asked to wait, counted from its response, or nil.
    attr_reader :retry_after
    # What the API's error body lists: frozen Hashes with <tt>:title</tt>, <tt>:detail</tt>,
    # <tt>:status</tt>, <tt>:source_pointer</tt>, <tt>:source_parameter</tt>,
    # <tt>:source_header</tt> and <tt>:meta</tt> (JSON text), nil where absent.
    attr_reader :items
    # The response body as received, or nil.
    attr_reader :body
    # The Response that said so, or nil if nothing came back.
    attr_reader :response
    # libcurl's own code (CURLcode) of a transport failure, else 0.
    attr_reader :curl_code

    # The settings that Ruby gives in seconds have another name in C.
    MILLISECONDS = /\b((?:connect_|attempt_)?timeout|retry_backoff)_ms\b/.freeze
    private_constant :MILLISECONDS

    # Takes a dora_error over.
    def self.take(address) # :nodoc:
      handle = Fiddle::Pointer.new(address, 0, Library::FREES_ERROR)
      message = Library.text(Library.error_message(address))
      (KINDS[Library.error_get_code(address)] || self).new(message.gsub(MILLISECONDS, '\1')).tap do |error|
        error.send(:read, handle)
      end
    end

    # The facts, without the response's.
    def to_h
      { code: code, message: message, retryable: retryable, retry_after: retry_after, items: items, body: body,
        curl_code: curl_code }
    end

    private

    def read(handle)
      address = handle.to_i
      retry_after_ms = Library.error_retry_after_ms(address)
      @code = Library.error_code_name(Library.error_get_code(address)).to_sym
      @retryable = Library.error_is_retryable(address) != 0
      @retry_after = retry_after_ms.negative? ? nil : retry_after_ms / 1000.0
      @items = Array.new(Library.error_item_count(address)) { |index| item(address, index) }.freeze
      @body = Library.sized(:error_body, address)
      @response = Response.of(Library.error_response(address), handle)
      @curl_code = Library.error_curl_code(address)
    end

    def item(address, index)
      texts = Library::ITEM_TEXTS.to_h do |name|
        [name.to_sym, Library.text(Library.public_send("error_item_#{name}", address, index))]
      end
      texts.merge(meta: Library.copied(:error_copy_item_meta, address, index)).freeze
    end
  end

  # An argument or a setting can't be used. Nothing was sent.
  class InvalidArgument < Error; end
  # HTTP 400.
  class BadRequest < Error; end
  # HTTP 401.
  class Unauthenticated < Error; end
  # HTTP 403: the keys were refused, or lack the permission dora_metrics_read.
  class Forbidden < Error; end
  # HTTP 404.
  class NotFound < Error; end
  # HTTP 429, after the retries.
  class RateLimited < Error; end
  # HTTP 5xx, after the retries.
  class ServerError < Error; end
  # Any other status that is not 200. Redirects are never followed.
  class HTTPError < Error; end
  # Name lookup, connecting, the proxy, or the connection broke.
  class ConnectionFailed < Error; end
  # The server's certificate or the TLS handshake.
  class TLSError < Error; end
  # A timeout, or the deadline of the whole call, passed.
  class TimedOut < Error; end
  # Client#cancel or Client#close was called meanwhile.
  class Cancelled < Error; end
  # The body or the headers were over their limit.
  class ResponseTooLarge < Error; end
  # A body that is no incident event or, in strict mode, departs from the schema.
  class MalformedResponse < Error; end
  # Anything else: a bug.
  class InternalError < Error; end
  # A search can't go on without leaving events out. The message says what to do.
  class Incomplete < Error; end

  # The client was closed before.
  class ClosedError < IOError; end

  # By the number of their DORA_ERROR_ constant.
  Error::KINDS = [nil, InvalidArgument, BadRequest, Unauthenticated, Forbidden, NotFound, RateLimited, ServerError,
                  HTTPError, ConnectionFailed, TLSError, TimedOut, Cancelled, ResponseTooLarge, MalformedResponse,
                  InternalError, Incomplete].freeze
  Error.private_constant :KINDS
end
