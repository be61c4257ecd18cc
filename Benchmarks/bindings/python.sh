#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the Python package promises, in five minutes: beside the official client, beside C, and in memory.
#     Benchmarks/bindings/python.sh [REPETITIONS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
. Benchmarks/python.sh

repetitions=${1:-5}
calls=${2:-1000}
events=$((calls * 10))
build dora_queue Benchmarks/queue/dora.c
serve_date_times

# contender NAME MODE COUNT: the command of a contender.
contender() {
    printf '%s Benchmarks/bindings/python_%s.py %s %s %s %s' "$python" "$1" "$http1" "$ca_file" "$2" "$3"
}

python3 Benchmarks/compare.py "One at a time, HTTP/1.1: 4 times as fast" "µs per event" "$repetitions" \
    "libdora" "$(contender dora time "$calls")" \
    "datadog-api-client" "$(contender datadog time "$calls")"
python3 Benchmarks/compare.py "Import and first call: 5 times sooner" "ms" "$repetitions" \
    "libdora" "$(contender dora start 0)" \
    "datadog-api-client" "$(contender datadog start 0)"
python3 Benchmarks/compare.py "Queue of $events, HTTP/2, four fields read: 8 µs beyond C" "µs per event" "$repetitions" \
    "C" "$output/dora_queue $http2 $ca_file $events 32" \
    "libdora" "$python Benchmarks/queue/python_dora.py $http2 $ca_file $events 32"
echo "Memory: KiB that the second half of the run added"
"$python" Benchmarks/bindings/python_memory.py "$http1" "$ca_file" calls $((calls * 100))
"$python" Benchmarks/bindings/python_memory.py "$http1" "$ca_file" search $((calls * 100))
