#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Eight threads on one client, beside eight bare handles. Larger is better.
#     Benchmarks/threads/run.sh [REPETITIONS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh

repetitions=${1:-9}
calls=${2:-2000}
build bare_threads Benchmarks/threads/bare.c -pthread
build dora_threads Benchmarks/threads/dora.c -pthread
python3 Benchmarks/compare.py "8 threads, HTTP/1.1, throughput" "events per second" "$repetitions" \
    "8 bare handles" "$output/bare_threads $http1$path $ca_file $calls 8" \
    "libdora, one client" "$output/dora_threads $http1 $ca_file $calls 8"
