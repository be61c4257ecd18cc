#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Inside a system where one kind of a release's files was installed: fetches the documentation's event from the
# local server, searches, and prints how many events the search found.
#
#     try_release.sh tarball | packages | wheel | gem
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$(mktemp -d)"

python3 "$here/local_api.py" >facts.json &
server=$!
trap 'kill $server' EXIT
while [ ! -s facts.json ]; do sleep 0.1; done

fact() {
    python3 -c 'import json, sys; print(json.load(open("facts.json"))[sys.argv[1]])' "$1"
}

DD_API_KEY=$(fact api_key)
DD_APP_KEY=$(fact app_key)
export DD_API_KEY DD_APP_KEY
url=$(fact base_url)
ca=$(fact ca_file)

# fetches COMMAND...: prints the documentation's event.
fetches() {
    "$@" --base-url "$url" --ca-file "$ca" documented-example >event
    grep -q '^Database outage' event
}

# try_c FOLDER: C and C++ from pkg-config and the examples in FOLDER.
try_c() {
    # shellcheck disable=SC2046
    {
        cc -o fetch "$1/c/get_failure.c" $(pkg-config --cflags --libs dora)
        cc -o search "$1/c/search.c" $(pkg-config --cflags --libs dora)
        c++ -std=c++17 -o fetch++ "$1/cpp/get_failure.cpp" $(pkg-config --cflags --libs dora)
    }
    fetches ./fetch
    fetches ./fetch++
    ./search --base-url "$url" --ca-file "$ca" --from 2000-01-01T00:00:00Z --json '*' >found
    wc -l <found
}

try_packages() {
    try_c /usr/share/doc/libdora-dev/examples
    man dora_get_failure | grep -q 'Fetches one incident event'
    test "$(pkg-config --modversion dora)" = "$(dpkg-query -W -f '${Version}' libdora-dev)"
}

try_tarball() {
    try_c /usr/local/share/doc/libdora/examples
}

try_wheel() {
    fetches python3 "$here/get_failure.py"
    python3 - "$url" "$ca" <<'PROGRAM'
import datetime
import sys

import libdora

url, ca = sys.argv[1:]
with libdora.Client(base_url=url, ca_file=ca) as client:
    print(sum(1 for _ in client.search(since=datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc))))
PROGRAM
}

try_gem() {
    fetches ruby "$here/get_failure.rb"
    ruby - "$url" "$ca" <<'PROGRAM'
require "libdora"

url, ca = ARGV
Dora::Client.open(base_url: url, ca_file: ca) { |client| puts client.search(nil, Time.utc(2000)..).count }
PROGRAM
}

"try_$1"
