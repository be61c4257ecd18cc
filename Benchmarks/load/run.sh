#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Loading the library, which loads libcurl, beside loading libcurl alone; and its size.
#     Benchmarks/load/run.sh [REPETITIONS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh

cc -O2 -Wall -Wextra -o "$output/load" Benchmarks/load/load.c -ldl
python3 Benchmarks/compare.py "Loading, libraries in the page cache" µs "${1:-51}" \
    "libcurl" "$output/load libcurl.so.4" \
    "libdora and libcurl" "$output/load $PWD/.build/stage/lib/libdora.so.0"
printf 'Size of the stripped library\n  %-28s%12d bytes\n' libdora "$(stat -L -c %s .build/stage/lib/libdora.so.0)"
