# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Incident events of Datadog's DORA metrics.
#
#     Dora::Client.open do |client| # keys and site from the environment
#       failure = client.failure("failure-id")
#       puts failure.name, failure.started_at
#     end
#
# The library is the gem's own, in a checkout the one in .build/stage, else the one that the
# loader finds; the environment's DORA_LIBRARY comes before all of them.
module Dora
  require_relative "libdora/library"
  require_relative "libdora/settings"
  require_relative "libdora/log"
  require_relative "libdora/response"
  require_relative "libdora/errors"
  require_relative "libdora/failure"
  require_relative "libdora/result"
  require_relative "libdora/session"
  require_relative "libdora/waiter"
  require_relative "libdora/queue"
  require_relative "libdora/search"
  require_relative "libdora/walk"
  require_relative "libdora/client"

  # The library's version, which is the gem's.
  VERSION = Library.text(Library.version)
end
