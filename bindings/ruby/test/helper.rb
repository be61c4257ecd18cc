# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require "json"
require "libdora"
require "minitest/autorun"
require "open3"
require "rbconfig"
require "timeout"
require_relative "support/junit"

# What all tests share: the server, and Ruby programs in processes of their own.
module Support
  REPOSITORY = File.expand_path("../../..", __dir__)
  # Where the tests' libdora comes from: the checkout's, or an installed gem's.
  LIB = $LOADED_FEATURES.find { |path| path.end_with?("/libdora.rb") }.delete_suffix("/libdora.rb")

  server = [RbConfig.ruby, "--disable-gems", File.join(__dir__, "support", "server.rb")]
  INPUT, output, = Open3.popen2(*server)
  PORT = Integer(output.gets)
  Minitest.after_run { INPUT.close }

  SETTINGS = { base_url: "http://127.0.0.1:#{PORT}", api_key: "api", app_key: "app", max_retries: 0, timeout: 20 }.freeze

  START = <<~RUBY
    require "libdora"
    SETTINGS = #{SETTINGS.inspect}
    def check(good) = good || abort("\#{caller(1..1).first}: not so")
    def raised
      yield
      nil
    rescue Exception => e
      e
    end
    def descriptors = Dir.children("/proc/self/fd").size
    # A Logger that does what it is told.
    class Told
      def initialize(&action) = @action = action
      def now(&action) = @action = action
      def add(*entry) = @action&.call(*entry)
    end
    def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  RUBY

  def client(**settings)
    Dora::Client.open(**SETTINGS, **settings) { |client| yield client }
  end

  # Runs a program to its end, which must be a good and silent one, and returns what it printed.
  def ruby(program, *options, seconds: 30)
    output, trouble, status = captured([RbConfig.ruby, "-W", "--disable-gems", "-I", LIB, *options, "-e", START + program], seconds)
    assert(status.success? && trouble.empty?, "#{status}: #{trouble[0, 2000]}")
    output
  end

  def captured(command, seconds)
    Open3.popen3(*command) do |input, output, trouble, process|
      input.close
      readers = [output, trouble].map { |stream| Thread.new { stream.read } }
      unless process.join(seconds)
        Process.kill(:KILL, process.pid)
        flunk("not at its end after #{seconds} seconds")
      end
      [*readers.map(&:value), process.value]
    end
  end
end

class DoraTest < Minitest::Test
  include Support
end
