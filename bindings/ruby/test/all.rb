# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# All tests of the binding:
#
#     ruby -w -I bindings/ruby/lib bindings/ruby/test/all.rb
Dir[File.join(__dir__, "test_*.rb")].sort.each { |file| require file }
