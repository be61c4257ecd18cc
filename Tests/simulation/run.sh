#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Searches simulated servers, in a release build:
#
#     Tests/simulation/run.sh [WORLDS [FIRST_SEED [strange | KIND...]]]
#
# By default 100,000 worlds from seed 1, half a minute. With a kind of
# Tests/DoraCoreTests/Search/StrangeWorld.swift, or `strange` for all of them, the servers are
# strange besides. One world alone is printed request by request. Ends with an error if an event
# was lost, came twice or out of order, or a search was incomplete that need not be.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh

find_swift
output=$PWD/.build/simulation
mkdir -p "$output"
program=$output/search
sources=$(find Sources/DoraCore -name '*.swift')
support=$(ls Tests/DoraCoreTests/SplitMix.swift Tests/DoraCoreTests/Search/{EventTexts,ListedEvent,ListServer,Search{Oracle,Run,World},StrangeWorld}.swift)
if [ ! -x "$program" ] || [ -n "$(find Sources/DoraCore $support Tests/simulation -newer "$program")" ]; then
    # shellcheck disable=SC2086
    swiftc -O -wmo -parse-as-library -module-name Simulation -package-name libdora -I Sources/CCurl \
        $sources $support Tests/simulation/search.swift -o "$program"
fi
"$program" "${1:-100000}" "${2:-1}" "${@:3}"
