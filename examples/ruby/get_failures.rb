#!/usr/bin/env ruby
# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Fetches incident events side by side: ids from the command line, a line for each
# as it completes.
#
#     get_failures.rb [--base-url URL] [--ca-file FILE] FAILURE_ID...
#
# The keys and the site come from the environment. Exit status: 0, or 1 if any failed.

require "optparse"
require "libdora"

settings = {}
OptionParser.new do |options|
  options.on("--base-url URL") { |url| settings[:base_url] = url }
  options.on("--ca-file FILE") { |path| settings[:ca_file] = path }
end.parse!
abort "usage: get_failures.rb [--base-url URL] [--ca-file FILE] FAILURE_ID..." if ARGV.empty?

failed = 0
begin
  Dora::Client.open(**settings) do |client|
    client.each_failure(ARGV) do |result|
      if result.error
        failed += 1
        warn "#{result.failure_id}: #{result.error.message}"
      else
        puts "#{result.failure_id}: #{result.failure.name || '(no name)'}"
      end
    end
  end
rescue Dora::Error => e
  abort "get_failures: #{e.message}"
end
exit 1 if failed.positive?
