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

# compile OPTION...
compile() {
    swiftc -O -g -wmo -parse-as-library -sanitize=fuzzer,address -enable-testing -package-name libdora -I Sources/CCurl -I "$output" "$@"
}

# is_newer FILE SOURCE...: whether the file was made after all of those changed.
is_newer() {
    local file=$1
    shift
    [ -e "$file" ] && [ -z "$(find "$@" -type f -newer "$file")" ]
}

# The core is compiled once for all targets.
build_core() {
    is_newer "$output/DoraCore.o" Sources/DoraCore Sources/CCurl Tests/fuzz/run.sh && return
    # shellcheck disable=SC2046
    compile -module-name DoraCore -emit-module -emit-module-path "$output/DoraCore.swiftmodule" \
        -c $(find Sources/DoraCore -name "*.swift") -o "$output/unfinished.o"
    mv "$output/unfinished.o" "$output/DoraCore.o"
}

build() {
    is_newer "$output/$1" "$output/DoraCore.o" "Tests/fuzz/$1.swift" && return
    compile -use-ld=lld -module-name Fuzz "Tests/fuzz/$1.swift" "$output/DoraCore.o" -o "$output/$1"
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

build_core
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
