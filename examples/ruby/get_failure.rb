#!/usr/bin/env ruby
# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Fetches an incident event and prints it.
#
# The keys and the site come from the environment: DD_API_KEY, DD_APP_KEY, DD_SITE.
# Exit status: 0 for an event, 1 for a failure, 2 for wrong usage.

require "optparse"
require "libdora"

USAGE = "usage: get_failure.rb [--base-url URL] [--ca-file FILE] [--timeout SECONDS] [--] FAILURE_ID"

# An event carries only some of the fields.
def print_field(label, value)
  puts format("  %-12s %s", label, value) unless value.nil?
end

def print_each(label, values)
  values.each_with_index { |value, index| print_field(index.zero? ? label : "", value) }
end

def time_text(time)
  time&.strftime(time.nsec.zero? ? "%Y-%m-%d %H:%M:%S UTC" : "%Y-%m-%d %H:%M:%S.%N UTC")
end

def duration(started, finished)
  return nil if started.nil? || finished.nil? || finished < started

  seconds = (finished - started).floor
  hours = seconds / 3600
  minutes = seconds / 60 % 60
  parts = ["#{seconds % 60} s"]
  parts.unshift("#{minutes} min") if hours.positive? || minutes.positive?
  parts.unshift("#{hours} h") if hours.positive?
  parts.join(" ")
end

def print_failure(failure)
  puts [failure.name || "(no name)", ("(#{failure.severity})" if failure.severity)].compact.join(" ")
  print_field("id", failure.id)
  print_each("services", failure.services)
  print_field("environment", failure.env)
  print_field("team", failure.team)
  print_field("version", failure.version)
  print_field("started", time_text(failure.started_at))
  print_field("finished", time_text(failure.finished_at))
  print_field("duration", duration(failure.started_at, failure.finished_at))
  print_field("commit", failure.git_commit_sha)
  print_field("repository", failure.git_repository_url)
  print_each("tags", failure.custom_tags)
end

settings = {}
begin
  OptionParser.new do |options|
    options.on("--base-url URL") { |url| settings[:base_url] = url }
    options.on("--ca-file FILE") { |path| settings[:ca_file] = path }
    options.on("--timeout SECONDS", Float) { |seconds| settings[:timeout] = seconds }
  end.parse!
rescue OptionParser::ParseError
  ARGV.clear
end
if ARGV.size != 1
  warn USAGE
  exit 2
end

begin
  Dora::Client.open(**settings) { |client| print_failure(client.failure(ARGV.first)) }
rescue Dora::Error => e
  warn "get_failure: #{e.message}"
  exit 1
end
