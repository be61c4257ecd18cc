# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# ruby_httparty.rb BASE_URL CA_FILE COUNT: microseconds per event.

require "httparty"

base_url, ca_file, count = ARGV
options = { ssl_ca_file: ca_file, format: :json,
            headers: { "Accept" => "application/json", "DD-API-KEY" => "api", "DD-APPLICATION-KEY" => "app" } }
fetch = lambda do
  response = HTTParty.get("#{base_url}/api/v2/dora/failures/documented-example", options)
  response["data"]["attributes"]["name"] || abort("no name")
end
fetch.call
before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
count.to_i.times { fetch.call }
puts (Process.clock_gettime(Process::CLOCK_MONOTONIC) - before) / count.to_i * 1e6
