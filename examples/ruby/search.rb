#!/usr/bin/env ruby
# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Prints the incident events that match a query, the newest first, a line for each.
#
#     search.rb [QUERY [BASE_URL [CA_FILE]]]
#
# The keys and the site come from the environment. Exit status: 0, or 1 for an error.

require "libdora"

query, base_url, ca_file = ARGV
begin
  Dora::Client.open(base_url: base_url, ca_file: ca_file) do |client|
    client.search(query) { |failure| puts "#{failure.id || '(no id)'}: #{failure.name || '(no name)'}" }
  end
rescue Dora::Error => e
  abort "search: #{e.message}"
end
