# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# ruby_dora.rb BASE_URL CA_FILE COUNT: microseconds per event.

require_relative "../../bindings/ruby/lib/libdora"

base_url, ca_file, count = ARGV
client = Dora::Client.new(base_url: base_url, ca_file: ca_file, api_key: "api", app_key: "app")
client.failure("documented-example")
before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
count.to_i.times { client.failure("documented-example").name || abort("no name") }
puts (Process.clock_gettime(Process::CLOCK_MONOTONIC) - before) / count.to_i * 1e6
