#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints the instructions that a program takes for one more request, as callgrind counts them: the
# same whatever else the machine does.
#
#     instructions.sh FEW MANY PROGRAM [ARGUMENT...]     with COUNT where the number of requests goes
set -euo pipefail

count() {
    local requests=$1 argument arguments=()
    shift
    for argument in "$@"; do
        arguments+=("${argument/#COUNT/$requests}")
    done
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "${arguments[@]}" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

few=$1
many=$2
shift 2
echo $((($(count "$many" "$@") - $(count "$few" "$@")) / (many - few)))
