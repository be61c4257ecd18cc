#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion queue beside bare curl-multi with the same number in flight, over HTTP/2.
#     Benchmarks/queue/run.sh [REPETITIONS [EVENTS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
install_packages valgrind

repetitions=${1:-9}
events=${2:-10000}
build bare_queue Benchmarks/queue/bare.c
build dora_queue Benchmarks/queue/dora.c
python3 Benchmarks/compare.py "Queue of $events, HTTP/2, 32 in flight, time" "µs per event" "$repetitions" \
    "bare curl-multi" "$output/bare_queue $http2$path $ca_file $events 32" \
    "libdora" "$output/dora_queue $http2 $ca_file $events 32"
python3 Benchmarks/compare.py "Queue, HTTP/2, 32 in flight, work" "instructions per event" 1 \
    "bare curl-multi" "Benchmarks/instructions.sh 1000 2000 $output/bare_queue $http2$path $ca_file COUNT 32" \
    "libdora" "Benchmarks/instructions.sh 1000 2000 $output/dora_queue $http2 $ca_file COUNT 32"
