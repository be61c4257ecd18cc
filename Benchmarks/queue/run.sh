#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The completion queue beside bare curl-multi with the same number in flight, over HTTP/2, and beside the
# official Python client at its best: with threads, and on asyncio, over HTTP/1.1, which it speaks.
#     Benchmarks/queue/run.sh [REPETITIONS [EVENTS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
. Benchmarks/python.sh
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
python3 Benchmarks/compare.py "Queue of $events, HTTP/2, more in flight than the server's 128 streams" "µs per event" "$repetitions" \
    "bare curl-multi, 128" "$output/bare_queue $http2$path $ca_file $events 128" \
    "bare curl-multi, 512" "$output/bare_queue $http2$path $ca_file $events 512" \
    "libdora, 128" "$output/dora_queue $http2 $ca_file $events 128" \
    "libdora, 512" "$output/dora_queue $http2 $ca_file $events 512"

serve_date_times
official() {
    printf 'env SSL_CERT_FILE=%s %s Benchmarks/queue/python_datadog.py %s %s %s %s %s' \
        "$ca_file" "$python" "$http1" "$ca_file" "$events" "$1" "$2"
}
python3 Benchmarks/compare.py "Beside the official Python client, $events events" "µs per event" \
    "$((repetitions < 3 ? repetitions : 3))" \
    "libdora, C" "$output/dora_queue $http2 $ca_file $events 32" \
    "libdora, Python" "$python Benchmarks/queue/python_dora.py $http2 $ca_file $events 32" \
    "official, 1 thread" "$(official threads 1)" \
    "official, 8 threads" "$(official threads 8)" \
    "official, asyncio, 8" "$(official asyncio 8)" \
    "official, asyncio, 32" "$(official asyncio 32)"
