# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # Fetches incident events. Any number of threads and fibres may use one client at once,
  # and so may a forked child.
  #
  # A client that is dropped frees what it holds; #close does it at once.
  class Client
    # A client as Client.new makes it. With a block the client is given to it, closed
    # afterwards, and the block's value is returned.
    def self.open(**settings)
      client = new(**settings)
      return client unless block_given?

      begin
        yield client
      ensure
        client.close
      end
    end

    # How each setting of Client.new is converted. Its setter in dora.h has its name, or the one that
    # Settings::SETTERS gives it.
    Settings.declare(
      site: :text, api_key: :text, app_key: :text, access_token: :text, base_url: :text, proxy: :text, user_agent: :text,
      ca_file: :path, client_certificate: :certificate, headers: :headers,
      connect_timeout: :seconds, attempt_timeout: :seconds, timeout: :seconds,
      max_retries: :uint32, retry_backoff: :backoff, max_response_bytes: :uint64,
      compression: :flag, strict: :flag, logger: :logger
    )

    # Makes a client. Nothing is sent yet. A setting that is nil or not given is as the
    # environment has it, else as stated.
    #
    # [site] The Datadog site: requests go to https://api.SITE. Default: DD_SITE, else
    #        <tt>"datadoghq.com"</tt>.
    # [api_key, app_key] The API key, and the application key of a user with the permission
    #                    dora_metrics_read. Default: DD_API_KEY, DD_APP_KEY.
    # [access_token] An access token, sent in place of the two keys. Default: DD_BEARER_TOKEN.
    # [base_url] The address in place of the site's: <tt>"https://host:port/prefix"</tt>, or
    #            <tt>http://</tt> to a loopback host.
    # [ca_file] The path of a PEM file of authorities that replaces the system's.
    # [client_certificate] The path of a PEM file with certificate and key, or two of them:
    #                      <tt>[certificate, key]</tt>.
    # [proxy] <tt>"http://user:password@host:port"</tt>; also https, socks4, socks4a, socks5,
    #         socks5h; <tt>""</tt> = none. Default: libcurl's environment variables.
    # [user_agent] The program's <tt>"name/version"</tt>, put before the library's own.
    # [headers] A Hash of more request headers.
    # [connect_timeout] Seconds until the connection stands. Default: 10. Here and in the next two
    #                   fractions count, and 0 = no limit.
    # [attempt_timeout] Seconds for one attempt. Default: 30.
    # [timeout] Seconds for the whole call, all attempts and waits. Default: 60.
    # [max_retries] How many attempts may follow the first. Default: 3.
    # [retry_backoff] <tt>[base, max]</tt> in seconds: the wait before a retry where the server
    #                 names none. Default: <tt>[0.5, 30]</tt>.
    # [max_response_bytes] The largest body to take, decompressed. Default: 8 MiB.
    # [compression] Whether to ask for compressed responses. Default: true.
    # [strict] Whether a violation of the documented schema is an error. Default: false.
    # [logger] A Logger, or another object with its method +add+. What it raises comes out of the
    #          call that was being logged.
    #
    # Raises InvalidArgument with the setting's name, TypeError and RangeError.
    def initialize(**settings)
      raise TypeError, "already initialized client" if @session

      Library.require_main_ractor
      Thread.handle_interrupt(Object => :never) do
        logger = settings[:logger]
        log_id = logger.object_id
        @session = Session.new(Settings.client(settings, log_id), logger, log_id)
        ObjectSpace.define_finalizer(self, Session.finalizer(@session, object_id))
      end
    end

    # Fetches one incident event and waits for it, retries included. Raises Error.
    def failure(failure_id)
      failure_id = Settings.text("failure_id", failure_id)
      with_queue(1) do |queue|
        queue.add(failure_id, 0)
        _, failure, error = queue.wait
        raise error if error

        failure
      end
    end

    # Fetches many events side by side and yields a Result for each, in the order of completion.
    # It takes an id when it has room for it. If +failure_ids+ raises, that comes after the results
    # that were due. Without a block: an Enumerator.
    #
    #     client.each_failure(ids).lazy.filter_map(&:failure).first(10)
    def each_failure(failure_ids, max_in_flight: 32, &block)
      raise TypeError, "failure_ids: #each is expected" unless failure_ids.respond_to?(:each)

      limit = Settings.uint32("max_in_flight", max_in_flight, 1)
      unless block
        return enum_for(:each_failure, failure_ids, max_in_flight: limit) { failure_ids.size if failure_ids.respond_to?(:size) }
      end

      # A single event's queue is lent out again, which one of a walk is not.
      with_queue([limit, 2].max) { |queue| Walk.new(queue, limit, block).run(failure_ids) }
      self
    end

    # Yields a Failure for every event that matches a query, newest first, with a +started_at+ in a span of
    # time. Each comes once; pages are asked for as they are needed. Without a block: an Enumerator.
    #
    #     client.search("severity:High env:production", Time.utc(2026)...Time.utc(2027)) { |failure| ... }
    #     client.search.first(10)
    #
    # [query] Datadog's search syntax; nil = all.
    # [span] A Range of Times, which may lack either end; nil = all.
    # [page_size] How many events to ask for at a time, at most 1,000.
    # [on_error] Is called with an Error. If it returns true the search goes on from where it was, which asks
    #            for the same page anew; in strict mode, behind the event that departs from the schema.
    #
    # Raises Error; ArgumentError for a span that holds no instant; Incomplete where events would be left
    # out, whatever +on_error+ says.
    def search(query = nil, span = nil, page_size: 1000, on_error: nil)
      text = query.nil? ? nil : Settings.text("query", query)
      bounds = Search.bounds(span)
      Settings.integer("page_size", page_size, Search::PAGE_SIZES.min, Search::PAGE_SIZES.max)
      raise TypeError, "on_error: #call is expected" unless on_error.nil? || on_error.respond_to?(:call)
      return enum_for(:search, query, span, page_size: page_size, on_error: on_error) unless block_given?

      using(-> { session.search(text, bounds, page_size) }) do |search|
        while (found = search.next)
          next yield(found) if found.is_a?(Failure)
          raise found if found.is_a?(Incomplete) || !on_error&.call(found)
        end
      end
      self
    end

    # Ends every call in progress with Cancelled; later calls work. From any thread, and in a
    # signal's handler.
    def cancel
      session.cancel
      nil
    end

    # Ends every call in progress with Cancelled, closes the connections and wipes the keys. To close
    # twice does nothing, as with IO. From any thread, and in a signal's handler.
    def close
      Thread.handle_interrupt(Object => :never) { session.close }
      nil
    end

    # Whether #close was called.
    def closed?
      session.closed?
    end

    # Says whether it is open; never a key.
    def inspect
      "#<Dora::Client #{closed? ? 'closed' : 'open'}>"
    end

    # Raises TypeError: two clients can't own the same connections.
    def initialize_copy(_other)
      raise TypeError, "can't copy #{self.class}"
    end

    def marshal_dump # :nodoc:
      raise TypeError, "can't dump #{self.class}"
    end

    def encode_with(_coder) # :nodoc:
      raise TypeError, "can't dump #{self.class}"
    end

    private

    def session
      @session || raise(TypeError, "uninitialized client")
    end

    def with_queue(max_in_flight, &block)
      using(-> { session.lend(max_in_flight) }, &block)
    end

    # Lends a queue or a search to the block. Should an interrupt come where nothing catches it, the
    # object's finalizer ends what is here.
    def using(lend)
      lent = nil
      begin
        Thread.handle_interrupt(Object => :never) { lent = lend.call }
        yield lent
      ensure
        lent&.release
      end
    end
  end
end
