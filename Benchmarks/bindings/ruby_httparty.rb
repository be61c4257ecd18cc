# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# ruby_httparty.rb BASE_URL CA_FILE MODE COUNT: as ruby_dora.rb, "one" and "start".

before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
require "httparty"

base_url, ca_file, mode, count = ARGV
count = count.to_i
options = { ssl_ca_file: ca_file, format: :json,
            headers: { "Accept" => "application/json", "DD-API-KEY" => "api", "DD-APPLICATION-KEY" => "app" } }
fetch = lambda do
  data = HTTParty.get("#{base_url}/api/v2/dora/failures/documented-example", options)["data"]
  [data["id"], *data["attributes"].values_at("name", "services", "started_at")].all? || abort("fields are missing")
end
elapsed = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) - before }
fetch.call
if mode == "start"
  puts elapsed.call * 1e3
  exit
end
before = Process.clock_gettime(Process::CLOCK_MONOTONIC)
count.times { fetch.call }
puts elapsed.call / count * 1e6
