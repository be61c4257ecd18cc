#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures dora_parse_failure beside other JSON readers that do the same work:
#
#     Benchmarks/parse/run.sh [ROUNDS]
#
# Prints times, throughput, how the time grows with the body, and peak memory.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh

output=$PWD/.build/benchmarks/parse
mkdir -p "$output"
install_packages $BUILD_PACKAGES g++ rapidjson-dev libsimdjson-dev
find_swift
stage "$PWD/.build/stage"

cd Benchmarks/parse
flags="-O2 -Wall -Wextra"
cc $flags libdora.c $(pkg-config --cflags --libs dora) -Wl,-rpath,"$(pkg-config --variable=libdir dora)" -o "$output/libdora"
c++ $flags -DNDEBUG rapidjson.cc -o "$output/rapidjson"
c++ $flags -DNDEBUG simdjson.cc -lsimdjson -o "$output/simdjson"
[ "$output/foundation" -nt foundation.swift ] || swiftc -O -parse-as-library foundation.swift -o "$output/foundation"
exec python3 compare.py "$output" "$@"
