# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# `make gem` builds it, with the library inside.
header = File.read(File.expand_path("../../include/dora.h", __dir__))

Gem::Specification.new do |gem|
  gem.name = "libdora"
  gem.version = header[/^#define DORA_VERSION "(.*)"$/, 1]
  gem.summary = "Incident events of Datadog's DORA metrics"
  gem.description = "Fetches DORA incident events (failures) from Datadog's API, one or many at a time, through libdora: " \
                    "typed fields, retries and rate limits, errors that say what to do. Needs the system's libcurl.so.4."
  gem.authors = ["The libdora authors"]
  gem.license = "Apache-2.0"
  gem.required_ruby_version = ">= 3.0"
  gem.platform = "x86_64-linux" if File.file?(File.join(__dir__, "lib/libdora/libdora.so.0"))
  gem.files = Dir.chdir(__dir__) { Dir["lib/**/*", "sig/**/*", "README.md", "LICENSE"] }
end
