#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests: installs what is missing, builds the debug and the release library, tests both.
#
#     Tests/run.sh            all of them
#     Tests/run.sh --fast     without those that are marked slow or alone (Tests/README.md)
#
# The last line says how many tests passed and failed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. Tests/prepare.sh

reports=$PWD/.build/test-reports
virtual_environment=$PWD/.build/venv
# Else each of pytest's processes compiles all tests anew.
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache
unset PYTHONDONTWRITEBYTECODE

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

# The core's tests have a directory of their own to build in: SwiftPM lets one build at a time into each. They are
# optimized, with all of Swift's checks at run time: the simulations take a tenth of the time.
core() {
    local objects=.build/core/debug
    # SwiftPM does not compile anew what includes a C header that changed.
    if [ -n "$(find include Sources/CCurl -newer "$objects/libdoraPackageTests.xctest" 2>/dev/null)" ]; then
        rm -f "$objects"/*.build/*.o
    fi
    exec swift test --scratch-path .build/core --disable-xctest -Xswiftc -O --xunit-output "$reports/core.xml"
}

# pytest_in DIRECTORY REPORT MARKS PROCESSES [OPTION...]
pytest_in() {
    local directory=$1 report=$2 marks=$3 processes=$4
    shift 4
    exec "$virtual_environment/bin/python" -m pytest -q "$directory" -m "$marks" -n "$processes" --dist loadfile \
        --junit-xml="$reports/$report.xml" "$@"
}

gem() {
    DORA_JUNIT="$reports/ruby.xml" exec ruby -w -I bindings/ruby/lib bindings/ruby/test/all.rb
}

declare -A beside=()
# Nothing goes on after an interrupt.
trap 'kill "${beside[@]}" 2>/dev/null || true' EXIT

# start NAME COMMAND...: runs it beside what follows
start() {
    local name=$1
    shift
    "$@" </dev/null >"$reports/$name.log" 2>&1 &
    beside[$name]=$!
}

# finish NAME TITLE: waits for it and shows how it ended
finish() {
    local status=0
    wait "${beside[$1]}" || status=$?
    unset "beside[$1]"
    say "$2"
    tail -n "$([ "$status" -eq 0 ] && echo 3 || echo 60)" "$reports/$1.log"
}

# Most tests wait for timers: more at once than there are processors, and more still where none compiles.
processes=$(($(nproc) * 5 / 2))
unless_slow=
case ${1:-} in
    "") ;;
    --fast)
        processes=$(($(nproc) * 5))
        unless_slow="not slow"
        ;;
    *) fail "usage: Tests/run.sh [--fast]" ;;
esac

prepare
started=$SECONDS
start core core
say "Release build into .build/stage, beside it the core's tests"
if stage "$PWD/.build/stage"; then
    say "pytest: the installed library, beside it the Python package and the Ruby gem"
    start python pytest_in bindings/python/tests python "$unless_slow" 2
    start ruby gem
    (pytest_in Tests/conformance side-by-side "not alone${unless_slow:+ and $unless_slow}" "$processes" --no-loadscope-reorder) </dev/null || true
    finish python "pytest: the Python package"
    finish ruby "minitest: the Ruby gem"
fi
finish core "Swift Testing: the core"
expected=("$reports"/{side-by-side,python,ruby}.xml)
if [ -z "$unless_slow" ]; then
    say "pytest: the installed library, what must be alone"
    (pytest_in Tests/conformance alone "alone" 3 --no-loadscope-reorder) </dev/null || true
    expected+=("$reports/alone.xml")
fi
say "Summary, after $((SECONDS - started)) seconds"
"$virtual_environment/bin/python" Tests/summarize.py "$reports"/core*.xml "${expected[@]}"
