#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every benchmark and writes the performance page from what they print:
#
#     Benchmarks/run.sh [REPETITIONS [OUTPUT]]
#
# OUTPUT (docs unless given) gets performance.md and performance/*.svg. On a quiet machine it takes
# about ten minutes; `Benchmarks/run.sh 1 .build/report` only shows that everything runs.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

repetitions=${1:-}
output=${2:-docs}
printed=$PWD/.build/benchmarks/printed

rm -rf "$printed"
mkdir -p "$printed"
for benchmark in Benchmarks/*/run.sh; do
    printf '\n==> %s\n' "$benchmark"
    name=$(basename "$(dirname "$benchmark")")
    "$benchmark" ${repetitions:+"$repetitions"} </dev/null | tee "$printed/$name.txt"
done
python3 -B Benchmarks/report/page.py "$printed" "$output"
printf '\nWrote %s/performance.md\n' "$output"
