#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# One call at a time on a kept connection, beside bare libcurl: time and instructions.
#     Benchmarks/serial/run.sh [REPETITIONS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
install_packages valgrind

repetitions=${1:-9}
calls=${2:-5000}
build bare_serial Benchmarks/serial/bare.c
build dora_serial Benchmarks/serial/dora.c
for base in "$http1" "$http2"; do
    [ "$base" = "$http1" ] && version=HTTP/1.1 || version=HTTP/2
    python3 Benchmarks/compare.py "One at a time, $version, time" "µs per event" "$repetitions" \
        "bare libcurl" "$output/bare_serial $base$path $ca_file $calls" \
        "libdora" "$output/dora_serial $base $ca_file $calls"
    python3 Benchmarks/compare.py "One at a time, $version, work" "instructions per event" 1 \
        "bare libcurl" "Benchmarks/instructions.sh 100 600 $output/bare_serial $base$path $ca_file COUNT" \
        "libdora" "Benchmarks/instructions.sh 100 600 $output/dora_serial $base $ca_file COUNT"
done
