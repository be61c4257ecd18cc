# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require_relative "helper"
require "rbs"

# sig/ beside the binding: valid, and neither has what the other lacks.
class SignaturesTest < DoraTest
  SIG = File.join(REPOSITORY, "bindings", "ruby", "sig")
  CLASSES = Dora.constants.map { |name| Dora.const_get(name) }.grep(Class)
  # What every class has, or Ruby calls by itself.
  IMPLIED = %i[== eql? hash inspect dup clone freeze initialize_copy marshal_dump marshal_load encode_with init_with _dump].freeze

  def self.definitions
    @definitions ||= begin
      loader = RBS::EnvironmentLoader.new
      loader.add(path: Pathname(SIG))
      RBS::DefinitionBuilder.new(env: RBS::Environment.from_loader(loader).resolve_type_names)
    end
  end

  def of(kind)
    name = RBS::TypeName.new(name: kind.name.split("::").last.to_sym, namespace: RBS::Namespace.parse("::Dora"))
    builder = self.class.definitions
    [builder.build_instance(name), builder.build_singleton(name), name]
  end

  def declared(definition, name)
    definition.methods.select { |_, method| method.implemented_in == name && method.public? }.keys
  end

  def test_valid
    validate = 'ARGV.replace(["-I", ARGV.first, "validate", "--silent"]); load Gem.bin_path("rbs", "rbs")'
    output, trouble, status = captured([RbConfig.ruby, "-e", validate, SIG], 60)
    assert_predicate status, :success?, output + trouble
  end

  def test_methods
    CLASSES.each do |kind|
      instance, singleton, name = of(kind)
      own = kind.public_instance_methods(false) - IMPLIED
      assert_equal own.sort, (declared(instance, name) - %i[initialize]).sort, "methods of #{kind}"
      own = kind.singleton_methods(false) - %i[take of _load]
      assert_equal own.sort, (declared(singleton, name) - %i[new]).sort, "class methods of #{kind}"
    end
  end

  def test_settings
    keywords = of(Dora::Client).first.methods[:initialize].method_types.first.type.optional_keywords.keys
    assert_equal Dora.const_get(:Settings).all.keys.sort, keywords.sort
  end
end
