#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests: installs what is missing, builds the debug and the release library, tests both.
#
#     Tests/run.sh            all of them
#     Tests/run.sh --fast     without those that are marked slow or alone (Tests/README.md), and the core's simulations
#
# The last line says how many tests passed and failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. Tests/prepare.sh

reports=$PWD/.build/test-reports
virtual_environment=$PWD/.build/venv

# The languages of examples/: what the machine has is used, wherever it came from.
missing_languages() {
    command -v ruby >/dev/null || echo ruby
    command -v go >/dev/null || echo golang-go
    command -v cargo >/dev/null || echo cargo
    command -v cargo-clippy >/dev/null || echo rust-clippy
    command -v cargo-fmt >/dev/null || echo rustfmt
    command -v javac >/dev/null || echo default-jdk-headless
    command -v node >/dev/null || echo nodejs
    # The headers that NodeSource's package brings itself would clash with Debian's.
    [ -e /usr/include/node/node_api.h ] || echo libnode-dev
    [ -e /usr/share/java/jna.jar ] || echo libjna-java
}

prepare() {
    # shellcheck disable=SC2046
    install_packages $BUILD_PACKAGES g++ binutils git python3-venv valgrind nginx tinyproxy-bin \
        clang cmake meson mandoc man-db abigail-tools shellcheck $(missing_languages)
    find_swift
    if ! cmp -s Tests/requirements.txt "$virtual_environment/requirements.txt"; then
        say "Installing Tests/requirements.txt into .build/venv"
        rm -rf "$virtual_environment"
        python3 -m venv "$virtual_environment"
        "$virtual_environment/bin/pip" install -q --disable-pip-version-check -r Tests/requirements.txt </dev/null
        cp Tests/requirements.txt "$virtual_environment/"
    fi
    rm -rf "$reports"
    mkdir -p "$reports"
}

# A runner that fails leaves its report, and the summary counts it; one that
# breaks off leaves none, and the summary counts that as a failure.

# The core's tests have a directory of their own to build in: SwiftPM lets one build at a time into each.
start_core_tests() {
    local objects=.build/core/debug
    say "Swift Testing: the core, debug build, beside what follows"
    # SwiftPM does not compile anew what includes a C header that changed.
    if [ -n "$(find include Sources/CCurl -newer "$objects/libdoraPackageTests.xctest" 2>/dev/null)" ]; then
        rm -f "$objects"/*.build/*.o
    fi
    swift test --scratch-path .build/core --disable-xctest "${core_options[@]}" --xunit-output "$reports/core.xml" \
        </dev/null >"$reports/core.log" 2>&1 &
    core_tests=$!
}

finish_core_tests() {
    local status=0
    wait "$core_tests" || status=$?
    core_tests=
    say "Swift Testing: the core"
    tail -n "$([ "$status" -eq 0 ] && echo 1 || echo 60)" "$reports/core.log"
}

# conformance NAME MARKS [OPTION...]
conformance() {
    local name=$1 marks=$2
    shift 2
    say "pytest: the installed library, $name"
    "$virtual_environment/bin/python" -m pytest -q Tests/conformance -m "$marks" \
        --junit-xml="$reports/$name.xml" "$@" </dev/null || true
}

python_package() {
    say "pytest: the Python package"
    "$virtual_environment/bin/python" -m pytest -q bindings/python/tests -n "$(nproc)" --dist loadfile \
        --junit-xml="$reports/python.xml" </dev/null || true
}

start_gem_tests() {
    say "minitest: the Ruby gem, beside what follows"
    DORA_JUNIT="$reports/ruby.xml" ruby -w -I bindings/ruby/lib bindings/ruby/test/all.rb \
        </dev/null >"$reports/ruby.log" 2>&1 &
    gem_tests=$!
}

finish_gem_tests() {
    wait "$gem_tests" || true
    gem_tests=
    say "minitest: the Ruby gem"
    tail -n 60 "$reports/ruby.log"
}

# Most tests wait for timers: more at once than there are processors, and more still where none compiles.
at_once=2
marks="not alone"
core_options=()
case ${1:-} in
    "") ;;
    --fast)
        at_once=3
        marks="not alone and not slow"
        core_options=(--skip "SearchSimulationTests|RateWindowTests")
        ;;
    *) fail "usage: Tests/run.sh [--fast]" ;;
esac

side_by_side=(-n "$(($(nproc) * at_once))" --dist loadfile --no-loadscope-reorder)

core_tests=
gem_tests=
# Nothing goes on after an interrupt.
trap 'kill $core_tests $gem_tests 2>/dev/null || true' EXIT

prepare
started=$SECONDS
start_core_tests
say "Release build into .build/stage"
if stage "$PWD/.build/stage"; then
    conformance side-by-side "$marks" "${side_by_side[@]}"
    finish_core_tests
    start_gem_tests
    python_package
    finish_gem_tests
    [ "${1:-}" = --fast ] || conformance alone "alone"
else
    finish_core_tests
fi
expected=("$reports"/{side-by-side,python,ruby}.xml)
[ "${1:-}" = --fast ] || expected+=("$reports/alone.xml")
say "Summary, after $((SECONDS - started)) seconds"
"$virtual_environment/bin/python" Tests/summarize.py "$reports"/core*.xml "${expected[@]}"
