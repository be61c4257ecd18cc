#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds libdora, fetches incident events and searches for more, with the C examples.
#
#     examples/quickstart.sh               from a small server on this machine
#     examples/quickstart.sh FAILURE_ID    from Datadog, with DD_API_KEY, DD_APP_KEY and DD_SITE
#
# Everything it makes is below .build/. It leaves nothing running.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. Tests/prepare.sh

prefix=$PWD/.build/stage
programs=$PWD/.build/quickstart
server_output=$programs/local_api.json
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
    mkdir -p "$programs"
    compile get_failure
    compile search
}

compile() {
    local flags
    say "Compiling examples/c/$1.c"
    # pkg-config quotes for a shell: this folder's name may hold a space.
    eval "flags=($(pkg-config --cflags --libs dora))"
    cc -std=c99 -Wall -Wextra -o "$programs/$1" "examples/c/$1.c" "${flags[@]}" -Wl,-rpath,"$(pkg-config --variable=libdir dora)"
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

# ask PROGRAM ARGUMENT...: runs it on the local server.
ask() {
    local program=$1
    shift
    say "$program $*"
    "$programs/$program" --base-url "$(server_fact base_url)" --ca-file "$(server_fact ca_file)" "$@"
}

ask_local_server() {
    start_server
    # The keys of the local server; nothing of the caller's environment goes there.
    unset DD_BEARER_TOKEN DD_SITE
    DD_API_KEY=$(server_fact api_key)
    DD_APP_KEY=$(server_fact app_key)
    export DD_API_KEY DD_APP_KEY
    ask get_failure documented-example
    ask get_failure date-time-example
    ask get_failure field-example
    ask search --from 2026-05-01 --to 2026-06-01 'severity:(SEV-1 OR SEV-2 OR Urgent)'
    stop_server
    say "Done: three incident events fetched, and a month searched, over HTTPS from a local server, which has been stopped."
    printf 'The library is in .build/stage, the programs are .build/quickstart/get_failure and search.\n'
    printf 'To ask Datadog: DD_API_KEY=... DD_APP_KEY=... .build/quickstart/search --from 30d\n'
    printf '                DD_API_KEY=... DD_APP_KEY=... examples/quickstart.sh FAILURE_ID\n'
}

ask_datadog() {
    [ -n "${DD_API_KEY:-}" ] && [ -n "${DD_APP_KEY:-}" ] ||
        fail "asking Datadog takes DD_API_KEY and DD_APP_KEY in the environment"
    say "Asking https://api.${DD_SITE:-datadoghq.com} for $1"
    "$programs/get_failure" -- "$1"
    say "Done: one incident event fetched from Datadog."
}

case $# in
    0) build; ask_local_server ;;
    1) build; ask_datadog "$1" ;;
    *) fail "usage: examples/quickstart.sh [FAILURE_ID]" ;;
esac
