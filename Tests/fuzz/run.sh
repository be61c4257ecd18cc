#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the readers of what comes from outside with libFuzzer and AddressSanitizer:
#
#     Tests/fuzz/run.sh SECONDS [TARGET...]
#
# runs each target (event, page, error_body, date) for that long. 0 replays the seeds and
# what earlier runs found interesting. An input that a target fails on is left in
# .build/fuzz/failures: mend the reader and add the input to Tests/fuzz/seeds/TARGET.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh

[[ ${1:-} =~ ^[0-9]+$ ]] || fail "usage: Tests/fuzz/run.sh SECONDS [TARGET...]"
seconds=$1
shift
[ $# -gt 0 ] || set -- event page error_body date
output=$PWD/.build/fuzz
mkdir -p "$output/failures"
find_swift

build() {
    local program=$output/$1
    if [ -x "$program" ] && [ -z "$(find Sources/DoraCore Sources/CCurl "Tests/fuzz/$1.swift" -newer "$program")" ]; then
        return
    fi
    swiftc -O -g -parse-as-library -sanitize=fuzzer,address -use-ld=lld -module-name Fuzz \
        -package-name libdora -I Sources/CCurl $(find Sources/DoraCore -name "*.swift") "Tests/fuzz/$1.swift" -o "$program"
}

# fuzz TARGET: inputs worth keeping go to the corpus, the first directory named.
fuzz() {
    local corpus=$output/corpus/$1 log=$output/$1.log
    mkdir -p "$corpus"
    local options=(-artifact_prefix="$output/failures/$1-" -rss_limit_mb=1024 -timeout=10 -max_len=65536 -print_final_stats=1)
    if [ "$seconds" -eq 0 ]; then
        options+=(-runs=0)
    else
        options+=(-max_total_time="$seconds" -use_value_profile=1)
    fi
    # libFuzzer itself shows where a trap was hit.
    SWIFT_BACKTRACE=enable=no "$output/$1" "${options[@]}" "$corpus" "Tests/fuzz/seeds/$1" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "$1: an input is mishandled, see $log"
    }
}

total=0
for target in "$@"; do
    build "$target"
    fuzz "$target"
    # A log may quote what it read: text to grep all the same.
    executions=$(grep -a -o '^stat::number_of_executed_units: *[0-9]*' "$output/$target.log" | grep -a -o '[0-9]*$' | tail -n 1)
    coverage=$(grep -a -o 'cov: [0-9]* ft: [0-9]*' "$output/$target.log" | tail -n 1)
    printf '%s: %s executions, %s\n' "$target" "$executions" "$coverage"
    total=$((total + $(find "Tests/fuzz/seeds/$target" -type f | wc -l)))
done
printf 'replayed %d seeds of %d targets\n' "$total" "$#"
