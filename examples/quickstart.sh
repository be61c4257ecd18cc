#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds libdora and fetches incident events with the C example.
#
#     examples/quickstart.sh               from a small server on this machine
#     examples/quickstart.sh FAILURE_ID    from Datadog, with DD_API_KEY, DD_APP_KEY and DD_SITE
#
# Everything it makes is below .build/. It leaves nothing running.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. Tests/prepare.sh

prefix=$PWD/.build/stage
program=$PWD/.build/quickstart/get_failure
server_output=$PWD/.build/quickstart/local_api.json
server_pid=

stop_server() {
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
        server_pid=
    fi
}
trap stop_server EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

build() {
    install_packages $BUILD_PACKAGES
    find_swift
    say "Building libdora and installing it into .build/stage"
    stage "$prefix"
    say "Compiling examples/c/get_failure.c"
    mkdir -p "$(dirname "$program")"
    # shellcheck disable=SC2046
    cc -std=c99 -Wall -Wextra -o "$program" examples/c/get_failure.c \
        $(pkg-config --cflags --libs dora) -Wl,-rpath,"$(pkg-config --variable=libdir dora)"
}

# server_fact NAME: a value of the line that the server prints when it is ready.
server_fact() {
    sed -n "s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$server_output"
}

start_server() {
    say "Starting examples/local_api.py, a stand-in for Datadog's API"
    : >"$server_output" # nothing of an earlier run
    python3 examples/local_api.py >"$server_output" </dev/null &
    server_pid=$!
    for _ in $(seq 200); do
        [ -n "$(server_fact base_url)" ] && break
        kill -0 "$server_pid" 2>/dev/null || fail "the local server did not start"
        sleep 0.1
    done
    [ -n "$(server_fact base_url)" ] || fail "the local server did not get ready within 20 seconds"
}

ask_local_server() {
    local id
    start_server
    # The keys of the local server; nothing of the caller's environment goes there.
    unset DD_BEARER_TOKEN DD_SITE
    DD_API_KEY=$(server_fact api_key)
    DD_APP_KEY=$(server_fact app_key)
    export DD_API_KEY DD_APP_KEY
    for id in documented-example date-time-example field-example; do
        say "get_failure $id"
        "$program" --base-url "$(server_fact base_url)" --ca-file "$(server_fact ca_file)" "$id"
    done
    stop_server
    say "Done: three incident events fetched over HTTPS from a local server, which has been stopped."
    printf 'The library is in .build/stage, the program is .build/quickstart/get_failure.\n'
    printf 'To ask Datadog: DD_API_KEY=... DD_APP_KEY=... examples/quickstart.sh FAILURE_ID\n'
}

ask_datadog() {
    [ -n "${DD_API_KEY:-}" ] && [ -n "${DD_APP_KEY:-}" ] ||
        fail "asking Datadog takes DD_API_KEY and DD_APP_KEY in the environment"
    say "Asking https://api.${DD_SITE:-datadoghq.com} for $1"
    "$program" -- "$1"
    say "Done: one incident event fetched from Datadog."
}

case $# in
    0) build; ask_local_server ;;
    1) build; ask_datadog "$1" ;;
    *) fail "usage: examples/quickstart.sh [FAILURE_ID]" ;;
esac
