# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"

# The binding beside include/dora.h: what one has, the other has. Each message names what is missing.
class HeaderTest < DoraTest
  HEADER = File.read(File.join(REPOSITORY, "include", "dora.h")).gsub(%r{/\*.*?\*/}m, " ").gsub(/^\s*#.*$/, "")
  LIBRARY = Dora.const_get(:Library)
  SETTINGS_OF = Dora.const_get(:Settings)

  # name => [result, arguments] as the header has them
  PROTOTYPES = HEADER.scan(/^((?:const )?\w+ \*?)dora_(\w+)\(([^)]*)\);/m).to_h do |result, name, arguments|
    [name, [result.strip, arguments == "void" ? [] : arguments.split(",").map(&:strip)]]
  end
  BOUND = LIBRARY::BOUND

  def types(declaration)
    case declaration
    when /^const char \*/ then [LIBRARY::TEXT, LIBRARY::ADDRESS]
    when /\*/, /^dora_log_function/ then [LIBRARY::ADDRESS]
    else [scalar(declaration[/^\w+/])]
    end
  end

  def scalar(name)
    { "void" => LIBRARY::VOID, "int" => LIBRARY::INT, "bool" => LIBRARY::BOOL, "size_t" => LIBRARY::SIZE,
      "uint32_t" => LIBRARY::UINT32, "dora_error_code" => LIBRARY::UINT32,
      "dora_search_status" => LIBRARY::UINT32, "uint64_t" => LIBRARY::UINT64,
      "int64_t" => LIBRARY::INT64 }.fetch(name)
  end

  def test_the_header_was_read
    assert_operator PROTOTYPES.size, :>, 80
    assert_equal ["const char *", ["const dora_failure *failure", "const char *key"]], PROTOTYPES["failure_custom_tag_value"]
  end

  def test_functions
    assert_empty PROTOTYPES.keys - BOUND.keys - LIBRARY::UNUSED.keys, "functions of dora.h that the binding lacks"
    assert_empty (BOUND.keys + LIBRARY::UNUSED.keys) - PROTOTYPES.keys, "functions that dora.h does not have"
    assert_empty BOUND.keys & LIBRARY::UNUSED.keys, "unused and bound"
  end

  def test_signatures
    BOUND.each do |name, (result, arguments)|
      declared_result, declared = PROTOTYPES.fetch(name)
      assert_includes types(declared_result), result, "result of #{name}"
      assert_equal declared.size, arguments.size, "arguments of #{name}"
      declared.zip(arguments).each { |declaration, type| assert_includes types(declaration), type, "#{name}: #{declaration}" }
    end
  end

  def test_settings
    declared = PROTOTYPES.keys.grep(/\Aconfig_(set|add)_/)
    bound = SETTINGS_OF.all.keys.map { |name| SETTINGS_OF.setter(name) }
    assert_equal declared.sort, bound.sort
  end

  def test_fields_of_an_event
    readers = PROTOTYPES.keys.grep(/\Afailure_/) - %w[failure_free failure_json failure_copy_json failure_copy_string
                                                       failure_response failure_custom_tag_value]
    lists = LIBRARY::FAILURE_LISTS.values.flatten
    fields = readers.map { |name| name.delete_prefix("failure_") } - lists
    assert_empty fields.map(&:to_sym) - Dora::Failure.instance_methods(false), "fields that Dora::Failure lacks"
    assert_empty fields.map(&:to_sym) - Dora::Failure.parse('{"data":{}}').to_h.keys, "fields that Failure#to_h lacks"
  end

  def test_texts_of_an_event
    texts = PROTOTYPES.filter_map { |name, types| name.delete_prefix("failure_") if types == ["const char *", ["const dora_failure *failure"]] }
    git = %w[commit_sha repository_url repository_id].to_h { |name| [name, name] }
    attributes = (texts - %w[id type]).to_h { |name| [name, name] }.merge("git" => git)
    event = Dora::Failure.parse(JSON.generate(data: { id: "id", type: "type", attributes: attributes }))
    texts.each { |name| assert_equal name.delete_prefix("git_"), event.public_send(name) }
  end

  def test_error_codes
    codes = HEADER.scan(/DORA_ERROR_(\w+) = (\d+)/)
    assert_operator codes.size, :>=, 15
    kinds = Dora::Error.const_get(:KINDS)
    codes.each { |name, code| assert kinds[code.to_i], "no class for DORA_ERROR_#{name}" }
    assert_equal codes.size + 1, kinds.size
  end

  def test_search_statuses
    search = Dora.const_get(:Search)
    assert_equal({ "EVENT" => 1, "WAITING" => 2, "END" => 3, "ERROR" => 4 }, HEADER.scan(/DORA_SEARCH_(\w+) = (\d+)/).to_h.transform_values(&:to_i))
    assert_equal [1, 2, 3], [search::EVENT, search::WAITING, search::FINISHED]
  end

  def test_phases
    assert_equal HEADER.scan(/DORA_PHASE_(\w+) = \d+/).flatten.map { |name| name.downcase.to_sym },
                 client { |client| client.failure("event").response.times_us.keys }
  end

  def test_version
    assert_equal File.read(File.join(REPOSITORY, "include", "dora.h"))[/^#define DORA_VERSION "(.*)"$/, 1], Dora::VERSION
    gem = Gem::Specification.load(File.join(REPOSITORY, "bindings", "ruby", "libdora.gemspec"))
    assert_equal Dora::VERSION, gem.version.to_s
  end
end
