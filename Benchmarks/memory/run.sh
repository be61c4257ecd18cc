#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Peak memory of the serial benchmark's programs, and of a queue with a million ids that wait.
#     Benchmarks/memory/run.sh [REPETITIONS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
install_packages time

repetitions=${1:-5}
build bare_serial Benchmarks/serial/bare.c
build dora_serial Benchmarks/serial/dora.c
build waiting Benchmarks/memory/waiting.c
peak="Benchmarks/memory/peak.sh"
python3 Benchmarks/compare.py "Peak memory, 1,000 events one at a time" KiB "$repetitions" \
    "bare libcurl" "$peak $output/bare_serial $http1$path $ca_file 1000" \
    "libdora" "$peak $output/dora_serial $http1 $ca_file 1000"
python3 Benchmarks/compare.py "A million waiting ids" "bytes for each, beyond the id" "$repetitions" \
    "libdora" "$output/waiting 1000000"
