# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# ruby_dora.rb BASE_URL CA_FILE MODE COUNT: microseconds per event, one at a time ("one") or many ("many"), four fields
# read of each; or milliseconds until the library is loaded and the first event is there ("start").

before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
require_relative "../../bindings/ruby/lib/libdora"

base_url, ca_file, mode, count = ARGV
count = count.to_i
client = Dora::Client.new(base_url: base_url, ca_file: ca_file, api_key: "api", app_key: "app")
read = ->(failure) { [failure.id, failure.name, failure.services, failure.started_at].all? || abort("fields are missing") }
elapsed = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) - before }
read.call(client.failure("documented-example"))
if mode == "start"
  puts elapsed.call * 1e3
  exit
end
before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
if mode == "one"
  count.times { read.call(client.failure("documented-example")) }
else
  client.each_failure(["documented-example"] * count) { |result| read.call(result.get) }
end
puts elapsed.call / count * 1e6
