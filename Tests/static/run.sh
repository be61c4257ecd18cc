#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the sources without running them, a few seconds each:
#
#     Tests/static/run.sh [swift] [shell] [c] [ruff] [mypy] [ruby]
#
# Without arguments all of them. Ends with an error if any finds something. shellcheck comes from
# Debian; ruff and mypy from Tests/requirements.txt in .build/venv; the rest from the Swift toolchain.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
. Tests/prepare.sh

tools=$PWD/.build/venv/bin

# sources PATTERN...: the project's own files, wherever they are.
sources() {
    find . \( -name .build -o -name .git -o -name __pycache__ \) -prune -o -type f \( "$@" \) -print0 | sort -z
}

check_swift() {
    sources -name '*.swift' | xargs -0 swift format lint --strict --parallel --configuration .swift-format
}

# Sourced files are read along with those that source them. SC2046: what pkg-config prints is to be split.
check_shell() {
    sources -name '*.sh' -o -path './.ci/run' | xargs -0 grep -lZ '^#!' |
        xargs -0 shellcheck --external-sources --severity=warning --exclude=SC2046
}

# clang's analyzer, on the C that needs no header but dora.h and libcurl's.
check_c() {
    local clang
    clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
    sources -name '*.c' -not -path './examples/node/*' |
        xargs -0 -n 1 -P "$(nproc)" "$clang" --analyze -Xclang -analyzer-werror --analyzer-output text -std=c11 -D_GNU_SOURCE -Iinclude
}

check_ruff() {
    sources -name '*.py' | xargs -0 "$tools/ruff" check --quiet --output-format concise --no-cache --config Tests/static/ruff.toml
}

# The Python that others build on or that builds something: typed to the last line.
check_mypy() {
    MYPYPATH="man:Benchmarks/report" "$tools/mypy" --strict --no-error-summary --cache-dir .build/mypy man/*.py Tests/abi/*.py Benchmarks/report/*.py &&
        MYPYPATH="bindings/python/src" "$tools/mypy" --strict --no-error-summary --cache-dir .build/mypy \
            bindings/python/build_backend.py bindings/python/src examples/python/*.py
}

# What ruby -w says of a file without running it.
check_ruby() {
    ! { sources -name '*.rb' -o -name '*.gemspec' | xargs -0 -n 1 ruby -w -c 2>&1; } | grep -v '^Syntax OK$'
}

find_swift
status=0
[ $# -gt 0 ] || set -- swift shell c ruff mypy ruby
for name in "$@"; do
    say "$name"
    "check_$name" || status=1
done
exit $status
