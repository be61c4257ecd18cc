#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every test: installs what is missing, builds the debug and the release
# library, tests both. The last line says how many tests passed and failed.
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
    command -v javac >/dev/null || echo default-jdk-headless
    command -v node >/dev/null || echo nodejs
    # The headers that NodeSource's package brings itself would clash with Debian's.
    [ -e /usr/include/node/node_api.h ] || echo libnode-dev
    [ -e /usr/share/java/jna.jar ] || echo libjna-java
}

prepare() {
    # shellcheck disable=SC2046
    install_packages $BUILD_PACKAGES g++ binutils python3-venv valgrind nginx tinyproxy-bin \
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
run_swift_tests() {
    say "Swift Testing: the core, debug build"
    swift test --disable-xctest --xunit-output "$reports/core.xml" </dev/null || true
}

run_conformance_tests() {
    say "Release build into .build/stage"
    stage "$PWD/.build/stage" || return 0
    say "pytest: the installed library"
    "$virtual_environment/bin/python" -m pytest -q Tests/conformance \
        --junit-xml="$reports/conformance.xml" </dev/null || true
    say "pytest: the Python package"
    "$virtual_environment/bin/python" -m pytest -q bindings/python/tests \
        --junit-xml="$reports/python.xml" </dev/null || true
}

prepare
run_swift_tests
run_conformance_tests
say "Summary"
"$virtual_environment/bin/python" Tests/summarize.py "$reports"/core*.xml "$reports/conformance.xml" "$reports/python.xml"
