# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

module Dora
  # One incident event. Frozen; any thread may read it. What the event does not carry is nil.
  # A field is read from the event when it is asked for.
  #
  # Two events are equal when their fields are, whatever the responses were that they came with.
  class Failure
    ##
    # :attr_reader: id
    # The id, which Client#failure takes.

    ##
    # :attr_reader: type
    # "dora_failure", formerly "dora_incident", or what the API sends in its place.

    ##
    # :attr_reader: name
    # What happened.

    ##
    # :attr_reader: env
    # The first of #envs.

    ##
    # :attr_reader: severity
    # As it was reported: "High", "SEV-1".

    ##
    # :attr_reader: team
    # The first of #teams.

    ##
    # :attr_reader: version
    # The version, as it was reported.

    ##
    # :attr_reader: git_commit_sha
    # The SHA of a git commit.

    ##
    # :attr_reader: git_repository_url
    # The URL of its repository.

    ##
    # :attr_reader: git_repository_id
    # The repository's id, which some events have in place of its URL.

    ##
    # :attr_reader: services
    # The services that the incident hit.

    ##
    # :attr_reader: envs
    # The environments that the incident hit.

    ##
    # :attr_reader: teams
    # The teams that own the services.

    ##
    # :attr_reader: custom_tags
    # "key:value" each.

    ##
    # :attr_reader: violations
    # Where the event departs from the documented schema:
    # <tt>"/data/attributes/started_at: missing"</tt>.

    ##
    # :attr_reader: started_at
    # A Time in UTC, exact to the nanosecond.

    ##
    # :attr_reader: finished_at
    # A Time in UTC, exact to the nanosecond.

    ##
    # :attr_reader: started_at_unix_ns
    # Nanoseconds since 1970-01-01 00:00:00 UTC.

    ##
    # :attr_reader: finished_at_unix_ns
    # Nanoseconds since 1970-01-01 00:00:00 UTC.

    # The response body exactly as it was received.
    attr_reader :json

    TEXTS = %i[id type name env severity team version git_commit_sha git_repository_url git_repository_id].freeze
    TIMES = %i[started_at finished_at].freeze
    LISTS = Library::FAILURE_LISTS.keys.freeze
    private_constant :TEXTS, :TIMES, :LISTS

    TEXTS.each do |name|
      Library.bind(Library::TEXT, [Library::ADDRESS], "failure_#{name}")
      class_eval("def #{name} = Library.text(Library.failure_#{name}(@handle.to_i))", __FILE__, __LINE__)
    end

    Library::FAILURE_LISTS.each do |name, (count, read)|
      class_eval(<<~RUBY, __FILE__, __LINE__ + 1)
        def #{name}
          address = @handle.to_i
          Array.new(Library.failure_#{count}(address)) { |index| Library.text(Library.failure_#{read}(address, index)) }.freeze
        end
      RUBY
    end

    TIMES.each do |name|
      class_eval(<<~RUBY, __FILE__, __LINE__ + 1)
        def #{name}_unix_ns = unix_ns(:failure_#{name})
        def #{name} = time(unix_ns(:failure_#{name}))
      RUBY
    end

    # Reads the body of a response, without a network. Raises MalformedResponse.
    def self.parse(json)
      Library.require_main_ractor
      text = String.try_convert(json) || raise(TypeError, "json: a String is expected, not #{json.nil? ? 'nil' : json.class}")
      Thread.handle_interrupt(Object => :never) do
        bytes = Fiddle::Pointer[text] # keeps them where they are
        take(Library.call(:parse_failure, bytes.to_i, text.bytesize))
      end
    end

    # Takes a dora_failure over.
    def self.take(address) # :nodoc:
      new(Fiddle::Pointer.new(address, 0, Library::FREES_FAILURE))
    end
    private_class_method :new

    # The body is copied at once: Ruby then knows what an event weighs, and collects in time.
    def initialize(handle) # :nodoc:
      @handle = handle
      @json = Library.text(Library.failure_json(handle.to_i, 0))
      freeze
    end

    # The Response that the event came with; nil for an event of Failure.parse.
    def response
      Response.of(Library.failure_response(@handle.to_i), @handle)
    end

    # The value of the first custom tag with a key, or nil.
    def custom_tag(key)
      Library.text(Library.failure_custom_tag_value(@handle.to_i, Settings.text("key", key)))
    end

    # The JSON text at a JSON Pointer (RFC 6901), or nil. It reaches what has no attribute here:
    #
    #     failure.json_at("/data/attributes/some_new_field")
    def json_at(pointer)
      Library.copied(:failure_copy_json, @handle.to_i, Settings.text("pointer", pointer))
    end

    # The string at a JSON Pointer, decoded; nil if nothing or no string is there.
    def string_at(pointer)
      Library.copied(:failure_copy_string, @handle.to_i, Settings.text("pointer", pointer))
    end

    # All fields: strings, Times, Arrays, and the times' nanoseconds as Integers.
    def to_h
      fields = TEXTS.to_h { |name| [name, public_send(name)] }
      TIMES.each { |name| fields[name] = public_send(name) }
      TIMES.each { |name| fields[:"#{name}_unix_ns"] = public_send(:"#{name}_unix_ns") }
      LISTS.each { |name| fields[name] = public_send(name) }
      fields
    end

    # For <tt>case failure in {severity: "High", services:}</tt>.
    def deconstruct_keys(keys)
      keys ? keys.select { |name| FIELDS.include?(name) }.to_h { |name| [name, public_send(name)] } : to_h
    end

    # JSON of #to_h, with times as RFC 3339 has them, to the nanosecond.
    def to_json(*arguments)
      require "json"
      fields = to_h
      TIMES.each { |name| fields[name] = fields[name]&.strftime("%Y-%m-%dT%H:%M:%S.%NZ") }
      fields.to_json(*arguments)
    end

    # Whether all fields are equal.
    def ==(other)
      other.is_a?(Failure) && (json == other.json || to_h == other.to_h)
    end
    alias eql? ==

    def hash # :nodoc:
      to_h.hash
    end

    # Short, however large the event is.
    def inspect
      facts = %i[id name severity started_at].filter_map do |name|
        value = public_send(name)
        value = "#{value[0, 80]}..." if value.is_a?(String) && value.size > 80
        "#{name}=#{value.inspect}" if value
      end
      "#<Dora::Failure #{facts.join(' ')}>"
    end

    # An event never changes: its copy is itself.
    def dup
      self
    end

    # As dup.
    def clone(freeze: true) # rubocop:disable Lint/UnusedMethodArgument
      self
    end

    # For Marshal: the body. The response stays behind.
    def _dump(_level) # :nodoc:
      json
    end

    def self._load(json) # :nodoc:
      parse(json)
    end

    def encode_with(coder) # :nodoc:
      coder["json"] = json
    end

    def init_with(coder) # :nodoc:
      other = Failure.parse(coder["json"])
      @handle = other.instance_variable_get(:@handle)
      @json = other.json
      freeze
    end

    def initialize_copy(_other) # :nodoc:
      raise TypeError, "can't copy Dora::Failure to another Ractor: send failure.to_h"
    end

    private

    def unix_ns(name)
      buffer = Fiddle::Pointer.malloc(8, Fiddle::RUBY_FREE)
      Library.public_send(name, @handle.to_i, buffer.to_i).zero? ? nil : buffer[0, 8].unpack1("q")
    end

    def time(unix_ns)
      unix_ns && Time.at(*unix_ns.divmod(1_000_000_000), :nsec, in: "UTC").freeze
    end
  end

  Failure.const_set(:FIELDS, Failure.parse('{"data":{}}').to_h.keys.freeze)
  Failure.private_constant :FIELDS
end
