#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Long runs: what holds a thousand times has to hold a hundred thousand times. Not part of Tests/run.sh.
#
#     Tests/soak/run.sh [NAME...]       all of them without a name, in about half an hour
#
#     cancels      18,000 cancels from a signal handler, over 64 callers and 4 queues
#     forks        3,400 forks while 8 callers and 2 queues are at work
#     sequences    120,000 random sequences of calls, of which a seed tells all (SOAK_SEED)
#     ids          1,000,000 ids in one queue, over HTTP/2
#     loss         a queue over a link that loses 30 % of the packets
#     ipv6         a host whose IPv6 address leads nowhere
#     lookups      a name server that never answers
#
# The last three make a network of their own: they take root, or user namespaces. SOAK_SCALE=0.1 runs a tenth.
# Each prints a line with what it counted; the exit status is 0 if all held.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh

find_swift
say "Release build into .build/stage"
stage "$PWD/.build/stage"
exec .build/venv/bin/python Tests/soak/soak.py "$@"
