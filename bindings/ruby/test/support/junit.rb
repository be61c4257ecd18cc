# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "minitest"

# Writes a JUnit report, as Tests/summarize.py reads it, to the file that DORA_JUNIT names.
class JunitReporter < Minitest::AbstractReporter
  def initialize(path)
    super()
    @path = path
    @results = []
    @passed = true
  end

  def record(result)
    @results << result
    @passed &&= result.passed? || result.skipped?
  end

  def passed?
    @passed
  end

  def report
    cases = @results.map { |result| "<testcase #{attributes(result)}>#{outcome(result)}</testcase>" }
    File.write(@path, "<testsuites><testsuite name=\"ruby\">#{cases.join("\n")}</testsuite></testsuites>\n")
  end

  private

  def attributes(result)
    "classname=#{quoted(result.klass)} name=#{quoted(result.name)} time=\"#{result.time.round(3)}\""
  end

  def outcome(result)
    return "" if result.passed?

    "<#{result.skipped? ? 'skipped' : 'failure'} message=#{quoted(result.failure.message)}/>"
  end

  def quoted(text)
    text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).tr("\0-\b\v\f\x0e-\x1f", "?").encode(xml: :attr)
  end
end

module Minitest
  def self.plugin_junit_init(_options)
    reporter << JunitReporter.new(ENV.fetch("DORA_JUNIT")) if ENV["DORA_JUNIT"]
  end
  extensions << "junit"
end
